/* SPDX-License-Identifier: MIT */
#include "tools/advice.h"

#include "cli/advice.h"
#include "support/test.h"

#include <string.h>

static struct error error_of(enum error_reason reason)
{
    struct error error;
    error_set(&error, ERROR_INVALID, "it is wrong");
    error_because(&error, reason);
    return error;
}

static void the_next_step_is_in_the_words_of_who_reads_it(void **state)
{
    (void)state;
    const struct error error = error_of(REASON_NO_IMAGE);
    assert_non_null(strstr(advice_for_tools(&error), "list_images"));
    assert_non_null(strstr(advice_for_resources(&error), "resources/list"));
    assert_non_null(strstr(advice_for_commands(&error), "image-storage-mcp list"));
}

static void each_reason_has_a_next_step_for_the_tools(void **state)
{
    (void)state;
    for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++) {
        const struct error error = error_of((enum error_reason)reason);
        assert_non_null(advice_for_tools(&error));
    }
}

static void an_error_without_a_reason_has_none(void **state)
{
    (void)state;
    struct error error = error_of(REASON_NO_RULE);
    error_prefix(&error, "in the plan");
    assert_non_null(advice_for_commands(&error));
    error_set(&error, ERROR_INVALID, "it is wrong in another way");
    assert_null(advice_for_tools(&error));
    assert_null(advice_for_resources(&error));
    assert_null(advice_for_commands(&error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_step_is_in_the_words_of_who_reads_it),
        cmocka_unit_test(each_reason_has_a_next_step_for_the_tools),
        cmocka_unit_test(an_error_without_a_reason_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
