/* SPDX-License-Identifier: MIT */
#include "mcp/message.h"
#include "support/test.h"

#include <string.h>

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
        {"{\"id\":1.50}", "1.50"},
        {"{\"id\":1e5}", "1e5"},
        {"{\"id\":--1}", "none"},
        {"{\"id\":99999999999999999999}", "99999999999999999999"},
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
        {"{\"id\":\"\\u0000\\ud83d\"}", "\"\\u0000\\ud83d\""},
        {"{\"id\":\"\xFF\"}", "none"},
        {"nonsense", "none"},
        {"", "none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message *message = make(cases[i][0], strlen(cases[i][0]));
        char *text = message_find_id(message);
        if (strcmp(text ? text : "none", cases[i][1]) != 0)
            fail_msg("%s: %s instead of %s", cases[i][0], text, cases[i][1]);
        free(text);
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
        {"{\"a\":\"\xC0\x80\"}", "0xc0"},
        {"{} {}", "the end is expected"},
        {"", "the end"},
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

static void more_values_than_are_accepted_are_refused(void **state)
{
    (void)state;
    struct error error;
    struct message *message = make("[0", 2);
    for (int i = 0; i < MESSAGE_MAX_VALUES; i++)
        assert_true(buffer_append_string(&message->text, ",0", &error));
    assert_true(buffer_append_string(&message->text, "]", &error));
    assert_false(message_parse(message, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
    message_unref(message);
}

static void its_size_tells_what_its_values_take(void **state)
{
    (void)state;
    struct error error;
    struct message *message = make("[{},{},{},{}]", 13);
    assert_true(message_parse(message, &error));
    assert_in_range(message_size(message), 4 * 224, 4096);
    message_unref(message);
}

static void a_byte_order_mark_is_passed_over(void **state)
{
    (void)state;
    struct error error;
    struct message *message = make(MESSAGE_MARK "{}", 5);
    assert_true(message_parse(message, &error));
    message_unref(message);
}

static void ids_go_back_as_they_came(void **state)
{
    (void)state;
    static const char *const ids[] = {"1",
                                      "-0.50",
                                      "1e3",
                                      "18446744073709551615",
                                      "\"a\"",
                                      "\"\"",
                                      "\"\\u0000\"",
                                      "\"x\\uD83d\"",
                                      "\"\\n\"",
                                      "1.0",
                                      "9007199254740993"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        char text[100];
        struct error error;
        int size = snprintf(text, sizeof text, "[{\"id\":%s,\"n\":1.5}]", ids[i]);
        struct message *message = make(text, (size_t)size);
        assert_true(message_parse(message, &error));
        const json_t *id = json_object_get(json_array_get(message->root, 0), "id");
        char *echo = message_echo(message, id);
        assert_string_equal(echo, ids[i]);
        free(echo);
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
        cmocka_unit_test(more_values_than_are_accepted_are_refused),
        cmocka_unit_test(its_size_tells_what_its_values_take),
        cmocka_unit_test(a_byte_order_mark_is_passed_over),
        cmocka_unit_test(ids_go_back_as_they_came),
        cmocka_unit_test(lifted_strings_are_restored_but_where_the_schema_says_bytes),
        cmocka_unit_test(what_is_gone_cannot_be_restored),
        cmocka_unit_test(a_message_lives_as_long_as_its_last_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
