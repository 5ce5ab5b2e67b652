/* SPDX-License-Identifier: MIT */
#include "base/json_read.h"

#include "base/buffer.h"
#include "base/json_text.h"
#include "support/test.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The n-th allocation fails, and all that follow when `forever`. */
static struct {
    long left;
    bool forever;
} plan = {.left = LONG_MAX};

static void *allocate(size_t size)
{
    long left = plan.left--;
    return left == 0 || (left < 0 && plan.forever) ? NULL : malloc(size);
}

static const struct json_reading usual = {.max_depth = 8, .max_values = 100};

/* A copy that ends where its memory does, NUL included, so that a sanitizer sees what is read
 * beyond. */
static json_t *read_text(struct json_reading *reading, const char *text, size_t size,
                         struct error *error)
{
    char *copy = malloc(size + 1);
    memcpy(copy, text, size);
    copy[size] = '\0';
    json_t *value = json_read(reading, copy, size, error);
    free(copy);
    return value;
}

static char *read_and_write(const char *text)
{
    struct json_reading reading = usual;
    struct error error;
    json_t *value = read_text(&reading, text, strlen(text), &error);
    if (!value)
        fail_msg("%s: %s", text, error.text);
    char *again = json_text(value, JSON_ENSURE_ASCII);
    json_decref(value);
    assert_non_null(again);
    return again;
}

static void json_is_read_as_it_is(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{}", "{}"},
        {" [ ] ", "[]"},
        {"\t{\"a\":\r\n[1,-2,0,3.5,1e2,-0.25E-1,true,false,null,\"\"]}",
         "{\"a\":[1,-2,0,3.5,100.0,-0.025,true,false,null,\"\"]}"},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"", "\"\\\"\\\\/\\b\\f\\n\\r\\tA\""},
        {"\"\xC3\xA4\xE7\x8C\xAB\xF0\x9F\x90\xB1\"", "\"\\u00E4\\u732B\\uD83D\\uDC31\""},
        {"\"\\u00e4\\u732B\\ud83d\\udc31\"", "\"\\u00E4\\u732B\\uD83D\\uDC31\""},
        {"\"\\u007f\\u0080\\u07ff\\u0800\\uffff\\udbff\\udfff\"",
         "\"\x7F\\u0080\\u07FF\\u0800\\uFFFF\\uDBFF\\uDFFF\""},
        {"{\"\\u0061\":{\"b\\nc\":\"\\\\\"}}", "{\"a\":{\"b\\nc\":\"\\\\\"}}"},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"1e-999", "0.0"},
        {"[[[[[[[[]]]]]]]]", "[[[[[[[[]]]]]]]]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = read_and_write(cases[i][0]);
        assert_string_equal(text, cases[i][1]);
        free(text);
    }
}

static void what_has_no_place_in_a_text_is_mended(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"\"a cat \\ud83d\"", "\"a cat \\uFFFD\""},
        {"\"\\udc31 and\"", "\"\\uFFFD and\""},
        {"\"\\udc31\\ud83d\"", "\"\\uFFFD\\uFFFD\""},
        {"\"\\ud83d\\ud83d\\udc31\"", "\"\\uFFFD\\uD83D\\uDC31\""},
        {"\"\\ud83d\\n\\udc31\"", "\"\\uFFFD\\n\\uFFFD\""},
        {"\"\\ud83dx\\u0000y\"", "\"\\uFFFDx\\uFFFDy\""},
        {"{\"a\\u0000\":1,\"\\ud83d\":2}", "{\"a\\uFFFD\":1,\"\\uFFFD\":2}"},
        {"18446744073709551615", "1.8446744073709552e19"},
        {"[-18446744073709551615 ]", "[-1.8446744073709552e19]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = read_and_write(cases[i][0]);
        assert_string_equal(text, cases[i][1]);
        free(text);
    }
}

static void what_is_no_json_is_refused_with_its_place(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "the end where a value is expected (at byte 0)"},
        {"{} {}", "'{' where the end is expected (at byte 3)"},
        {"{\"a\":1,}", "'}' where a member name is expected (at byte 7)"},
        {"{\"a\" 1}", "'1' where ':' is expected"},
        {"{\"a\":1 \"b\":2}", "'\"' where ',' or '}' is expected"},
        {"[1 2]", "where ',' or ']'"},
        {"[1,]", "']' where a value"},
        {"[1", "the end where"},
        {"{'a':1}", "'''"},
        {"nul", "'n' where a value"},
        {"nulll", "'l' where the end"},
        {"{\"a\":1,\"\\u0061\":1}", "duplicate member name (at byte 7)"},
        {"\"a", "the end in the middle of a string"},
        {"\"a\\\"", "the end in the middle of a string"},
        {"\"a\\", "escape"},
        {"\"\\x41\"", "escape"},
        {"\"\\u00g0\"", "escape"},
        {"\"\\u123", "escape"},
        {"\"\\ud83d\\u12\"", "escape"},
        {"\"\t\"", "control character"},
        {"\"\xC0\x80\"", "0xc0 is not UTF-8 (at byte 1)"},
        {"\"\xED\xA0\xBD\"", "0xed is not UTF-8"},
        {"\"a\xE7\x8C\"", "0xe7 is not UTF-8"},
        {"\xFF", "the byte 0xff"},
        {"01", "malformed number"},
        {"-", "malformed number"},
        {"1.", "malformed number"},
        {"1e+", "malformed number"},
        {"0x10", "'x' where the end"},
        {"1e999", "too large"},
        {"-1e999", "too large"},
        {"NaN", "'N'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json_reading reading = usual;
        struct error error = {0};
        assert_null(read_text(&reading, cases[i][0], strlen(cases[i][0]), &error));
        assert_int_equal(error.code, ERROR_INVALID);
        if (!strstr(error.text, cases[i][1]))
            fail_msg("%s: %s", cases[i][0], error.text);
    }
}

static void a_nul_byte_ends_no_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"{}\0", "\"\0\"", "[\0]"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct json_reading reading = usual;
        struct error error = {0};
        assert_null(read_text(&reading, texts[i], 3, &error));
        assert_int_equal(error.code, ERROR_INVALID);
    }
}

static void limits_are_kept_and_told(void **state)
{
    (void)state;
    struct json_reading reading = {.max_depth = 2, .max_values = 4};
    struct error error;
    json_t *value = read_text(&reading, "[[1,2]]", 7, &error);
    assert_non_null(value);
    json_decref(value);
    assert_null(read_text(&reading, "[[[1]]]", 7, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
    assert_string_equal(error.text, "it is nested more than 2 levels deep");
    assert_null(read_text(&reading, "{\"a\":[1,2,3]}", 13, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
    assert_string_equal(error.text, "it has more than 4 values");
}

static void the_memory_of_many_small_values_is_known(void **state)
{
    (void)state;
    struct json_reading reading = usual;
    struct error error;
    json_t *value = read_text(&reading, "[{},{},{}]", 10, &error);
    json_decref(value);
    assert_in_range(reading.memory, 3 * 224, 2000); /* what jansson allocates for them */
}

static void only_the_marker_keeps_its_nul(void **state)
{
    (void)state;
    static const char text[] = "[\"\\u0000abc:0\",\"x\\u0000abc:0\",\"\\u0000abd:0\","
                               "\"\\ud800abc:0\",\"\\u0000ab\"]";
    struct json_reading reading = {.max_depth = 2, .max_values = 9, .marker = "abc:"};
    struct error error;
    json_t *value = read_text(&reading, text, strlen(text), &error);
    assert_non_null(value);
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *string = json_array_get(value, i);
        bool kept = memchr(json_string_value(string), '\0', json_string_length(string));
        assert_int_equal(kept, i == 0);
    }
    json_decref(value);
}

static bool note(void *argument, const json_t *value, size_t depth, const char *text, size_t size)
{
    struct error error;
    return value && depth > 0 && buffer_append(argument, text, size, &error) &&
           buffer_append_char(argument, '|', &error);
}

static void what_a_value_does_not_say_is_noted(void **state)
{
    (void)state;
    static const char text[] = "[1,1.50,\"\\u0041\",\"\\ud800\\u0041\",99999999999999999999,{"
                               "\"\\u0000\":\"a\\u0000\"}]";
    struct buffer notes = BUFFER_INIT(1000);
    struct json_reading reading = usual;
    struct error error;
    reading.note = note;
    reading.argument = &notes;
    json_t *value = read_text(&reading, text, strlen(text), &error);
    assert_non_null(value);
    json_decref(value);
    assert_string_equal(notes.data, "1.50|\"\\ud800\\u0041\"|99999999999999999999|\"a\\u0000\"|");
    buffer_finish(&notes);
}

/* Strings of every length near the powers of two at which buffers grow. */
static void no_value_lacks_anything_when_memory_runs_out(void **state)
{
    (void)state;
    for (int length = 10; length < 70; length++) {
        char text[256];
        snprintf(text, sizeof text, "{\"%.*s\":[\"%.*s\\n\",{},1,2.5]}", length,
                 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                 length,
                 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
        for (long nth = 0, done = 0; !done; nth++) {
            struct json_reading reading = usual;
            struct error error = {0};
            plan.forever = nth % 2;
            plan.left = nth / 2;
            json_t *value = read_text(&reading, text, strlen(text), &error);
            done = plan.left >= 0;
            plan.left = LONG_MAX;
            assert_int_equal(value == NULL, !done);
            if (value) {
                char *again = json_text(value, 0);
                assert_string_equal(again, text);
                free(again);
            } else {
                assert_int_equal(error.code, ERROR_NO_MEMORY);
            }
            json_decref(value);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_read_as_it_is),
        cmocka_unit_test(what_has_no_place_in_a_text_is_mended),
        cmocka_unit_test(what_is_no_json_is_refused_with_its_place),
        cmocka_unit_test(a_nul_byte_ends_no_text),
        cmocka_unit_test(limits_are_kept_and_told),
        cmocka_unit_test(the_memory_of_many_small_values_is_known),
        cmocka_unit_test(only_the_marker_keeps_its_nul),
        cmocka_unit_test(what_a_value_does_not_say_is_noted),
        cmocka_unit_test(no_value_lacks_anything_when_memory_runs_out),
    };
    json_set_alloc_funcs(allocate, free);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
