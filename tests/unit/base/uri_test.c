/* SPDX-License-Identifier: MIT */
#include "base/uri.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static void encoding_follows_rfc_3986_as_s3_wants_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum uri_part part;
        const char *expected;
    } cases[] = {
        {"", URI_COMPONENT, ""},
        {"AZaz09-._~", URI_COMPONENT, "AZaz09-._~"},
        {"a b+c", URI_COMPONENT, "a%20b%2Bc"},
        {"a/b", URI_COMPONENT, "a%2Fb"},
        {"a/b c", URI_PATH, "a/b%20c"},
        {"!*'()", URI_PATH, "%21%2A%27%28%29"},
        {"日é", URI_COMPONENT, "%E6%97%A5%C3%A9"},
        {"100%", URI_COMPONENT, "100%25"},
        {"@[`{", URI_COMPONENT, "%40%5B%60%7B"},
        {"\x7F\x80\xFF\x01", URI_COMPONENT, "%7F%80%FF%01"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error;
        char *text = uri_encoded(cases[i].text, cases[i].part, &error);
        assert_non_null(text);
        assert_string_equal(text, cases[i].expected);
        assert_int_equal(uri_encoded_length(cases[i].text, strlen(cases[i].text), cases[i].part),
                         strlen(cases[i].expected));
        free(text);
    }
}

static void every_byte_comes_back(void **state)
{
    (void)state;
    char text[256], *decoded;
    for (int i = 0; i < 255; i++)
        text[i] = (char)(i + 1);
    text[255] = '\0';
    for (int part = URI_COMPONENT; part <= URI_PATH; part++) {
        struct error error;
        char *encoded = uri_encoded(text, (enum uri_part)part, &error);
        assert_true(uri_decode(encoded, &decoded, &error));
        assert_string_equal(decoded, text);
        free(encoded);
        free(decoded);
    }
}

static void nul_bytes_are_encoded_and_the_cap_of_the_buffer_holds(void **state)
{
    (void)state;
    struct buffer buffer = BUFFER_INIT(7);
    struct error error;
    assert_true(uri_encode(&buffer, "a\0b", 3, URI_COMPONENT, &error));
    assert_string_equal(buffer.data, "a%00b");
    assert_false(uri_encode(&buffer, "/", 1, URI_COMPONENT, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
    assert_string_equal(buffer.data, "a%00b");
    buffer_finish(&buffer);
}

static void decoding_takes_both_cases_and_leaves_the_plus_sign(void **state)
{
    (void)state;
    char *text;
    struct error error;
    assert_true(uri_decode("%2f%2F+%C3%a9", &text, &error));
    assert_string_equal(text, "//+é");
    free(text);
}

static void bad_escapes_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"%", "%2", "a%zz", "%2g", "%g2", "%00", "%%41", "x%"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        char *text = NULL;
        assert_false(uri_decode(cases[i], &text, &error));
        assert_int_equal(error.code, ERROR_INVALID);
        assert_null(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encoding_follows_rfc_3986_as_s3_wants_it),
        cmocka_unit_test(every_byte_comes_back),
        cmocka_unit_test(nul_bytes_are_encoded_and_the_cap_of_the_buffer_holds),
        cmocka_unit_test(decoding_takes_both_cases_and_leaves_the_plus_sign),
        cmocka_unit_test(bad_escapes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
