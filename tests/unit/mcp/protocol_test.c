/* SPDX-License-Identifier: MIT */
#include "mcp/protocol.h"
#include "support/test.h"

#include <string.h>

static json_t *load(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    return value;
}

static void a_legacy_version_that_is_not_served_becomes_the_newest(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"2024-11-05", "2024-11-05"}, {"2025-03-26", "2025-03-26"}, {"2025-06-18", "2025-06-18"},
        {"2025-11-25", "2025-11-25"}, {"2026-07-28", "2025-11-25"}, {"1999-01-01", "2025-11-25"},
        {"", "2025-11-25"},           {"none", "2025-11-25"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(protocol_version_name(protocol_negotiate(cases[i][0])), cases[i][1]);
}

static void ids_are_strings_and_integers(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        bool is_id;
    } cases[] = {
        {"\"\"", true},
        {"\"a\"", true},
        {"0", true},
        {"-1", true},
        {"9223372036854775807", true},
        {"1.0", true},
        {"1.5", false},
        {"1e300", true},
        {"-1e300", true},
        {"9.3e18", true},
        {"null", false},
        {"true", false},
        {"[]", false},
        {"{}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *id = load(cases[i].json);
        assert_int_equal(protocol_is_id(id), cases[i].is_id);
        json_decref(id);
    }
    assert_false(protocol_is_id(NULL));
}

#define M(name) "\"io.modelcontextprotocol/" name "\":"
#define GOOD    M("protocolVersion") "\"2026-07-28\"," M("clientCapabilities") "{}"

static void the_meta_of_a_modern_request_is_checked(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{\"_meta\":{" GOOD "}}", ""},
        {"{\"_meta\":{" GOOD "," M("clientInfo") "{\"name\":\"n\",\"version\":\"1\"}," M(
             "logLevel") "\"debug\",\"progressToken\":1,\"own/key\":[]}}",
         ""},
        {"{}", "lacks io.modelcontextprotocol/protocolVersion"},
        {"{\"_meta\":7}", "lacks io.modelcontextprotocol/protocolVersion"},
        {"{\"_meta\":{" M("protocolVersion") "7," M("clientCapabilities") "{}}}",
         "protocolVersion in params._meta must be a string"},
        {"{\"_meta\":{" M("protocolVersion") "\"2026-07-28\"}}",
         "lacks io.modelcontextprotocol/clientCapabilities"},
        {"{\"_meta\":{" M("protocolVersion") "\"2026-07-28\"," M("clientCapabilities") "[]}}",
         "clientCapabilities in params._meta must be an object"},
        {"{\"_meta\":{" GOOD "," M("clientInfo") "{\"name\":\"n\"}}}",
         "clientInfo in params._meta must be an object with"},
        {"{\"_meta\":{" GOOD "," M("logLevel") "\"loud\"}}", "must be a log level"},
        {"{\"_meta\":{" GOOD "," M("logLevel") "1}}", "must be a log level"},
        {"{\"_meta\":{" GOOD ",\"progressToken\":1.5}}",
         "progressToken in params._meta must be a string or"},
        {"{\"_meta\":{" GOOD ",\"progressToken\":null," M("logLevel") "null}}", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        json_t *params = load(cases[i][0]);
        assert_int_equal(protocol_check_meta(params, &error), !*cases[i][1]);
        if (!strstr(error.text, cases[i][1]))
            fail_msg("\"%s\" lacks \"%s\"", error.text, cases[i][1]);
        json_decref(params);
    }
    struct error error;
    assert_false(protocol_check_meta(NULL, &error));
}

static void the_version_that_a_request_declares_is_read(void **state)
{
    (void)state;
    json_t *params = load("{\"_meta\":{" M("protocolVersion") "\"x\"}}");
    assert_string_equal(protocol_declared_version(params), "x");
    json_decref(params);
    assert_null(protocol_declared_version(NULL));
    params = load("{\"_meta\":{" M("protocolVersion") "1}}");
    assert_null(protocol_declared_version(params));
    json_decref(params);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_legacy_version_that_is_not_served_becomes_the_newest),
        cmocka_unit_test(ids_are_strings_and_integers),
        cmocka_unit_test(the_meta_of_a_modern_request_is_checked),
        cmocka_unit_test(the_version_that_a_request_declares_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
