/* SPDX-License-Identifier: MIT */
#include "mcp/arguments.h"

#include "base/json_text.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static const char schema_text[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"prompt\":{\"type\":\"string\"},"
    "\"model\":{\"type\":\"string\",\"minLength\":1},"
    "\"limit\":{\"type\":\"integer\"},"
    "\"scale\":{\"type\":\"number\"},"
    "\"deep\":{\"type\":\"boolean\"},"
    "\"data\":{\"type\":\"string\",\"contentEncoding\":\"base64\"},"
    "\"tags\":{\"type\":\"array\"},"
    "\"parameters\":{\"type\":\"object\"},"
    "\"image\":{\"type\":\"object\",\"properties\":{\"type\":{\"type\":\"string\"},"
    "\"resource\":{\"type\":\"object\",\"properties\":{\"uri\":{\"type\":\"string\"}}}},"
    "\"required\":[\"type\"]},"
    "\"range\":{\"type\":\"object\",\"properties\":{\"start\":{\"type\":\"string\"}},"
    "\"additionalProperties\":false}"
    "},\"required\":[\"prompt\"],\"additionalProperties\":false}";

/* A message whose root is the arguments. */
static struct message *make(const char *text)
{
    struct error error;
    struct message *message = message_create(1 << 20, "0123456789abcdef0123456789abcdef");
    assert_true(buffer_append_string(&message->text, text, &error));
    if (!message_parse(message, &error))
        fail_msg("%s: %s", text, error.text);
    return message;
}

static void assert_mended(const char *given, const char *expected, const char *ignored, bool strict)
{
    struct message *message = make(given);
    json_t *schema = json_loads(schema_text, 0, NULL);
    const struct argument_rules rules = {.tool = "save", .schema = schema, .strict = strict};
    struct arguments arguments;
    struct error error;
    if (!arguments_mend(&rules, message, message->root, &arguments, &error))
        fail_msg("%s: %s", given, error.text);
    char *text = json_text(arguments.object, 0), *note = arguments_note(&arguments, "save");
    if (strcmp(text, expected) != 0)
        fail_msg("%s became\n%s instead of\n%s", given, text, expected);
    if (!note != !ignored || (note && !strstr(note, ignored)))
        fail_msg("%s: the note is %s", given, note);
    free(text);
    free(note);
    arguments_finish(&arguments);
    json_decref(schema);
    message_unref(message);
}

static void what_means_nothing_is_not_given(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"null", "{}"},
        {"\"\"", "{}"},
        {"[]", "{}"},
        {"\"{}\"", "{}"},
        {"{\"model\":null,\"limit\":null,\"image\":null,\"deep\":null}", "{}"},
        {"{\"model\":\"\",\"limit\":\"\",\"image\":\"\",\"deep\":\"\",\"parameters\":\"\"}", "{}"},
        {"{\"prompt\":\"\",\"model\":\" \"}", "{\"prompt\":\"\",\"model\":\" \"}"},
        {"{\"prompt\":null}", "{\"prompt\":null}"},
        {"{\"image\":{}}", "{}"},
        {"{\"image\":[]}", "{}"},
        {"{\"image\":{\"type\":\"\",\"resource\":null}}", "{}"},
        {"{\"image\":{\"type\":\"a\",\"resource\":{\"uri\":\"\"}}}",
         "{\"image\":{\"type\":\"a\"}}"},
        {"{\"range\":{\"start\":null}}", "{}"},
        {"{\"parameters\":{\"a\":null,\"b\":\"\"}}", "{\"parameters\":{\"a\":null,\"b\":\"\"}}"},
        {"{\"parameters\":[]}", "{\"parameters\":{}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_mended(cases[i][0], cases[i][1], NULL, false);
}

static void what_can_mean_one_thing_only_is_taken_for_it(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{\"parameters\":\"{\\\"seed\\\": 42}\"}", "{\"parameters\":{\"seed\":42}}"},
        {"{\"parameters\":\" \\n{\\\"a\\\":{\\\"b\\\":\\\"{}\\\"}} \"}",
         "{\"parameters\":{\"a\":{\"b\":\"{}\"}}}"},
        {"{\"parameters\":\"\\\"{\\\\\\\"a\\\\\\\":1}\\\"\"}", "{\"parameters\":{\"a\":1}}"},
        {"{\"parameters\":\"[]\"}", "{\"parameters\":{}}"},
        {"{\"image\":\"[{\\\"type\\\":\\\"image\\\",\\\"resource\\\":\\\"{}\\\"}]\"}",
         "{\"image\":{\"type\":\"image\"}}"},
        {"{\"image\":[{\"type\":\"image\",\"extra\":1}]}",
         "{\"image\":{\"type\":\"image\",\"extra\":1}}"},
        {"{\"tags\":\"[1,2]\"}", "{\"tags\":[1,2]}"},
        {"{\"limit\":\"20\"}", "{\"limit\":20}"},
        {"{\"limit\":\"20.0\"}", "{\"limit\":20.0}"},
        {"{\"scale\":\"-7.5e1\"}", "{\"scale\":-75.0}"},
        {"{\"deep\":\"true\"}", "{\"deep\":true}"},
        {"{\"deep\":\"False\"}", "{\"deep\":false}"},
        {"{\"model\":7,\"prompt\":2.50}", "{\"model\":\"7\",\"prompt\":\"2.50\"}"},
        {"{\"model\":18446744073709551615}", "{\"model\":\"18446744073709551615\"}"},
        {"{\"prompt\":[\"a cat\"]}", "{\"prompt\":\"a cat\"}"},
        {"\"{\\\"prompt\\\":\\\"a\\\"}\"", "{\"prompt\":\"a\"}"},
        {"[{\"prompt\":\"a\"}]", "{\"prompt\":\"a\"}"},
        {"{\"arguments\":{\"prompt\":\"a\",\"limit\":\"3\"}}", "{\"prompt\":\"a\",\"limit\":3}"},
        {"{\"arguments\":\"{\\\"prompt\\\":\\\"a\\\"}\"}", "{\"prompt\":\"a\"}"},
        {"{\"name\":\"save\",\"arguments\":{\"prompt\":\"a\"}}", "{\"prompt\":\"a\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_mended(cases[i][0], cases[i][1], NULL, false);
}

static void what_could_mean_several_things_stays_as_it_is(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{\"limit\":\"twenty\"}",
        "{\"limit\":\"020\"}",
        "{\"limit\":\"2.5\"}",
        "{\"limit\":[1,2]}",
        "{\"limit\":true}",
        "{\"deep\":1}",
        "{\"deep\":\"yes\"}",
        "{\"data\":7}",
        "{\"prompt\":{\"a\":1}}",
        "{\"prompt\":[\"a\",\"b\"]}",
        "{\"prompt\":true}",
        "{\"parameters\":\"{\\\"seed\\\": 42\"}",
        "{\"parameters\":\"seed=42\"}",
        "{\"parameters\":\"7\"}",
        "{\"parameters\":7}",
        "{\"prompt\":\"{\\\"a\\\":1}\",\"model\":\"[]\",\"data\":\"7\"}",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_mended(cases[i], cases[i], NULL, false);
}

static void what_was_not_asked_for_is_ignored_and_named(void **state)
{
    (void)state;
    assert_mended("{\"prompt\":\"a\",\"task_progress\":\"- [x] a\"}", "{\"prompt\":\"a\"}",
                  "save has no such argument: \"task_progress\"", false);
    assert_mended("{\"task_progress\":1,\"x\":{}}", "{}", "\"task_progress\", \"x\"", false);
    assert_mended("{\"prompt\":\"a\",\"range\":{\"start\":\"1\",\"zone\":2}}",
                  "{\"prompt\":\"a\",\"range\":{\"start\":\"1\"}}", "\"range.zone\"", false);
    assert_mended("{\"prompt\":\"a\",\"promt\":\"b\"}", "{\"prompt\":\"a\"}", "\"promt\"", true);
    assert_mended("{\"prompt\":\"a\",\"modle\":\"b\"}", "{\"prompt\":\"a\"}", "\"modle\"", false);
    assert_mended("{\"prompt\":\"a\",\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,"
                  "\"h\":1,\"i\":1,\"j\":1}",
                  "{\"prompt\":\"a\"}", "\"h\", and more", false);
    assert_mended("{\"prompt\":\"a\",\"a\\u001b[2J\\u202eb\":1}", "{\"prompt\":\"a\"}",
                  "\"a [2J b\"", false);
    assert_mended("{\"prompt\":\"a\",\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                  "\xE7\x8C\xAB\":1}",
                  "{\"prompt\":\"a\"}", "aaa...\"", false);
}

static void a_misspelt_name_is_left_for_the_schema_to_refuse(void **state)
{
    (void)state;
    assert_mended("{\"promt\":\"a\"}", "{\"promt\":\"a\"}", NULL, false);
    assert_mended("{\"Prompt\":\"a\",\"task_progress\":1}", "{\"Prompt\":\"a\"}",
                  "\"task_progress\"", false);
    assert_mended("{\"prompt\":\"a\",\"modle\":\"b\"}", "{\"prompt\":\"a\",\"modle\":\"b\"}", NULL,
                  true);
    assert_mended("{\"prompt\":\"a\",\"dryRun\":true}", "{\"prompt\":\"a\",\"dryRun\":true}", NULL,
                  true);
    assert_mended("{\"prompt\":\"a\",\"range\":{\"strat\":\"1\"}}",
                  "{\"prompt\":\"a\",\"range\":{\"strat\":\"1\"}}", NULL, true);
}

static void assert_refused(struct message *message, json_t *given, enum error_code code)
{
    json_t *schema = json_loads(schema_text, 0, NULL);
    const struct argument_rules rules = {.tool = "save", .schema = schema};
    struct arguments arguments;
    struct error error;
    assert_false(arguments_mend(&rules, message, given, &arguments, &error));
    assert_int_equal(error.code, code);
    json_decref(schema);
}

static void arguments_that_are_no_object_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"7", "true", "[1]", "[{},{}]", "\"nonsense\"", "\"7\""};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message *message = make(cases[i]);
        assert_refused(message, message->root, ERROR_INVALID);
        message_unref(message);
    }
}

/* {"parameters": "[{},{},...]"} */
static void a_text_has_no_more_values_than_a_message(void **state)
{
    (void)state;
    struct buffer text = BUFFER_INIT(1 << 20);
    struct error error;
    struct message *message = make("{}");
    assert_true(buffer_append_string(&text, "{\"a\":[{}", &error));
    for (int i = 0; i < MESSAGE_MAX_VALUES; i++)
        assert_true(buffer_append_string(&text, ",{}", &error));
    assert_true(buffer_append_string(&text, "]}", &error));
    json_t *given = json_pack("{s:s}", "parameters", text.data);
    buffer_finish(&text);
    assert_refused(message, given, ERROR_TOO_LARGE);
    json_decref(given);
    message_unref(message);
}

static void the_memory_that_texts_grow_to_is_known(void **state)
{
    (void)state;
    struct message *message = make("{\"parameters\":\"{\\\"a\\\":[{},{},{},{}]}\"}");
    json_t *schema = json_loads(schema_text, 0, NULL);
    const struct argument_rules rules = {.tool = "save", .schema = schema};
    struct arguments arguments;
    struct error error;
    assert_true(arguments_mend(&rules, message, message->root, &arguments, &error));
    assert_in_range(arguments.memory, 5 * 224, 4096);
    arguments_finish(&arguments);
    json_decref(schema);
    message_unref(message);
}

/* U+0000 and what follows it, in a text in the text. */
static void a_text_in_a_text_holds_no_marker(void **state)
{
    (void)state;
    assert_mended(
        "{\"image\":\"{\\\"type\\\":\\\"\\\\u00000123456789abcdef0123456789abcdef:0\\\"}\"}",
        "{\"image\":{\"type\":\"\xEF\xBF\xBD"
        "0123456789abcdef0123456789abcdef:0\"}}",
        NULL, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_means_nothing_is_not_given),
        cmocka_unit_test(what_can_mean_one_thing_only_is_taken_for_it),
        cmocka_unit_test(what_could_mean_several_things_stays_as_it_is),
        cmocka_unit_test(what_was_not_asked_for_is_ignored_and_named),
        cmocka_unit_test(a_misspelt_name_is_left_for_the_schema_to_refuse),
        cmocka_unit_test(arguments_that_are_no_object_are_refused),
        cmocka_unit_test(a_text_has_no_more_values_than_a_message),
        cmocka_unit_test(the_memory_that_texts_grow_to_is_known),
        cmocka_unit_test(a_text_in_a_text_holds_no_marker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
