/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "support/test.h"

#include <string.h>

static void a_text_is_formatted_and_the_result_is_false(void **state)
{
    (void)state;
    struct error error;
    assert_false(error_set(&error, ERROR_NOT_FOUND, "no %s with %d legs", "cow", 5));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_string_equal(error.text, "no cow with 5 legs");
}

static void a_long_text_is_cut_at_a_character_boundary(void **state)
{
    (void)state;
    struct error error;
    char text[1024];
    for (size_t start = 0; start < 4; start++) { /* every phase of a character of four bytes */
        memset(text, 'x', start);
        for (size_t at = start; at + 4 < sizeof text; at += 4)
            memcpy(text + at, "😀", 5);
        error_set(&error, ERROR_INVALID, "%s", text);
        size_t length = strlen(error.text);
        assert_true(length > sizeof error.text - 5);
        assert_int_equal((length - start) % 4, 0);
        assert_memory_equal(error.text, text, length);
    }
}

static void a_text_that_just_fits_is_kept_whole(void **state)
{
    (void)state;
    struct error error;
    char text[sizeof error.text];
    memset(text, 'x', sizeof text - 3);
    memcpy(text + sizeof text - 3, "é", 3);
    error_set(&error, ERROR_INVALID, "%s", text);
    assert_string_equal(error.text, text);
}

static void what_a_precision_cut_out_of_a_character_is_dropped(void **state)
{
    (void)state;
    struct error error;
    error_set(&error, ERROR_INVALID, "\"%.4s\" is wrong", "日本");
    assert_string_equal(error.text, "\"日\" is wrong");
}

static void a_prefix_goes_before_the_text_and_the_code_stays(void **state)
{
    (void)state;
    struct error error;
    error_set(&error, ERROR_DENIED, "the key is wrong");
    assert_false(error_prefix(&error, "bucket %s", "b"));
    assert_int_equal(error.code, ERROR_DENIED);
    assert_string_equal(error.text, "bucket b: the key is wrong");
}

static void a_prefix_of_any_length_leaves_a_valid_text(void **state)
{
    (void)state;
    struct error error;
    char prefix[600];
    for (size_t length = 480; length < sizeof prefix; length++) {
        memset(prefix, 'p', length);
        prefix[length] = '\0';
        error_set(&error, ERROR_INVALID, "日本日本日本日本日本");
        error_prefix(&error, "%s", prefix);
        size_t kept = strlen(error.text), expected = length < 511 ? length : 511;
        assert_memory_equal(error.text, prefix, expected);
        if (length + 2 < 511) {
            assert_true(kept >= 509);
            assert_int_equal((kept - length - 2) % 3, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_formatted_and_the_result_is_false),
        cmocka_unit_test(a_long_text_is_cut_at_a_character_boundary),
        cmocka_unit_test(a_text_that_just_fits_is_kept_whole),
        cmocka_unit_test(what_a_precision_cut_out_of_a_character_is_dropped),
        cmocka_unit_test(a_prefix_goes_before_the_text_and_the_code_stays),
        cmocka_unit_test(a_prefix_of_any_length_leaves_a_valid_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
