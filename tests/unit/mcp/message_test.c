/* SPDX-License-Identifier: MIT */
#include "mcp/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka needs the four first. */
#include <cmocka.h>

static struct message *make(const char *text, size_t size)
{
    struct error error;
    struct message *message = message_create(1 << 20, "0123456789abcdef0123456789abcdef");
    assert_non_null(message);
    assert_true(buffer_append(&message->text, text, size, &error));
    return message;
}

static void the_id_is_found_in_what_there_is_of_a_message(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{\"id\":1}", "1"},
        {"{\"id\":1", "none"}, /* it may go on */
        {"{\"id\":1,", "1"},
        {"{\"id\":-12 ,", "-12"},
        {"{ \"id\" :\t\"a\\\"b\" , tru", "\"a\\\"b\""},
        {"{\"id\":\"a", "none"},
        {"{\"id\":\"a\\\"", "none"},
        {"{\"id\":1.5}", "none"},
        {"{\"id\":1e5}", "none"},
        {"{\"id\":--1}", "none"},
        {"{\"id\":99999999999999999999}", "none"},
        {"{\"id\":null}", "none"},
        {"{\"id\":{\"id\":3}}", "none"},
        {"{\"id\":[4]}", "none"},
        {"{\"id\":}", "none"},
        {"{\"id\":", "none"},
        {"{\"id\"", "none"},
        {"{\"a\":{\"id\":1},\"id\":2}", "2"},
        {"{\"a\":[{\"id\":1}],\"id\":2}", "2"},
        {"{\"a\":\"\\\"id\\\":1\",\"id\":2}", "2"},
        {"{\"a\":\"id\",\"b\":\"{\",\"id\":2}", "2"},
        {"{\"id\":1,\"id\":2}", "1"},
        {"{\"\\u0069d\":1,\"ids\":2}", "none"},
        {"[{\"id\":1}]", "none"},
        {"{\"id\":\"\\u0000\"}", "none"},
        {"{\"id\":\"\xFF\"}", "none"},
        {"nonsense", "none"},
        {"", "none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message *message = make(cases[i][0], strlen(cases[i][0]));
        json_t *id = message_find_id(message);
        char *text = json_dumps(id, JSON_ENCODE_ANY);
        if (strcmp(text ? text : "none", cases[i][1]) != 0)
            fail_msg("%s: %s instead of %s", cases[i][0], text, cases[i][1]);
        free(text);
        json_decref(id);
        message_unref(message);
    }
}

static void no_id_is_found_in_a_message_without_text(void **state)
{
    (void)state;
    struct message *message = message_create(10, "0123456789abcdef0123456789abcdef");
    assert_null(message_find_id(message));
    message_unref(message);
    message_unref(NULL);
}

static void what_json_does_not_allow_is_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{\"a\":1,\"a\":1}", "duplicate"},
        {"{\"a\":\"\\u0000\"}", "U+0000"},
        {"[[{\"b\":[\"x\\u0000\"]}]]", "U+0000"},
        {"{\"a\":\"\xC0\x80\"}", "0xc0"},
        {"{\"a\":\"\\ud800\"}", "invalid Unicode"},
        {"{} {}", "end of file"},
        {"{\"a\":1e999}", "overflow"},
        {"{\"a\":18446744073709551615,\"b\":-1e999}", "overflow"},
        {"{\"a\":18446744073709551615,\"b\":\"", "end of input"},
        {"{\"a\":01}", ""},
        {"{\"a\":\"\t\"}", "control"},
        {"{'a':1}", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        struct message *message = make(cases[i][0], strlen(cases[i][0]));
        assert_false(message_parse(message, &error));
        assert_int_equal(error.code, ERROR_INVALID);
        if (!strstr(error.text, cases[i][1]))
            fail_msg("%s: %s", cases[i][0], error.text);
        message_unref(message);
    }
}

static void integers_beyond_64_bits_are_read_as_real_numbers(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[9223372036854775807,-9223372036854775807]",
         "[9223372036854775807,-9223372036854775807]"},
        {"{\"seed\":18446744073709551615,\"n\":1}", "{\"n\":1,\"seed\":1.8446744073709552e19}"},
        {"[9223372036854775808]", "[9.2233720368547758e18]"},
        {"[-18446744073709551615 ]", "[-1.8446744073709552e19]"},
        {"[18446744073709551615,2e1,18446744073709551615.5]",
         "[1.8446744073709552e19,20.0,1.8446744073709552e19]"},
        {"{\"18446744073709551615\":\"\\\"18446744073709551615\",\"a\":18446744073709551615}",
         "{\"18446744073709551615\":\"\\\"18446744073709551615\",\"a\":1.8446744073709552e19}"},
        {"18446744073709551615", "1.8446744073709552e19"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error;
        struct message *message = make(cases[i][0], strlen(cases[i][0]));
        if (!message_parse(message, &error))
            fail_msg("%s: %s", cases[i][0], error.text);
        char *text = json_dumps(message->root, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
        assert_string_equal(text, cases[i][1]);
        free(text);
        message_unref(message);
    }
}

/* A message in which "Zm9v" was lifted out, wherever "%" stands. */
static struct message *make_lifted(const char *text)
{
    struct error error;
    size_t used;
    struct message *message = make("", 0);
    struct lifted_string *lifted = calloc(1, sizeof *lifted);
    base64_decoder_init(&lifted->decoder, 100);
    assert_true(base64_decode(&lifted->decoder, "Zm9v", 4, &used, &error));
    assert_true(base64_decode_end(&lifted->decoder, &error));
    strcpy(lifted->head, "data:;base64,");
    message->lifted = calloc(1, sizeof lifted);
    message->lifted[0] = lifted;
    message->lifted_count = 1;
    for (; *text; text++) {
        bool good = *text == '%'
                        ? buffer_printf(&message->text, &error, "\"\\u0000%s:0\"", message->nonce)
                        : buffer_append_char(&message->text, *text, &error);
        assert_true(good);
    }
    assert_true(message_parse(message, &error));
    return message;
}

static void lifted_strings_are_restored_but_where_the_schema_says_bytes(void **state)
{
    (void)state;
    struct error error;
    struct message *message = make_lifted("{\"a\":{\"data\":%,\"x\":%,\"y\":[1,%,{\"data\":%}]},"
                                          "\"data\":%,\"b\":{\"data\":%}}");
    json_t *schema = json_loads("{\"properties\":{\"a\":{\"properties\":{\"data\":{"
                                "\"contentEncoding\":\"base64\"},\"x\":{\"type\":\"string\"}}},"
                                "\"data\":{\"contentEncoding\":\"base64\"}}}",
                                0, NULL);
    assert_non_null(schema);
    json_t *a = json_object_get(message->root, "a"), *y = json_object_get(a, "y");
    assert_true(message_restore(message, message->root, schema, &error));
    const json_t *const kept[] = {json_object_get(a, "data"),
                                  json_object_get(message->root, "data")};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_ptr_equal(message_lifted(message, kept[i]), message->lifted[0]);
    const json_t *const restored[] = {
        json_object_get(a, "x"),
        json_array_get(y, 1),
        json_object_get(json_array_get(y, 2), "data"),
        json_object_get(json_object_get(message->root, "b"), "data"),
    };
    for (size_t i = 0; i < sizeof restored / sizeof *restored; i++)
        assert_string_equal(json_string_value(restored[i]), "data:;base64,Zm9v");
    json_decref(schema);
    message_unref(message);
}

static void what_is_gone_cannot_be_restored(void **state)
{
    (void)state;
    struct error error;
    struct message *message = make_lifted("[{\"a\":%}]");
    message->lifted[0]->error.code = ERROR_TOO_LARGE;
    assert_false(message_restore(message, message->root, NULL, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
    message_unref(message);
}

static void a_message_lives_as_long_as_its_last_reference(void **state)
{
    (void)state;
    struct message *message = make("{}", 2);
    assert_ptr_equal(message_ref(message), message);
    message_unref(message);
    assert_string_equal(message->text.data, "{}");
    message_unref(message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_id_is_found_in_what_there_is_of_a_message),
        cmocka_unit_test(no_id_is_found_in_a_message_without_text),
        cmocka_unit_test(what_json_does_not_allow_is_refused),
        cmocka_unit_test(integers_beyond_64_bits_are_read_as_real_numbers),
        cmocka_unit_test(lifted_strings_are_restored_but_where_the_schema_says_bytes),
        cmocka_unit_test(what_is_gone_cannot_be_restored),
        cmocka_unit_test(a_message_lives_as_long_as_its_last_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
