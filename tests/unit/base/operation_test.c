/* SPDX-License-Identifier: MIT */
#include "base/operation.h"
#include "support/test.h"

#include <string.h>

static void an_operation_fails_once_it_is_cancelled(void **state)
{
    (void)state;
    struct cancel cancel;
    struct error error;
    struct operation operation = {.cancel = &cancel};
    cancel_init(&cancel);
    assert_true(operation_check(&operation, &error));
    cancel_request(&cancel);
    assert_false(operation_check(&operation, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    assert_true(operation_check(&(struct operation){0}, &error));
    cancel_finish(&cancel);
}

static void note_progress(void *argument, uint64_t done, uint64_t total, const char *message)
{
    assert_int_equal(done, 3);
    assert_int_equal(total, 7);
    assert_string_equal(message, "images");
    ++*(int *)argument;
}

static void progress_goes_to_whoever_wants_it(void **state)
{
    (void)state;
    int calls = 0;
    operation_progress(&(struct operation){0}, 1, 2, NULL);
    struct operation operation = {.progress = note_progress, .progress_argument = &calls};
    operation_progress(&operation, 3, 7, "images");
    assert_int_equal(calls, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_operation_fails_once_it_is_cancelled),
        cmocka_unit_test(progress_goes_to_whoever_wants_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
