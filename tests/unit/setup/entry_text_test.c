/* SPDX-License-Identifier: MIT */
#include "setup/entry_text.h"

#include "base/cleanup.h"
#include "setup/jsonc.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static const struct entry_place place = {.list = "mcpServers", .name = "images"};

/* Real entries are longer; this one has a value of every kind that they have. */
static json_t *make_entry(void)
{
    json_t *entry = json_pack("{s:s, s:{s:s}}", "command", "/bin/x", "env", "A", "1");
    assert_non_null(entry);
    return entry;
}

static char *put(const char *old)
{
    struct error error;
    struct buffer text = BUFFER_INIT(1 << 20);
    json_t *entry = make_entry();
    if (!entry_text_put(old, strlen(old), &place, entry, &text, &error))
        fail_msg("%s: %s", old, error.text);
    json_decref(entry);
    assert_non_null(text.data);
    return buffer_take(&text);
}

static char *take_out(const char *old)
{
    struct error error;
    struct buffer text = BUFFER_INIT(1 << 20);
    if (!entry_text_remove(old, strlen(old), &place, &text, &error))
        fail_msg("%s: %s", old, error.text);
    char *result = buffer_take(&text);
    return result ? result : strdup("");
}

/* What a text means; NULL for nothing. */
static json_t *meaning(const char *text)
{
    struct error error;
    struct jsonc jsonc;
    if (!jsonc_parse(text, strlen(text), &jsonc, &error))
        fail_msg("%s: %s", text, error.text);
    json_t *value = json_incref(jsonc.value);
    jsonc_finish(&jsonc);
    return value;
}

static bool is_strict(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);
    json_decref(value);
    return value != NULL;
}

/* The entry is there, nothing else means anything else, and what was JSON for everybody still is.
 */
static void assert_only_the_entry_was_added(const char *old, const char *text)
{
    json_t *before = meaning(old), *after = meaning(text), *entry = make_entry();
    json_t *list = json_object_get(after, place.list);
    assert_true(json_equal(json_object_get(list, place.name), entry));
    if (!before)
        before = json_object();
    if (!json_object_get(before, place.list))
        json_object_set_new(before, place.list, json_object());
    json_object_set(json_object_get(before, place.list), place.name, entry);
    assert_true(json_equal(before, after));
    if (is_strict(old) || !*old)
        assert_true(is_strict(text));
    json_decref(before);
    json_decref(after);
    json_decref(entry);
}

/* "text" without the bytes that were put in, wherever, is "old". */
static void assert_holds_in_order(const char *text, const char *old)
{
    while (*text && *old)
        old += *text++ == *old;
    assert_int_equal(*old, '\0');
}

#define ENTRY(indent, unit, end)                                                                   \
    "{" end indent unit "\"command\": \"/bin/x\"," end indent unit                                 \
    "\"env\": {" end indent unit unit "\"A\": \"1\"" end indent unit "}" end indent "}"
#define LIST(indent, unit, end)                                                                    \
    "\"mcpServers\": {" end indent unit "\"images\": " ENTRY(indent unit, unit, end) end indent "}"
#define ENTRY_IN_LINE "{\"command\": \"/bin/x\", \"env\": {\"A\": \"1\"}}"
#define ENTRY_COMPACT "{\"command\":\"/bin/x\",\"env\":{\"A\":\"1\"}}"

static const struct {
    const char *what, *old, *text;
} additions[] = {
    {"no text", "", "{\n  " LIST("  ", "  ", "\n") "\n}\n"},
    {"empty lines", "\n\n", "\n\n{\n  " LIST("  ", "  ", "\n") "\n}\n"},
    {"a byte order mark alone", "\xEF\xBB\xBF", "\xEF\xBB\xBF{\n  " LIST("  ", "  ", "\n") "\n}\n"},
    {"a comment alone", "// mine", "// mine\n{\n  " LIST("  ", "  ", "\n") "\n}\n"},
    {"an empty object", "{}", "{\n  " LIST("  ", "  ", "\n") "\n}"},
    {"an empty object with space in it", "{ }\n", "{\n  " LIST("  ", "  ", "\n") "\n}\n"},
    {"an empty object on two lines", "{\n}\n", "{\n  " LIST("  ", "  ", "\n") "\n}\n"},
    {"an object with a comment", "{ /* none */ }", "{ /* none */\n  " LIST("  ", "  ", "\n") "\n}"},
    {"an object with a comment to the end of the line", "{\n  // none\n}\n",
     "{\n  // none\n  " LIST("  ", "  ", "\n") "\n}\n"},
    {"other settings", "{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\n  " LIST("  ", "  ", "\n") "\n}\n"},
    {"four spaces", "{\n    \"a\": [1, 2]\n}\n",
     "{\n    \"a\": [1, 2],\n    " LIST("    ", "    ", "\n") "\n}\n"},
    {"tabs", "{\n\t\"a\": {\n\t\t\"b\": 2\n\t}\n}\n",
     "{\n\t\"a\": {\n\t\t\"b\": 2\n\t},\n\t" LIST("\t", "\t", "\n") "\n}\n"},
    {"CRLF", "{\r\n  \"a\": 1\r\n}\r\n",
     "{\r\n  \"a\": 1,\r\n  " LIST("  ", "  ", "\r\n") "\r\n}\r\n"},
    {"a byte order mark", "\xEF\xBB\xBF{\n  \"a\": 1\n}",
     "\xEF\xBB\xBF{\n  \"a\": 1,\n  " LIST("  ", "  ", "\n") "\n}"},
    {"a trailing comma", "{\n  \"a\": 1,\n}\n",
     "{\n  \"a\": 1,\n  " LIST("  ", "  ", "\n") ",\n}\n"},
    {"a comment behind the last value", "{\n  \"a\": 1 // one, and \"only\"\n}\n",
     "{\n  \"a\": 1, // one, and \"only\"\n  " LIST("  ", "  ", "\n") "\n}\n"},
    {"comments after the last value", "{\n  \"a\": 1\n  // \"b\": 2,\n  /* } */\n}\n",
     "{\n  \"a\": 1,\n  // \"b\": 2,\n  /* } */\n  " LIST("  ", "  ", "\n") "\n}\n"},
    {"a trailing comma and a comment", "{\n  \"a\": 1, // one\n}\n",
     "{\n  \"a\": 1, // one\n  " LIST("  ", "  ", "\n") ",\n}\n"},
    {"a comment before all", "// Settings\n/* of mine */ {\n  \"a\": 1\n}\n",
     "// Settings\n/* of mine */ {\n  \"a\": 1,\n  " LIST("  ", "  ", "\n") "\n}\n"},
    {"an empty list", "{\n  \"mcpServers\": {}\n}\n", "{\n  " LIST("  ", "  ", "\n") "\n}\n"},
    {"an empty list among others", "{\n  \"mcpServers\": { },\n  \"b\": 2\n}\n",
     "{\n  " LIST("  ", "  ", "\n") ",\n  \"b\": 2\n}\n"},
    {"other servers", "{\n  \"mcpServers\": {\n    \"b\": {\"command\": \"b\"}\n  }\n}\n",
     "{\n  \"mcpServers\": {\n    \"b\": {\"command\": \"b\"},\n    \"images\": " //
     ENTRY("    ", "  ", "\n") "\n  }\n}\n"},
    {"a list of the same name deeper down",
     "{\n  \"projects\": {\n    \"/p\": {\n      \"mcpServers\": {}\n    }\n  }\n}\n",
     "{\n  \"projects\": {\n    \"/p\": {\n      \"mcpServers\": {}\n    }\n  },\n  " //
     LIST("  ", "  ", "\n") "\n}\n"},
    {"everything on one line", "{\"a\": 1, \"mcpServers\": {\"b\": {}}}",
     "{\"a\": 1, \"mcpServers\": {\"b\": {}, \"images\": " ENTRY_IN_LINE "}}"},
    {"everything compact", "{\"a\":1,\"mcpServers\":{\"b\":{}}}",
     "{\"a\":1,\"mcpServers\":{\"b\":{},\"images\":" ENTRY_COMPACT "}}"},
    {"an empty list, compact", "{\"mcpServers\":{}}",
     "{\"mcpServers\":{\"images\":" ENTRY_COMPACT "}}"},
    {"no list, compact", "{\"a\":1}", "{\"a\":1,\"mcpServers\":{\"images\":" ENTRY_COMPACT "}}"},
    {"one line with a trailing comma", "{\"a\": 1,}",
     "{\"a\": 1, \"mcpServers\": {\"images\": " ENTRY_IN_LINE "},}"},
    {"one line and a comment that ends it", "{\"a\": 1 // one\n}",
     "{\"a\": 1, // one\n  " LIST("  ", "  ", "\n") "\n}"},
    {"a list on one line in a file of many", "{\n  \"mcpServers\": {\"b\": {}}\n}\n",
     "{\n  \"mcpServers\": {\"b\": {}, \"images\": " ENTRY_IN_LINE "}\n}\n"},
    {"the brace at the end of a line", "{\n  \"a\": 1,\n  \"b\": 2 }",
     "{\n  \"a\": 1,\n  \"b\": 2,\n  " LIST("  ", "  ", "\n") "\n}"},
    {"names that only look like ours", "{\n  \"x\": \"mcpServers\",\n  \"images\": {}\n}\n",
     "{\n  \"x\": \"mcpServers\",\n  \"images\": {},\n  " LIST("  ", "  ", "\n") "\n}\n"},
    {"strings with everything in them", "{\n  \"a\": \"}, // \\\" /* \\\\\", \"\\u007d\": 1\n}\n",
     "{\n  \"a\": \"}, // \\\" /* \\\\\", \"\\u007d\": 1,\n  " LIST("  ", "  ", "\n") "\n}\n"},
    {"a name written with escapes", "{\n  \"\\u006dcpServers\": {}\n}\n",
     "{\n  \"\\u006dcpServers\": {\n    \"images\": " ENTRY("    ", "  ", "\n") "\n  }\n}\n"},
};

static void an_entry_is_added_in_the_manner_of_the_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof additions / sizeof *additions; i++) {
        CLEANUP(free_cleanup) char *text = put(additions[i].old);
        if (strcmp(text, additions[i].text) != 0)
            fail_msg("%s: got\n%s\nnot\n%s", additions[i].what, text, additions[i].text);
        assert_only_the_entry_was_added(additions[i].old, text);
    }
}

static void adding_twice_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof additions / sizeof *additions; i++) {
        CLEANUP(free_cleanup) char *once = put(additions[i].old);
        CLEANUP(free_cleanup) char *twice = put(once);
        assert_string_equal(once, twice);
    }
}

static void what_was_added_can_be_removed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof additions / sizeof *additions; i++) {
        CLEANUP(free_cleanup) char *with = put(additions[i].old);
        CLEANUP(free_cleanup) char *without = take_out(with);
        json_t *before = meaning(additions[i].old), *after = meaning(without);
        if (!before)
            before = json_object();
        if (!json_object_get(before, place.list))
            json_object_set_new(before, place.list, json_object());
        if (!json_equal(before, after))
            fail_msg("%s: left\n%s", additions[i].what, without);
        json_decref(before);
        json_decref(after);
        assert_holds_in_order(with, without);
    }
}

static void an_entry_of_that_name_is_replaced(void **state)
{
    (void)state;
    static const struct {
        const char *old, *text;
    } cases[] = {
        {"{\n  \"mcpServers\": {\n    \"a\": {},\n    \"images\": {\"command\": \"old\"}, // mine\n"
         "    \"z\": {}\n  }\n}\n",
         "{\n  \"mcpServers\": {\n    \"a\": {},\n    \"images\": " ENTRY("    ", "  ", "\n") //
         ", // mine\n    \"z\": {}\n  }\n}\n"},
        {"{\n\t\"mcpServers\": {\n\t\t\"images\": {\n\t\t\t\"disabled\": true // "
         "why?\n\t\t}\n\t}\n}",
         "{\n\t\"mcpServers\": {\n\t\t\"images\": " ENTRY("\t\t", "\t", "\n") "\n\t}\n}"},
        {"{\"mcpServers\":{\"images\":1,\"z\":{}}}",
         "{\"mcpServers\":{\"images\":" ENTRY_COMPACT ",\"z\":{}}}"},
        {"{\"mcpServers\": {\"images\": [null]}}",
         "{\"mcpServers\": {\"images\": " ENTRY_IN_LINE "}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(free_cleanup) char *text = put(cases[i].old);
        assert_string_equal(text, cases[i].text);
        assert_only_the_entry_was_added(cases[i].old, text);
    }
}

static void an_entry_that_means_the_same_stays_as_it_is_written(void **state)
{
    (void)state;
    static const char old[] =
        "{\"mcpServers\": {\"images\": {\n\"env\": /* x */ {\"A\": \"\\u0031\"},"
        "  \"command\": \"\\/bin\\/x\",}}}";
    CLEANUP(free_cleanup) char *text = put(old);
    assert_string_equal(text, old);
}

static void an_entry_is_removed_with_its_comma_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *old, *text;
    } cases[] = {
        {"", ""},
        {"{}", "{}"},
        {"{\"mcpServers\": {\"b\": 1}}", "{\"mcpServers\": {\"b\": 1}}"},
        {"{\"mcpServers\": {\"images\": 1}}", "{\"mcpServers\": {}}"},
        {"{\n  \"mcpServers\": {\n    \"images\": {}\n  }\n}\n", "{\n  \"mcpServers\": {}\n}\n"},
        {"{\"mcpServers\": {\"images\": 1, \"b\": 2}}", "{\"mcpServers\": { \"b\": 2}}"},
        {"{\"mcpServers\": {\"b\": 2, \"images\": 1}}", "{\"mcpServers\": {\"b\": 2}}"},
        {"{\"mcpServers\": {\"b\": 2, \"images\": 1, }}", "{\"mcpServers\": {\"b\": 2, }}"},
        {"{\"mcpServers\": {\n  \"a\": 1,\n  \"images\": 1,\n  \"b\": 2\n}}",
         "{\"mcpServers\": {\n  \"a\": 1,\n  \"b\": 2\n}}"},
        {"{\"mcpServers\": {\n  \"a\": 1, // one\n  \"images\": 1\n  // end\n}}",
         "{\"mcpServers\": {\n  \"a\": 1 // one\n  // end\n}}"},
        {"{\"mcpServers\": { // list\n  \"images\": 1 }}", "{\"mcpServers\": { // list\n }}"},
        {"{\"mcpServers\": { // list\r\n  \"images\": 1,\r\n  \"b\": 2 }}",
         "{\"mcpServers\": { // list\r\n  \"b\": 2 }}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(free_cleanup) char *text = take_out(cases[i].old);
        assert_string_equal(text, cases[i].text);
        json_decref(meaning(text));
    }
}

static void the_entry_can_be_read(void **state)
{
    (void)state;
    struct error error;
    json_t *entry = NULL;
    static const char text[] = "{\"mcpServers\": {\"images\": {\"command\": \"x\"},},}";
    assert_true(entry_text_get(text, strlen(text), &place, &entry, &error));
    assert_string_equal(json_string_value(json_object_get(entry, "command")), "x");
    json_decref(entry);
    assert_true(entry_text_get("{}", 2, &place, &entry, &error));
    assert_null(entry);
}

static void what_is_no_configuration_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"[]", "does not hold a JSON object"},
        {"null", "does not hold a JSON object"},
        {"\"{}\"", "does not hold a JSON object"},
        {"{", "not JSON at line 1"},
        {"{\n  \"a\": 1\n  \"secret\": 2\n}", "not JSON at line 3"},
        {"{} {}", "not JSON at line 1"},
        {"{}}", "not JSON at line 1"},
        {"{'a': 1}", "not JSON at line 1"},
        {"{a: 1}", "not JSON at line 1"},
        {"{\"a\": 01}", "not JSON at line 1"},
        {"{\"a\": \"\n\"}", "not JSON at line 1"},
        {"{\"a\": 1,,}", "not JSON at line 1"},
        {"{,}", "not JSON at line 1"},
        {"{\"a\": [,]}", "not JSON at line 1"},
        {"{\"a\":,}", "not JSON at line 1"},
        {"{} /* open", "not JSON at line 1"},
        {"{ /*/ }", "not JSON at line 1"},
        {"{\"a\": \"open}", "not JSON at line 1"},
        {"\xFF\xFE{\0}\0", "not JSON at line 1"},
        {"model = \"o3\"\n[mcp_servers.a]\n", "not JSON at line 1"},
        {"{\"mcpServers\": []}", "\"mcpServers\" in it is not an object"},
        {"{\"mcpServers\": null}", "\"mcpServers\" in it is not an object"},
        {"{\"mcpServers\": {}, \"mcpServers\": {}}", "\"mcpServers\" twice"},
        {"{\"mcpServers\": {\"images\": 1, \"i\\u006dages\": 2}}", "\"images\" twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(4096);
        json_t *entry = make_entry();
        if (entry_text_put(cases[i].text, strlen(cases[i].text), &place, entry, &text, &error))
            fail_msg("accepted: %s", cases[i].text);
        assert_int_equal(error.code, ERROR_INVALID);
        if (!strstr(error.text, cases[i].says))
            fail_msg("%s: %s", cases[i].text, error.text);
        assert_null(strstr(error.text, "secret"));
        assert_int_equal(text.size, 0);
        assert_false(
            entry_text_remove(cases[i].text, strlen(cases[i].text), &place, &text, &error));
        json_decref(entry);
    }
    struct error error;
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(4096);
    assert_false(entry_text_remove("{}\0", 3, &place, &text, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_added_in_the_manner_of_the_file),
        cmocka_unit_test(adding_twice_changes_nothing),
        cmocka_unit_test(what_was_added_can_be_removed),
        cmocka_unit_test(an_entry_of_that_name_is_replaced),
        cmocka_unit_test(an_entry_that_means_the_same_stays_as_it_is_written),
        cmocka_unit_test(an_entry_is_removed_with_its_comma_and_nothing_else),
        cmocka_unit_test(the_entry_can_be_read),
        cmocka_unit_test(what_is_no_configuration_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
