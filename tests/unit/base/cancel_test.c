/* SPDX-License-Identifier: MIT */
#include "base/cancel.h"
#include "support/test.h"

static void count_call(void *argument)
{
    ++*(int *)argument;
}

static void a_waiter_is_woken_once(void **state)
{
    (void)state;
    struct cancel cancel;
    int woken = 0;
    struct cancel_waiter waiter = {.wake = count_call, .argument = &woken};
    cancel_init(&cancel);
    cancel_add_waiter(&cancel, &waiter);
    assert_false(cancel_requested(&cancel));
    assert_int_equal(woken, 0);
    cancel_request(&cancel);
    cancel_request(&cancel);
    assert_true(cancel_requested(&cancel));
    assert_int_equal(woken, 1);
    cancel_remove_waiter(&cancel, &waiter);
    cancel_finish(&cancel);
}

static void a_waiter_that_comes_too_late_is_woken_at_once(void **state)
{
    (void)state;
    struct cancel cancel;
    int woken = 0;
    struct cancel_waiter waiter = {.wake = count_call, .argument = &woken};
    cancel_init(&cancel);
    cancel_request(&cancel);
    cancel_add_waiter(&cancel, &waiter);
    assert_int_equal(woken, 1);
    cancel_request(&cancel);
    assert_int_equal(woken, 1);
    cancel_remove_waiter(&cancel, &waiter);
    cancel_finish(&cancel);
}

/* Those that leave are the first, the last and one in the middle of the list. */
static void waiters_that_have_left_are_not_woken(void **state)
{
    (void)state;
    struct cancel cancel;
    int woken[5] = {0};
    struct cancel_waiter waiters[5];
    cancel_init(&cancel);
    for (size_t i = 0; i < 5; i++) {
        waiters[i] = (struct cancel_waiter){.wake = count_call, .argument = &woken[i]};
        cancel_add_waiter(&cancel, &waiters[i]);
    }
    cancel_remove_waiter(&cancel, &waiters[0]);
    cancel_remove_waiter(&cancel, &waiters[2]);
    cancel_remove_waiter(&cancel, &waiters[4]);
    cancel_request(&cancel);
    for (int i = 0; i < 5; i++)
        assert_int_equal(woken[i], i % 2);
    cancel_remove_waiter(&cancel, &waiters[1]);
    cancel_remove_waiter(&cancel, &waiters[3]);
    cancel_finish(&cancel);
}

static void children_are_cancelled_with_their_parent(void **state)
{
    (void)state;
    struct cancel parent, child, grandchild;
    int woken = 0;
    struct cancel_waiter waiter = {.wake = count_call, .argument = &woken};
    cancel_init(&parent);
    cancel_init_child(&child, &parent);
    cancel_init_child(&grandchild, &child);
    cancel_add_waiter(&grandchild, &waiter);
    cancel_request(&parent);
    assert_true(cancel_requested(&child));
    assert_true(cancel_requested(&grandchild));
    assert_int_equal(woken, 1);
    cancel_remove_waiter(&grandchild, &waiter);
    cancel_finish(&grandchild);
    cancel_finish(&child);
    cancel_finish(&parent);
}

static void a_child_of_a_cancelled_parent_is_cancelled_from_the_start(void **state)
{
    (void)state;
    struct cancel parent, child;
    cancel_init(&parent);
    cancel_request(&parent);
    cancel_init_child(&child, &parent);
    assert_true(cancel_requested(&child));
    cancel_finish(&child);
    cancel_finish(&parent);
}

static void a_child_is_cancelled_alone(void **state)
{
    (void)state;
    struct cancel parent, children[2];
    cancel_init(&parent);
    cancel_init_child(&children[0], &parent);
    cancel_init_child(&children[1], &parent);
    cancel_request(&children[0]);
    assert_false(cancel_requested(&parent));
    assert_false(cancel_requested(&children[1]));
    cancel_finish(&children[0]);
    cancel_request(&parent);
    assert_true(cancel_requested(&children[1]));
    cancel_finish(&children[1]);
    cancel_finish(&parent);
}

static void no_token_is_never_cancelled(void **state)
{
    (void)state;
    int woken = 0;
    struct cancel_waiter waiter = {.wake = count_call, .argument = &woken};
    struct cancel alone;
    cancel_add_waiter(NULL, &waiter);
    cancel_remove_waiter(NULL, &waiter);
    assert_false(cancel_requested(NULL));
    cancel_init_child(&alone, NULL);
    assert_false(cancel_requested(&alone));
    cancel_finish(&alone);
    assert_int_equal(woken, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_waiter_is_woken_once),
        cmocka_unit_test(a_waiter_that_comes_too_late_is_woken_at_once),
        cmocka_unit_test(waiters_that_have_left_are_not_woken),
        cmocka_unit_test(children_are_cancelled_with_their_parent),
        cmocka_unit_test(a_child_of_a_cancelled_parent_is_cancelled_from_the_start),
        cmocka_unit_test(a_child_is_cancelled_alone),
        cmocka_unit_test(no_token_is_never_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
