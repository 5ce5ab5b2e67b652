/* SPDX-License-Identifier: MIT */
#include "mcp/schema.h"
#include "support/test.h"
#include "tools/tools.h"

#include <string.h>

static json_t *load(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    if (!value)
        fail_msg("not JSON: %s", text);
    return value;
}

static void assert_validation(const char *schema_text, const char *value_text, const char *expected)
{
    struct error error = {0};
    json_t *schema = load(schema_text), *value = load(value_text);
    assert_true(schema_check(schema, &error));
    bool valid = schema_validate(schema, value, &error);
    if (valid != !*expected || strcmp(error.text, expected) != 0)
        fail_msg("%s against %s: \"%s\" instead of \"%s\"", value_text, schema_text, error.text,
                 expected);
    assert_int_equal(error.code, valid ? ERROR_NONE : ERROR_INVALID);
    json_decref(schema);
    json_decref(value);
}

static void each_keyword_says_what_is_wrong(void **state)
{
    (void)state;
#define TYPE(name) "{\"type\":\"" name "\"}"
#define A(schema)  "{\"type\":\"object\",\"properties\":{\"a\":" schema "}}"
    static const char *const cases[][3] = {
        {TYPE("object"), "{}", ""},
        {TYPE("object"), "[]", "the arguments must be an object, not an array"},
        {TYPE("array"), "[]", ""},
        {TYPE("array"), "{}", "the arguments must be an array, not an object"},
        {TYPE("string"), "\"\"", ""},
        {TYPE("string"), "null", "the arguments must be a string, not null"},
        {TYPE("null"), "null", ""},
        {TYPE("null"), "0", "the arguments must be null, not an integer (0)"},
        {TYPE("boolean"), "true", ""},
        {TYPE("boolean"), "false", ""},
        {TYPE("number"), "1", ""},
        {TYPE("number"), "1.5", ""},
        {TYPE("integer"), "1", ""},
        {TYPE("integer"), "1.0", ""},
        {TYPE("integer"), "-9007199254740993.0", ""},
        {TYPE("integer"), "1e300", ""},
        {A(TYPE("integer")), "{\"a\":1.5}", "\"a\" must be an integer, not a number (1.5)"},
        {A(TYPE("integer")), "{\"a\":\"7\"}", "\"a\" must be an integer, not a string (\"7\")"},
        {A(TYPE("boolean")), "{\"a\":\"true\"}",
         "\"a\" must be a boolean, not a string (\"true\")"},
        {A(TYPE("string")), "{\"b\":1}", ""},
        {A(A(TYPE("string"))), "{\"a\":{\"a\":1}}", "\"a.a\" must be a string, not an integer (1)"},
        {"{\"required\":[\"a\",\"b\"]}", "{\"a\":null,\"b\":0}", ""},
        {"{\"required\":[\"a\",\"b\"]}", "{\"c\":1}", "\"a\" is missing; \"b\" is missing"},
        {"{\"required\":[\"a\"]}", "7", ""}, /* says nothing about what is no object */
        {A("{\"type\":\"object\",\"required\":[\"b\"]}"), "{\"a\":{}}", "\"a.b\" is missing"},
        {"{\"additionalProperties\":false,\"properties\":{\"a\":{},\"b\":{}}}", "{\"a\":1}", ""},
        {"{\"additionalProperties\":false,\"properties\":{\"a\":{},\"b\":{}}}", "{\"c\":1}",
         "\"c\" is not known here (known: a, b)"},
        {"{\"additionalProperties\":true}", "{\"c\":1}", ""},
        {A("{\"enum\":[\"b\",\"c\"]}"), "{\"a\":\"c\"}", ""},
        {A("{\"enum\":[\"b\",\"c\"]}"), "{\"a\":\"d\"}", "\"a\" must be one of: b, c (\"d\")"},
        {A("{\"enum\":[\"b\",\"c\"]}"), "{\"a\":\"\"}", "\"a\" must be one of: b, c (\"\")"},
        {A("{\"enum\":[\"b\"]}"), "{\"a\":null}", "\"a\" must be one of: b"},
        {A("{\"minimum\":1}"), "{\"a\":1}", ""},
        {A("{\"minimum\":1}"), "{\"a\":0}", "\"a\" must be at least 1"},
        {A("{\"minimum\":1}"), "{\"a\":\"\"}", ""},
        {A("{\"maximum\":9}"), "{\"a\":9.0}", ""},
        {A("{\"maximum\":9}"), "{\"a\":9.5}", "\"a\" must be at most 9"},
        {A("{\"minLength\":1}"), "{\"a\":\"\"}", "\"a\" must not be empty"},
        {A("{\"minLength\":3}"), "{\"a\":\"日本\"}", "\"a\" is too short"},
        {A("{\"minLength\":2}"), "{\"a\":\"日本\"}", ""},
        {A("{\"maxLength\":2}"), "{\"a\":\"日本\"}", ""},
        {A("{\"maxLength\":2}"), "{\"a\":\"日本語\"}",
         "\"a\" must not be longer than 2 characters"},
        {A("{\"maxLength\":2}"), "{\"a\":777}", ""},
        {A("{\"format\":\"date-time\"}"), "{\"a\":\"2024-09-27T10:00:00Z\"}", ""},
        {A("{\"format\":\"date-time\"}"), "{\"a\":\"today\"}",
         "\"a\" is wrong: \"today\" is no date such as 2024-09-27, nor a date and time such as "
         "2024-09-27T10:00:00Z"},
        {"{\"title\":\"t\",\"description\":\"d\",\"default\":1,\"examples\":[1],"
         "\"contentEncoding\":\"base64\"}",
         "[]", ""},
        {"{}", "[1]", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_validation(cases[i][0], cases[i][1], cases[i][2]);
}

static void all_problems_are_in_one_sentence(void **state)
{
    (void)state;
    assert_validation("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{"
                      "\"type\":\"string\",\"minLength\":1}},\"required\":[\"c\"],"
                      "\"additionalProperties\":false}",
                      "{\"a\":5,\"b\":\"\",\"d\":1}",
                      "\"a\" must be a string, not an integer (5); \"b\" must not be empty; "
                      "\"c\" is missing; \"d\" is not known here (known: a, b)");
}

/* Whatever names and values come: the text is bounded, ends, and is UTF-8 (or jansson refuses it).
 */
static void many_long_names_in_japanese_make_a_valid_text(void **state)
{
    (void)state;
    for (size_t pad = 0; pad < 6; pad++) {
        struct error error;
        json_t *value = json_object();
        json_t *schema = load("{\"additionalProperties\":false,\"properties\":{\"日本語日本語日本語"
                              "日本語日本語日本語日本語日本語日本語日本語日本語\":{},\"日本語日本語"
                              "日本語日本語日本語日本語日本語日本語日本語\":{}}}");
        for (int i = 0; i < 20; i++) {
            char name[200];
            snprintf(name, sizeof name,
                     "%.*s%d日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語", (int)pad,
                     "xxxxxx", i);
            json_object_set_new(value, name, json_integer(i));
        }
        assert_false(schema_validate(schema, value, &error));
        json_t *text = json_string(error.text);
        assert_non_null(text);
        json_decref(text);
        json_decref(value);
        json_decref(schema);
    }
}

static void a_long_value_is_shown_in_part(void **state)
{
    (void)state;
    struct error error;
    json_t *schema = load(A(TYPE("integer")));
    json_t *value = load("{\"a\":\"日本語日本語日本語日本語日本語日本語日本語日本語\"}");
    assert_false(schema_validate(schema, value, &error));
    assert_string_equal(error.text,
                        "\"a\" must be an integer, not a string (\"日本語日本語日本語日本語日...)");
    json_decref(schema);
    json_decref(value);
}

static void a_schema_with_something_unknown_in_it_is_found(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{\"patternProperties\":{}}", "\"patternProperties\" is not known"},
        {"{\"type\":\"text\"}", "\"type\" has a form"},
        {"{\"type\":[\"string\"]}", "\"type\" has a form"},
        {"{\"required\":\"a\"}", "\"required\" has a form"},
        {"{\"required\":[1]}", "\"required\" has a form"},
        {"{\"additionalProperties\":{}}", "\"additionalProperties\" has a form"},
        {"{\"minLength\":-1}", "\"minLength\" has a form"},
        {"{\"format\":\"email\"}", "\"format\" has a form"},
        {"{\"properties\":[]}", "\"properties\" has a form"},
        {"{\"properties\":{\"a\":{\"oneOf\":[]}}}", "a: the keyword \"oneOf\""},
        {"{\"properties\":{\"a\":true}}", "a: a schema is not an object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        json_t *schema = load(cases[i][0]);
        assert_false(schema_check(schema, &error));
        assert_int_equal(error.code, ERROR_INTERNAL);
        assert_non_null(strstr(error.text, cases[i][1]));
        json_decref(schema);
    }
}

static void the_schemas_of_all_tools_are_understood(void **state)
{
    (void)state;
    struct tool_set set = tools_all(NULL);
    assert_true(set.count > 0);
    for (size_t i = 0; i < set.count; i++) {
        struct error error = {0};
        json_t *definition = load(set.tools[i].definition);
        if (!schema_check(json_object_get(definition, "inputSchema"), &error))
            fail_msg("%s: %s", json_string_value(json_object_get(definition, "name")), error.text);
        json_decref(definition);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_keyword_says_what_is_wrong),
        cmocka_unit_test(all_problems_are_in_one_sentence),
        cmocka_unit_test(many_long_names_in_japanese_make_a_valid_text),
        cmocka_unit_test(a_long_value_is_shown_in_part),
        cmocka_unit_test(a_schema_with_something_unknown_in_it_is_found),
        cmocka_unit_test(the_schemas_of_all_tools_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
