/* SPDX-License-Identifier: MIT */
#include "s3/retry.h"
#include "support/test.h"

#include <stdlib.h>

static void delays_double_up_to_the_cap_with_full_jitter(void **state)
{
    static const uint32_t longest[] = {100, 200, 400, 700, 700};
    const struct retry_policy policy = {
        .attempts = 6, .base_ms = 100, .throttled_ms = 500, .cap_ms = 700, .patience_ms = 1000};
    uint32_t delay;
    (void)state;
    for (unsigned attempt = 1; attempt <= 5; attempt++) {
        assert_true(retry_again(&policy, RETRY_TRANSIENT, attempt, 0, UINT32_MAX, &delay));
        assert_int_equal(delay, longest[attempt - 1]);
        assert_true(retry_again(&policy, RETRY_TRANSIENT, attempt, 0, UINT32_MAX / 2, &delay));
        assert_in_range(delay, longest[attempt - 1] / 2 - 1, longest[attempt - 1] / 2 + 1);
        assert_true(retry_again(&policy, RETRY_TRANSIENT, attempt, 0, 0, &delay));
        assert_int_equal(delay, 0);
    }
    assert_true(retry_again(&policy, RETRY_THROTTLED, 1, 0, UINT32_MAX, &delay));
    assert_int_equal(delay, 500);
    assert_true(retry_again(&policy, RETRY_REFUSED, 1, 0, UINT32_MAX, &delay));
    assert_int_equal(delay, 500);
}

static void attempts_are_counted(void **state)
{
    uint32_t delay = 7;
    (void)state;
    assert_true(retry_again(&retry_policy_default, RETRY_TRANSIENT, 4, 0, 1, &delay));
    delay = 7;
    assert_false(retry_again(&retry_policy_default, RETRY_TRANSIENT, 5, 0, 1, &delay));
    assert_true(retry_again(&retry_policy_default, RETRY_SLOW, 1, 0, 1, &delay));
    assert_false(retry_again(&retry_policy_default, RETRY_SLOW, 2, 0, 1, &delay));
    assert_false(retry_again(&retry_policy_default, RETRY_NEVER, 1, 0, 1, &delay));
}

static void what_the_store_asks_for_is_honoured_within_reason(void **state)
{
    uint32_t delay = 7;
    (void)state;
    assert_true(retry_again(&retry_policy_default, RETRY_THROTTLED, 1, 20000, 0, &delay));
    assert_int_equal(delay, 20000);
    assert_false(retry_again(&retry_policy_default, RETRY_THROTTLED, 1, 20001, 0, &delay));
    assert_true(retry_again(&retry_policy_default, RETRY_THROTTLED, 1, 1, UINT32_MAX, &delay));
    assert_int_equal(delay, retry_policy_default.throttled_ms);
}

static void a_queue_of_saves_can_wait_for_a_store_that_restarts(void **state)
{
    struct retry_budget budget;
    (void)state;
    retry_budget_init(&budget);
    for (int i = 0; i < 100 * 4; i++) /* of 100 saves every retry */
        assert_true(retry_budget_take(&budget, RETRY_REFUSED));
}

static void the_budget_is_spent_and_comes_back(void **state)
{
    struct retry_budget budget;
    (void)state;
    retry_budget_init(&budget);
    for (int i = 0; i < 99; i++)
        assert_true(retry_budget_take(&budget, RETRY_TRANSIENT));
    assert_false(retry_budget_take(&budget, RETRY_SLOW)); /* costs twice as much */
    assert_true(retry_budget_take(&budget, RETRY_THROTTLED));
    assert_false(retry_budget_take(&budget, RETRY_TRANSIENT));
    for (int i = 0; i < 5; i++)
        retry_budget_give(&budget, RETRY_NEVER);
    assert_true(retry_budget_take(&budget, RETRY_TRANSIENT));
    assert_false(retry_budget_take(&budget, RETRY_TRANSIENT));
    retry_budget_give(&budget, RETRY_SLOW);
    assert_true(retry_budget_take(&budget, RETRY_SLOW));
    for (int i = 0; i < 1000; i++)
        retry_budget_give(&budget, RETRY_TRANSIENT);
    for (int i = 0; i < 100; i++)
        assert_true(retry_budget_take(&budget, RETRY_TRANSIENT));
    assert_false(retry_budget_take(&budget, RETRY_TRANSIENT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delays_double_up_to_the_cap_with_full_jitter),
        cmocka_unit_test(attempts_are_counted),
        cmocka_unit_test(what_the_store_asks_for_is_honoured_within_reason),
        cmocka_unit_test(a_queue_of_saves_can_wait_for_a_store_that_restarts),
        cmocka_unit_test(the_budget_is_spent_and_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
