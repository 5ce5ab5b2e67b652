/* SPDX-License-Identifier: MIT */
#include "tools/confirmation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const unsigned char key[CONFIRMATION_KEY_SIZE] = {1, 2, 3};
static const int64_t now_ms = 1727431200000;

static struct confirmation sample(void)
{
    struct confirmation confirmation = {.expires_ms = now_ms + CONFIRMATION_LIFETIME_MS,
                                        .older_than_ms = 1700000000000,
                                        .keep_count = -1,
                                        .saved_until_ms = now_ms,
                                        .model = "flux-1-schnell"};
    memset(confirmation.plan, 0xAB, SHA256_SIZE);
    memset(confirmation.arguments, 0xCD, SHA256_SIZE);
    return confirmation;
}

static void what_was_sealed_comes_out(void **state)
{
    (void)state;
    struct confirmation in = sample(), out;
    struct error error;
    char text[CONFIRMATION_TEXT_SIZE];
    assert_true(confirmation_seal(&in, key, text, &error));
    assert_true(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
                strlen(text));
    assert_true(confirmation_open(text, key, now_ms, &out, &error));
    assert_int_equal(out.expires_ms, in.expires_ms);
    assert_int_equal(out.older_than_ms, in.older_than_ms);
    assert_int_equal(out.keep_count, -1);
    assert_int_equal(out.saved_until_ms, in.saved_until_ms);
    assert_memory_equal(out.plan, in.plan, SHA256_SIZE);
    assert_memory_equal(out.arguments, in.arguments, SHA256_SIZE);
    assert_string_equal(out.model, in.model);
}

static void a_handle_altered_anywhere_is_refused(void **state)
{
    (void)state;
    struct confirmation in = sample(), out;
    struct error error;
    char text[CONFIRMATION_TEXT_SIZE];
    assert_true(confirmation_seal(&in, key, text, &error));
    for (size_t i = 0; text[i]; i++) {
        char good = text[i];
        text[i] = good == 'A' ? 'B' : 'A';
        if (confirmation_open(text, key, now_ms, &out, &error))
            fail_msg("character %zu can be changed", i);
        assert_int_equal(error.code, ERROR_INVALID);
        text[i] = good;
    }
    for (size_t length = strlen(text); length-- > 0;) {
        text[length] = '\0';
        assert_false(confirmation_open(text, key, now_ms, &out, &error));
    }
}

static void a_handle_of_another_key_is_refused(void **state)
{
    (void)state;
    static const unsigned char other[CONFIRMATION_KEY_SIZE] = {1, 2, 4};
    struct confirmation in = sample(), out;
    struct error error;
    char text[CONFIRMATION_TEXT_SIZE];
    assert_true(confirmation_seal(&in, key, text, &error));
    assert_false(confirmation_open(text, other, now_ms, &out, &error));
}

static void a_handle_expires(void **state)
{
    (void)state;
    struct confirmation in = sample(), out;
    struct error error;
    char text[CONFIRMATION_TEXT_SIZE];
    assert_true(confirmation_seal(&in, key, text, &error));
    assert_true(confirmation_open(text, key, in.expires_ms - 1, &out, &error));
    assert_false(confirmation_open(text, key, in.expires_ms, &out, &error));
    assert_non_null(strstr(error.text, "expired"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_comes_out),
        cmocka_unit_test(a_handle_altered_anywhere_is_refused),
        cmocka_unit_test(a_handle_of_another_key_is_refused),
        cmocka_unit_test(a_handle_expires),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
