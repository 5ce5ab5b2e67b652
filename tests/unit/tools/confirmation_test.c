/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "tools/confirmation.h"

#include <string.h>

static const unsigned char key[CONFIRMATION_KEY_SIZE] = {1, 2, 3};
static const int64_t now_ms = 1727431200000;

static struct confirmation sample(void)
{
    struct confirmation confirmation = {.expires_ms = now_ms + CONFIRMATION_LIFETIME_MS,
                                        .older_than_ms = 1700000000000,
                                        .keep_count = -1,
                                        .saved_until_ms = now_ms,
                                        .model = "flux-1-schnell"};
    for (size_t i = 0; i < sizeof confirmation.plan; i++)
        confirmation.plan[i] = (unsigned char)(37 * i + 11);
    for (size_t i = 0; i < sizeof confirmation.arguments; i++)
        confirmation.arguments[i] = (unsigned char)(91 * i + 5);
    return confirmation;
}

static void what_was_signed_comes_out(void **state)
{
    (void)state;
    struct confirmation in = sample(), out;
    struct error error;
    char text[CONFIRMATION_TEXT_SIZE];
    assert_true(confirmation_sign(&in, key, text, &error));
    assert_true(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
                strlen(text));
    assert_true(confirmation_verify(text, key, now_ms, &out, &error));
    assert_int_equal(out.expires_ms, in.expires_ms);
    assert_int_equal(out.older_than_ms, in.older_than_ms);
    assert_int_equal(out.keep_count, -1);
    assert_int_equal(out.saved_until_ms, in.saved_until_ms);
    assert_memory_equal(out.plan, in.plan, sizeof in.plan);
    assert_memory_equal(out.arguments, in.arguments, sizeof in.arguments);
    assert_string_equal(out.model, in.model);
}

static void a_handle_altered_anywhere_is_refused(void **state)
{
    (void)state;
    struct confirmation in = sample(), out;
    struct error error;
    char text[CONFIRMATION_TEXT_SIZE];
    assert_true(confirmation_sign(&in, key, text, &error));
    for (size_t i = 0; text[i]; i++) {
        char good = text[i];
        text[i] = good == 'A' ? 'B' : 'A';
        if (confirmation_verify(text, key, now_ms, &out, &error))
            fail_msg("character %zu can be changed", i);
        assert_int_equal(error.code, ERROR_INVALID);
        text[i] = good;
    }
    for (size_t length = strlen(text); length-- > 0;) {
        text[length] = '\0';
        assert_false(confirmation_verify(text, key, now_ms, &out, &error));
    }
}

static void a_handle_of_another_key_is_refused(void **state)
{
    (void)state;
    static const unsigned char other[CONFIRMATION_KEY_SIZE] = {1, 2, 4};
    struct confirmation in = sample(), out;
    struct error error;
    char text[CONFIRMATION_TEXT_SIZE];
    assert_true(confirmation_sign(&in, key, text, &error));
    assert_false(confirmation_verify(text, other, now_ms, &out, &error));
}

static void a_handle_expires(void **state)
{
    (void)state;
    struct confirmation in = sample(), out;
    struct error error;
    char text[CONFIRMATION_TEXT_SIZE];
    assert_true(confirmation_sign(&in, key, text, &error));
    assert_true(confirmation_verify(text, key, in.expires_ms - 1, &out, &error));
    assert_false(confirmation_verify(text, key, in.expires_ms, &out, &error));
    assert_non_null(strstr(error.text, "expired"));
}

static void a_handle_is_short_enough_to_be_copied_by_a_model(void **state)
{
    (void)state;
    struct confirmation in = sample();
    struct error error;
    char text[CONFIRMATION_TEXT_SIZE];
    assert_true(confirmation_sign(&in, key, text, &error));
    assert_in_range(strlen(text), 40, 110);
    for (size_t i = 0, run = 0; text[i]; i++) {
        run = i > 0 && text[i] == text[i - 1] ? run + 1 : 1;
        assert_true(run < 5);
    }
}

static void the_largest_and_the_smallest_values_come_out(void **state)
{
    (void)state;
    struct confirmation cases[2] = {{.expires_ms = INT64_MAX / 1000 * 1000,
                                     .older_than_ms = INT64_MAX,
                                     .keep_count = INT64_MAX - 1,
                                     .saved_until_ms = INT64_MAX},
                                    {.expires_ms = 1000, .keep_count = -1}};
    memset(cases[0].model, 'm', sizeof cases[0].model - 1);
    for (size_t i = 0; i < 2; i++) {
        struct confirmation out;
        struct error error;
        char text[CONFIRMATION_TEXT_SIZE];
        assert_true(confirmation_sign(&cases[i], key, text, &error));
        assert_true(confirmation_verify(text, key, 0, &out, &error));
        assert_int_equal(out.expires_ms, cases[i].expires_ms);
        assert_int_equal(out.older_than_ms, cases[i].older_than_ms);
        assert_int_equal(out.keep_count, cases[i].keep_count);
        assert_int_equal(out.saved_until_ms, cases[i].saved_until_ms);
        assert_string_equal(out.model, cases[i].model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_signed_comes_out),
        cmocka_unit_test(a_handle_altered_anywhere_is_refused),
        cmocka_unit_test(a_handle_of_another_key_is_refused),
        cmocka_unit_test(a_handle_expires),
        cmocka_unit_test(a_handle_is_short_enough_to_be_copied_by_a_model),
        cmocka_unit_test(the_largest_and_the_smallest_values_come_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
