/* SPDX-License-Identifier: MIT */
#include "support/fake_resources.h"
#include "support/session.h"
#include "support/test.h"

#include <string.h>

static const struct tool_set no_tools = {0};
static struct fake_resources resources = FAKE_RESOURCES_INIT;

static void start(struct session *session)
{
    sem_init(&resources.waiting, 0, 0);
    session_start_with(session, &no_tools, fake_resources_set(&resources));
}

static json_t *ask(struct session *session, const char *line)
{
    send_line(session, line);
    return receive(session);
}

/* The text of a member of the result or error of an answer, which is released. */
static void assert_member(json_t *message, const char *part, const char *name, const char *expected)
{
    const json_t *value = json_object_get(json_object_get(message, part), name);
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;
    if (strcmp(text ? text : "none", expected) != 0)
        fail_msg("%s.%s is %s instead of %s", part, name, text ? text : "none", expected);
    free(text);
    json_decref(message);
}

#define COMPLETE(id, ref, argument)                                                                \
    REQUEST(id, "completion/complete", "\"ref\":{" ref "},\"argument\":{" argument "}")
#define TEMPLATE_REF "\"type\":\"ref/resource\",\"uri\":\"x:{name}\""

static void each_revision_declares_what_it_has(void **state)
{
    (void)state;
    static const char resources_only[] =
        "{\"resources\":{\"listChanged\":true,\"subscribe\":true},\"tools\":{}}";
    static const char both[] = "{\"completions\":{},\"resources\":{\"listChanged\":true,"
                               "\"subscribe\":true},\"tools\":{}}";
    static const char *const versions[] = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"};
    struct session session;
    char line[256];
    start(&session);
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        snprintf(line, sizeof line, REQUEST("1", "initialize", "\"protocolVersion\":\"%s\""),
                 versions[i]);
        assert_member(ask(&session, line), "result", "capabilities",
                      i == 0 ? resources_only : both);
    }
    assert_member(ask(&session, REQUEST("2", "server/discover", META)), "result", "capabilities",
                  both);
    session_end(&session);
}

static void resources_are_listed_page_by_page(void **state)
{
    (void)state;
    struct session session;
    start(&session);
    initialize(&session, "2025-11-25");
    send_line(&session, REQUEST("1", "resources/list", ""));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resources\":[{\"uri\":"
                              "\"x:1\",\"name\":\"n\"}],\"nextCursor\":\"two\"}}");
    send_line(&session, REQUEST("2", "resources/list", "\"cursor\":\"two\""));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"resources\":[{\"uri\":"
                              "\"x:2\",\"name\":\"n\"}]}}");
    send_line(&session, REQUEST("3", "resources/list", "\"cursor\":\"three\""));
    assert_refusal(&session, "3", -32602, "Invalid params: the cursor is damaged");
    send_line(&session, REQUEST("4", "resources/list", "\"cursor\":7"));
    assert_refusal(&session, "4", -32602, "cursor");
    session_end(&session);
}

static void what_may_be_cached_says_for_how_long(void **state)
{
    (void)state;
    static const struct {
        const char *line, *ttl, *scope;
    } cases[] = {
        {REQUEST("1", "resources/list", META), "0", "\"private\""},
        {REQUEST("1", "resources/read", "\"uri\":\"x:1\"," META), "300000", "\"private\""},
        {REQUEST("1", "resources/templates/list", META), "3600000", "\"public\""},
    };
    struct session session;
    start(&session);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_member(ask(&session, cases[i].line), "result", "ttlMs", cases[i].ttl);
        assert_member(ask(&session, cases[i].line), "result", "cacheScope", cases[i].scope);
        assert_member(ask(&session, cases[i].line), "result", "resultType", "\"complete\"");
    }
    session_end(&session);
}

static void templates_are_one_page(void **state)
{
    (void)state;
    struct session session;
    start(&session);
    initialize(&session, "2024-11-05");
    send_line(&session, REQUEST("1", "resources/templates/list", ""));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resourceTemplates\":[{"
                              "\"uriTemplate\":\"x:{name}\",\"name\":\"t\"}]}}");
    send_line(&session, REQUEST("2", "resources/templates/list", "\"cursor\":\"two\""));
    assert_refusal(&session, "2", -32602, "cursor");
    session_end(&session);
}

static void bytes_go_out_as_base64(void **state)
{
    (void)state;
    struct session session;
    start(&session);
    initialize(&session, "2025-03-26");
    send_line(&session, REQUEST("1", "resources/read", "\"uri\":\"x:1\""));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"contents\":[{\"uri\":"
                              "\"x:1\",\"mimeType\":\"image/png\",\"blob\":\"AP8iCg==\"}]}}");
    send_line(&session, "[" REQUEST("2", "resources/read", "\"uri\":\"x:1\"") "]");
    assert_receives(&session, "[{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"contents\":[{\"uri\":"
                              "\"x:1\",\"mimeType\":\"image/png\",\"blob\":\"AP8iCg==\"}]}}]");
    session_end(&session);
}

static void failures_have_the_code_of_the_revision(void **state)
{
    (void)state;
    static const struct {
        const char *params;
        int legacy, modern;
        const char *part;
    } cases[] = {
        {"\"uri\":\"x:nothing\"", -32002, -32602, "\"data\":{\"uri\":\"x:nothing\"}"},
        {"\"uri\":\"\"", -32002, -32602, "\"data\":{\"uri\":\"\"}"},
        {"\"uri\":\"x:down\"", -32603, -32603, "the store does not answer"},
        {"\"uri\":\"x:large\"", -32603, -32603, "fetch it from"},
        {"\"uri\":7", -32602, -32602, "uri must be a string"},
        {"\"name\":\"x:1\"", -32602, -32602, "uri must be a string"},
    };
    struct session session;
    char line[512];
    start(&session);
    initialize(&session, "2025-11-25");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(line, sizeof line, REQUEST("1", "resources/read", "%s"), cases[i].params);
        send_line(&session, line);
        assert_refusal(&session, "1", cases[i].legacy, cases[i].part);
        snprintf(line, sizeof line, REQUEST("2", "resources/read", "%s," META), cases[i].params);
        send_line(&session, line);
        assert_refusal(&session, "2", cases[i].modern, cases[i].part);
    }
    session_end(&session);
}

static void completions_say_how_many_there_are(void **state)
{
    (void)state;
    static const struct {
        const char *value, *expected;
    } cases[] = {
        {"few", "{\"hasMore\":false,\"total\":2,\"values\":[\"1\",\"2\"]}"},
        {"", "{\"hasMore\":true,\"total\":7,\"values\":[\"1\",\"2\"]}"},
        {"bounded", "{\"hasMore\":true,\"values\":[\"1\",\"2\"]}"},
    };
    struct session session;
    char line[512];
    start(&session);
    initialize(&session, "2024-11-05");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(line, sizeof line,
                 COMPLETE("1", TEMPLATE_REF, "\"name\":\"name\",\"value\":\"%s\""), cases[i].value);
        assert_member(ask(&session, line), "result", "completion", cases[i].expected);
    }
    session_end(&session);
}

static void what_cannot_be_completed_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line, *part;
    } cases[] = {
        {REQUEST("1", "completion/complete", ""), "ref must be"},
        {REQUEST("1", "completion/complete", "\"ref\":7,\"argument\":{}"), "ref must be"},
        {COMPLETE("1", "\"type\":\"ref/prompt\",\"name\":\"x\"", ""), "there are no prompts"},
        {COMPLETE("1", "\"type\":\"ref/resource\"", ""), "ref must be"},
        {COMPLETE("1", "\"type\":\"ref/resource\",\"uri\":\"y:{name}\"",
                  "\"name\":\"name\",\"value\":\"\""),
         "no such template"},
        {COMPLETE("1", TEMPLATE_REF, "\"name\":\"other\",\"value\":\"\""), "no such template"},
        {COMPLETE("1", TEMPLATE_REF, "\"name\":\"name\""), "argument must have"},
        {COMPLETE("1", TEMPLATE_REF, "\"name\":\"name\",\"value\":7"), "argument must have"},
        {REQUEST("1", "completion/complete", "\"ref\":{" TEMPLATE_REF "},\"argument\":[]"),
         "argument must have"},
    };
    struct session session;
    start(&session);
    initialize(&session, "2025-11-25");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        send_line(&session, cases[i].line);
        assert_refusal(&session, "1", -32602, cases[i].part);
    }
    session_end(&session);
}

/* Strings that were lifted out of the message must not be taken for empty ones. */
static void long_strings_are_no_names(void **state)
{
    (void)state;
    enum { LENGTH = 100000 };
    static const char *const lines[] = {
        REQUEST("1", "resources/read", "\"uri\":\"#\""),
        REQUEST("1", "resources/list", "\"cursor\":\"#\""),
        REQUEST("1", "resources/subscribe", "\"uri\":\"#\""),
        COMPLETE("1", TEMPLATE_REF, "\"name\":\"name\",\"value\":\"#\""),
    };
    struct session session;
    char *text = malloc(LENGTH);
    memset(text, 'A', LENGTH);
    start(&session);
    initialize(&session, "2025-11-25");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *place = strchr(lines[i], '#');
        send_bytes(&session, lines[i], (size_t)(place - lines[i]));
        send_bytes(&session, text, LENGTH);
        send_line(&session, place + 1);
        assert_refusal(&session, "1", -32602, "Invalid params");
    }
    free(text);
    session_end(&session);
}

static void a_cancelled_reading_stops_and_is_not_answered(void **state)
{
    (void)state;
    struct session session;
    start(&session);
    initialize(&session, "2025-11-25");
    send_line(&session, REQUEST("1", "resources/read", "\"uri\":\"x:wait\""));
    while (sem_wait(&resources.waiting) < 0)
        ;
    send_line(&session, CANCEL("1"));
    send_line(&session, REQUEST("2", "ping", ""));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
    session_end(&session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_revision_declares_what_it_has),
        cmocka_unit_test(resources_are_listed_page_by_page),
        cmocka_unit_test(what_may_be_cached_says_for_how_long),
        cmocka_unit_test(templates_are_one_page),
        cmocka_unit_test(bytes_go_out_as_base64),
        cmocka_unit_test(failures_have_the_code_of_the_revision),
        cmocka_unit_test(completions_say_how_many_there_are),
        cmocka_unit_test(what_cannot_be_completed_is_refused),
        cmocka_unit_test(long_strings_are_no_names),
        cmocka_unit_test(a_cancelled_reading_stops_and_is_not_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
