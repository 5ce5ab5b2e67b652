/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "mcp/message.h"
#include "support/fake_resources.h"
#include "support/session.h"
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

static struct {
    sem_t started; /* a waiting tool posts it when it runs */
    sem_t go;      /* a held tool waits for it */
} tools_state;

/* How many things the tools have to say besides. */
static atomic_int notices;

static char *take_notice(void *context)
{
    int left = atomic_load(&notices);
    (void)context;
    while (left > 0 && !atomic_compare_exchange_weak(&notices, &left, left - 1))
        ;
    return left > 0 ? strdup("by the way") : NULL;
}

static bool run_echo(void *context, const struct tool_call *call, struct tool_result *ret_result,
                     struct error *error)
{
    (void)context;
    (void)error;
    json_t *copy = json_deep_copy(call->arguments);
    *ret_result = (struct tool_result){
        .content = json_pack("[{s:s, s:s}, {s:s, s:s, s:s}]", "type", "text", "text", "echo",
                             "type", "resource_link", "uri", "x:y", "name", "n"),
        .structured = copy,
    };
    return true;
}

static bool run_fail(void *context, const struct tool_call *call, struct tool_result *ret_result,
                     struct error *error)
{
    (void)context;
    (void)call;
    (void)ret_result;
    return error_set(error, ERROR_DENIED, "no \"permission\" für 日本");
}

static bool run_bytes(void *context, const struct tool_call *call, struct tool_result *ret_result,
                      struct error *error)
{
    struct tool_bytes bytes;
    (void)context;
    if (!tool_call_bytes(call, json_object_get(call->arguments, "data"), 1 << 20, &bytes, error))
        return false;
    *ret_result = (struct tool_result){
        .content = json_array(),
        .structured = json_pack("{s:I, s:s}", "size", (json_int_t)bytes.blob->size, "type",
                                bytes.media_type),
    };
    tool_bytes_finish(&bytes);
    return true;
}

static void post(void *semaphore)
{
    sem_post(semaphore);
}

/* Works until it is cancelled. */
static bool run_wait(void *context, const struct tool_call *call, struct tool_result *ret_result,
                     struct error *error)
{
    (void)context;
    (void)ret_result;
    sem_t cancelled;
    sem_init(&cancelled, 0, 0);
    struct cancel_waiter waiter = {.wake = post, .argument = &cancelled};
    cancel_add_waiter(call->operation->cancel, &waiter);
    sem_post(&tools_state.started);
    while (sem_wait(&cancelled) < 0)
        ;
    cancel_remove_waiter(call->operation->cancel, &waiter);
    sem_destroy(&cancelled);
    return operation_check(call->operation, error);
}

/* Works until the test lets it go on. */
static bool run_held(void *context, const struct tool_call *call, struct tool_result *ret_result,
                     struct error *error)
{
    sem_post(&tools_state.started);
    while (sem_wait(&tools_state.go) < 0)
        ;
    return run_echo(context, call, ret_result, error);
}

/* Reports progress a hundred thousand times, for as long as a few notifications take. */
static bool run_progress(void *context, const struct tool_call *call,
                         struct tool_result *ret_result, struct error *error)
{
    int64_t start = clock_monotonic_ms();
    for (uint64_t done = 1; clock_monotonic_ms() - start < 900; done++)
        operation_progress(call->operation, done, 1000000000, "images");
    operation_progress(call->operation, 1, 1000000000, "backwards");
    return run_echo(context, call, ret_result, error);
}

#define DEFINITION(name, properties)                                                               \
    "{\"name\":\"" name "\",\"inputSchema\":{\"type\":\"object\",\"properties\":{" properties "}}" \
    "}"

/* Fetches when it is told to, and then until the test lets it go on. */
static bool run_fetch(void *context, const struct tool_call *call, struct tool_result *ret_result,
                      struct error *error)
{
    return json_object_get(call->arguments, "url") ? run_held(context, call, ret_result, error)
                                                   : run_echo(context, call, ret_result, error);
}

static bool has_url(const json_t *arguments)
{
    return json_object_get(arguments, "url");
}

static const struct tool tools[] = {
    {.definition =
         "{\"name\":\"echo\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"n\":{\"type\":"
         "\"integer\"},\"text\":{\"type\":\"string\"}},\"additionalProperties\":false}}",
     .run = run_echo},
    {.definition = DEFINITION("fail", ""), .run = run_fail},
    {.definition = DEFINITION("bytes",
                              "\"data\":{\"type\":\"string\",\"contentEncoding\":\"base64\"}"),
     .run = run_bytes},
    {.definition = DEFINITION("wait", ""), .run = run_wait},
    {.definition = DEFINITION("held", ""), .run = run_held},
    {.definition = DEFINITION("progress", ""), .run = run_progress},
    {.definition = DEFINITION("fetch", "\"url\":{\"type\":\"string\"}"),
     .run = run_fetch,
     .fetches = has_url},
};

static const struct tool_set all_tools = {
    .tools = tools, .count = sizeof tools / sizeof *tools, .notice = take_notice};
static struct fake_resources resources = FAKE_RESOURCES_INIT;

static void session_start(struct session *session)
{
    sem_init(&tools_state.started, 0, 0);
    sem_init(&tools_state.go, 0, 0);
    session_start_with(session, &all_tools, fake_resources_set(&resources));
}

static void the_handshake_comes_first_in_the_legacy_era(void **state)
{
    (void)state;
    struct session session;
    session_start(&session);
    send_line(&session, REQUEST("1", "tools/list", ""));
    assert_refusal(&session, "1", -32602, "no initialize request has come before");
    send_line(&session, REQUEST("2", "ping", ""));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
    send_line(&session, REQUEST("3", "initialize", ""));
    assert_refusal(&session, "3", -32602, "protocolVersion");
    initialize(&session, "2025-06-18");
    send_line(&session, CALL("\"x\"", "echo", "\"n\":7"));
    assert_receives(
        &session, "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{\"content\":[{\"type\":\"text\","
                  "\"text\":\"echo\"},{\"type\":\"resource_link\",\"uri\":\"x:y\",\"name\":\"n\"}],"
                  "\"structuredContent\":{\"n\":7}}}");
    initialize(&session, "2024-11-05");
    send_line(&session, CALL("1.0", "echo", ""));
    assert_receives(&session,
                    "{\"jsonrpc\":\"2.0\",\"id\":1.0,\"result\":{\"content\":[{\"type\":\"text\","
                    "\"text\":\"echo\"}],\"structuredContent\":{}}}");
    session_end(&session);
}

static void a_modern_request_speaks_for_itself(void **state)
{
    (void)state;
    struct session session;
    session_start(&session);
    send_line(&session, REQUEST("1", "server/discover", META));
    json_t *message = receive(&session), *result = json_object_get(message, "result");
    assert_string_equal(json_string_value(json_object_get(result, "resultType")), "complete");
    assert_string_equal(json_string_value(json_object_get(result, "cacheScope")), "public");
    json_decref(message);
    send_line(&session, REQUEST("2", "tools/list", META));
    message = receive(&session);
    result = json_object_get(message, "result");
    assert_int_equal(json_array_size(json_object_get(result, "tools")),
                     sizeof tools / sizeof *tools);
    json_decref(message);
    send_line(&session, REQUEST("3", "tools/call", "\"name\":\"echo\"," META));
    message = receive(&session);
    result = json_object_get(message, "result");
    assert_string_equal(json_string_value(json_object_get(result, "resultType")), "complete");
    json_decref(message);
    send_line(&session, REQUEST("4", "ping", META));
    assert_refusal(&session, "4", -32601, "ping");
    send_line(&session, REQUEST("5", "server/discover", ""));
    assert_refusal(&session, "5", -32602, "lacks io.modelcontextprotocol/protocolVersion");
    send_line(&session, "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"tools/list\",\"params\":{"
                        "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2030-01-01\","
                        "\"io.modelcontextprotocol/clientCapabilities\":{}}}}");
    assert_refusal(&session, "6", -32022, "\"supported\":[\"2026-07-28\"]");
    session_end(&session);
}

static void bad_messages_are_answered_and_the_server_lives_on(void **state)
{
    (void)state;
    static const struct {
        const char *line, *id;
        int code;
        const char *part;
    } cases[] = {
        {"{\"jsonrpc\":\"2.0\",\"id\":1,", "1", -32700, "Parse error"},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}", "1", -32700, "duplicate"},
        {"nonsense", "none", -32700, "Parse error"},
        {"\"\xFF\"", "none", -32700, "Parse error"},
        {"{\"id\":2,\"method\":\"ping\"}", "2", -32600, "jsonrpc"},
        {"{\"jsonrpc\":\"1.0\",\"id\":2,\"method\":\"ping\"}", "2", -32600, "jsonrpc"},
        {"{\"jsonrpc\":\"2.0\",\"id\":3}", "3", -32600, "method"},
        {"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":4}", "3", -32600, "method"},
        {"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", "none", -32600, "id"},
        {"{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", "1.5", -32600, "id"},
        {"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", "none", -32600, "id"},
        {"{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"ping\",\"params\":[1]}", "5", -32602,
         "object"},
        {"12", "none", -32600, "object"},
        {"[]", "none", -32600, "empty batch"},
        {"{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"no/such\"}", "6", -32601, "no/such"},
        {"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":"
         "\"日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日\"}",
         "7", -32601, "日"},
        {REQUEST("8", "tools/call", ""), "8", -32602, "name"},
        {REQUEST("8", "tools/call", "\"name\":\"nope\""), "8", -32602, "unknown tool: nope"},
        {REQUEST("8", "tools/call",
                 "\"name\":\"日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日\""),
         "8", -32602, "unknown tool: 日"},
        {REQUEST("8", "tools/call", "\"name\":\"echo\",\"arguments\":[1]"), "8", -32602, "object"},
        {REQUEST("9", "tools/list", "\"cursor\":\"x\""), "9", -32602, "cursor"},
        {"{\"jsonrpc\":\"2.0\",\"id\":\"a\\u0000b\",\"method\":\"ping\\u0000\"}", "\"a\\u0000b\"",
         -32601, "Method not found: ping\xEF\xBF\xBD"},
    };
    struct session session;
    session_start(&session);
    initialize(&session, "2025-11-25");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        send_line(&session, cases[i].line);
        assert_refusal(&session, cases[i].id, cases[i].code, cases[i].part);
    }
    send_line(&session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"); /* nobody asked */
    send_line(&session, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/unknown\"}");
    send_line(&session, "{\"jsonrpc\":\"2.0\",\"method\":\"tools/list\"}"); /* has no id */
    send_line(&session, REQUEST("10", "ping", ""));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":10,\"result\":{}}");
    session_end(&session);
}

static void ids_and_progress_tokens_go_back_as_they_came(void **state)
{
    (void)state;
    static const char *const ids[] = {
        "1",
        "18446744073709551615",
        "-9223372036854775809",
        "\"\\u0000\"",
        "\"a\\ud83d\"",
        "2.0",
        "\"\\u0000#:0\"",
        "1e20",
        "\"\"",
        "\"\\\"\\n\"",
    };
    struct session session;
    session_start(&session);
    initialize(&session, "2025-06-18");
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        char line[200];
        snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"ping\"}", ids[i]);
        send_line(&session, line);
        snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{}}", ids[i]);
        assert_receives_line(&session, line);
    }
    session_end(&session);
}

static void what_clients_write_for_nothing_is_nothing(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":null}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":[]}",
        REQUEST("1", "tools/list", "\"cursor\":null,\"_meta\":null"),
        REQUEST("1", "tools/list", "\"cursor\":\"\""),
        REQUEST("1", "resources/list", "\"cursor\":null,\"_meta\":{\"progressToken\":null}"),
        REQUEST("1", "resources/templates/list", "\"cursor\":null"),
        REQUEST("1", "tools/call", "\"name\":\"echo\",\"arguments\":null"),
        REQUEST("1", "tools/call", "\"name\":\"echo\",\"arguments\":[]"),
        REQUEST("1", "tools/call", "\"name\":\"echo\",\"arguments\":\"\""),
        REQUEST("1", "tools/call", "\"name\":\"echo\",\"arguments\":\"{}\""),
        MESSAGE_MARK "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\r",
        "\r\n\n {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{}}\r",
    };
    struct session session;
    session_start(&session);
    initialize(&session, "2025-06-18");
    send_line(&session, "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"notifications/x\"}");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        send_line(&session, lines[i]);
        json_t *message = receive(&session);
        if (!json_object_get(message, "result"))
            fail_msg("%s is refused", lines[i]);
        json_decref(message);
    }
    session_end(&session);
}

static void a_message_of_too_many_values_is_refused_with_its_id(void **state)
{
    (void)state;
    struct buffer line = BUFFER_INIT(1 << 20);
    struct error error;
    struct session session;
    session_start(&session);
    assert_true(buffer_append_string(
        &line, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"params\":{\"a\":[", &error));
    for (int i = 0; i < MESSAGE_MAX_VALUES; i++)
        assert_true(buffer_append_string(&line, "{},", &error));
    assert_true(buffer_append_string(&line, "{}]}}", &error));
    send_line(&session, line.data);
    buffer_finish(&line);
    assert_refusal(&session, "7", -32600, "more than 100000 values");
    session_end(&session);
}

static void tool_errors_are_results(void **state)
{
    (void)state;
    struct session session;
    session_start(&session);
    initialize(&session, "2025-11-25");
    send_line(&session, CALL("1", "fail", ""));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"type\":"
                              "\"text\",\"text\":\"fail failed: no \\\"permission\\\" für 日本\"}],"
                              "\"isError\":true}}");
    send_line(&session, CALL("2", "echo", "\"n\":\"x\",\"y\":1"));
    json_t *message = receive(&session), *result = json_object_get(message, "result");
    assert_true(json_is_true(json_object_get(result, "isError")));
    json_decref(message);
    session_end(&session);
}

static void what_the_tools_say_besides_is_a_further_block_once(void **state)
{
    (void)state;
    struct session session;
    session_start(&session);
    initialize(&session, "2025-03-26");
    atomic_store(&notices, 1);
    send_line(&session, CALL("1", "echo", "\"n\":7"));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"type\":"
                              "\"text\",\"text\":\"echo\"},{\"type\":\"text\",\"text\":\"by the "
                              "way\"}],\"structuredContent\":{\"n\":7}}}");
    send_line(&session, CALL("2", "echo", "\"n\":7"));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"content\":[{\"type\":"
                              "\"text\",\"text\":\"echo\"}],\"structuredContent\":{\"n\":7}}}");
    atomic_store(&notices, 1);
    send_line(&session, CALL("3", "fail", ""));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"content\":[{\"type\":"
                              "\"text\",\"text\":\"fail failed: no \\\"permission\\\" für 日本\"},"
                              "{\"type\":\"text\",\"text\":\"by the way\"}],\"isError\":true}}");
    session_end(&session);
}

/* A request with a string of `count` characters at '#'. */
static void send_with_long_string(struct session *session, const char *line, size_t count)
{
    const char *place = strchr(line, '#');
    char *text = malloc(count);
    memset(text, 'A', count);
    send_bytes(session, line, (size_t)(place - line));
    send_bytes(session, text, count);
    send_line(session, place + 1);
    free(text);
}

static void long_strings_reach_tools_as_bytes_or_as_text(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    struct session session;
    session_start(&session);
    initialize(&session, "2025-11-25");
    send_with_long_string(&session, CALL("1", "bytes", "\"data\":\"data:image/png;base64,#\""),
                          COUNT);
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[],"
                              "\"structuredContent\":{\"size\":150000,\"type\":\"image/png\"}}}");
    send_with_long_string(&session, CALL("2", "echo", "\"text\":\"#\""), COUNT);
    json_t *message = receive(&session);
    const json_t *text = json_object_get(
        json_object_get(json_object_get(message, "result"), "structuredContent"), "text");
    assert_int_equal(json_string_length(text), COUNT);
    json_decref(message);
    send_with_long_string(&session, CALL("3", "bytes", "\"data\":\"#\""), 2 << 20);
    message = receive(&session);
    assert_true(json_is_true(json_object_get(json_object_get(message, "result"), "isError")));
    json_decref(message);
    session_end(&session);
}

/* What would come back is the marker, with the nonce that must stay secret. */
static void a_lifted_string_is_no_id_and_no_progress_token(void **state)
{
    (void)state;
    struct session session;
    session_start(&session);
    initialize(&session, "2025-11-25");
    send_with_long_string(&session, REQUEST("\"#\"", "ping", ""), 100000);
    assert_refusal(&session, "none", -32600, "id");
    send_with_long_string(
        &session,
        REQUEST("2", "tools/call", "\"name\":\"progress\",\"_meta\":{\"progressToken\":\"#\"}"),
        100000);
    json_t *message = receive(&session);
    assert_null(json_object_get(message, "method"));
    json_decref(message);
    send_with_long_string(&session, REQUEST("3", "#", ""), 100000);
    assert_refusal(&session, "3", -32601, "Method not found");
    send_with_long_string(&session, REQUEST("4", "tools/call", "\"name\":\"#\""), 100000);
    assert_refusal(&session, "4", -32602, "unknown tool");
    session_end(&session);
}

static void batches_are_answered_in_one_line_where_they_exist(void **state)
{
    (void)state;
    struct session session;
    session_start(&session);
    initialize(&session, "2025-03-26");
    send_line(&session, "[" REQUEST("1", "ping", "") "," CANCEL("99") ",7," CALL(
                            "2", "echo", "") "," REQUEST("3", "no/such", "") "]");
    json_t *message = receive(&session);
    assert_int_equal(json_array_size(message), 4);
    json_decref(message);
    send_line(&session, "[" CANCEL("1") "," CANCEL("2") "]"); /* notifications: no answer */
    send_line(&session, "[" REQUEST("4", "initialize", "") "]");
    message = receive(&session);
    assert_int_equal(json_array_size(message), 1);
    json_decref(message);
    initialize(&session, "2025-06-18");
    send_line(&session, "[" REQUEST("5", "ping", "") "," REQUEST("6", "ping", "") "]");
    assert_refusal(&session, "5", -32600, "batches exist");
    assert_refusal(&session, "6", -32600, "batches exist");
    session_end(&session);
}

static void a_cancelled_request_stops_and_is_not_answered(void **state)
{
    (void)state;
    struct session session;
    session_start(&session);
    initialize(&session, "2025-11-25");
    for (int round = 0; round < 20; round++) { /* the id is free again each time */
        send_line(&session, CALL("\"w\"", "wait", ""));
        while (sem_wait(&tools_state.started) < 0)
            ;
        if (round == 0) {
            send_line(&session, REQUEST("\"w\"", "ping", ""));
            assert_refusal(&session, "\"w\"", -32600, "still being worked on");
            send_line(&session, CANCEL("\"other\""));
            send_line(&session, CANCEL("[1]"));
        }
        send_line(&session, CANCEL("\"w\""));
        send_line(&session, REQUEST("1", "ping", ""));
        assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
    }
    session_end(&session);
}

static void a_batch_with_a_cancelled_request_is_answered_without_it(void **state)
{
    (void)state;
    struct session session;
    session_start(&session);
    initialize(&session, "2025-03-26");
    send_line(&session, "[" CALL("1", "wait", "") "," REQUEST("2", "ping", "") "]");
    while (sem_wait(&tools_state.started) < 0)
        ;
    send_line(&session, CANCEL("1"));
    assert_receives(&session, "[{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}]");
    session_end(&session);
}

static void progress_is_increasing_rate_limited_and_over_with_the_reply(void **state)
{
    (void)state;
    struct session session;
    json_int_t last = 0;
    int count = 0;
    session_start(&session);
    initialize(&session, "2025-11-25");
    send_line(&session, REQUEST("1", "tools/call",
                                "\"name\":\"progress\",\"_meta\":{\"progressToken\":\"t\"}"));
    for (;;) {
        json_t *message = receive(&session), *params = json_object_get(message, "params");
        bool over = json_object_get(message, "result") != NULL;
        json_int_t done = json_integer_value(json_object_get(params, "progress"));
        if (!over) {
            assert_string_equal(json_string_value(json_object_get(params, "progressToken")), "t");
            assert_string_equal(json_string_value(json_object_get(params, "message")), "images");
            assert_int_equal(json_integer_value(json_object_get(params, "total")), 1000000000);
            assert_true(done > last);
            last = done;
            count++;
        }
        json_decref(message);
        if (over)
            break;
    }
    assert_in_range(count, 1, 4);
    send_line(&session, CALL("2", "progress", "")); /* no token, no progress */
    json_t *message = receive(&session);
    assert_non_null(json_object_get(message, "result"));
    json_decref(message);
    session_end(&session);
}

struct flood {
    struct session *session;
    int count;
    bool with_data;
};

static void *send_flood(void *argument)
{
    struct flood *flood = argument;
    char line[128];
    for (int i = 0; i < flood->count; i++) {
        snprintf(line, sizeof line, i % 2 ? CALL("%d", "held", "") : CALL("%d", "echo", ""), i);
        if (flood->with_data)
            snprintf(line, sizeof line, CALL("%d", "held", "\"data\":\"#\""), i);
        if (flood->with_data)
            send_with_long_string(flood->session, line, 4 << 20);
        else
            send_line(flood->session, line);
    }
    return NULL;
}

/* Every request is answered once, although most of them must wait to be read. */
static void run_flood(int count, bool with_data)
{
    struct session session;
    pthread_t sender;
    struct flood flood = {.session = &session, .count = count, .with_data = with_data};
    bool *seen = calloc((size_t)count, sizeof *seen);
    session_start(&session);
    initialize(&session, "2025-11-25");
    assert_int_equal(pthread_create(&sender, NULL, send_flood, &flood), 0);
    for (int i = 0; i < count; i++)
        sem_post(&tools_state.go);
    for (int i = 0; i < count; i++) {
        json_t *message = receive(&session);
        json_int_t id = json_integer_value(json_object_get(message, "id"));
        assert_non_null(json_object_get(message, "result"));
        assert_false(seen[id]);
        seen[id] = true;
        json_decref(message);
    }
    pthread_join(sender, NULL);
    session_end(&session);
    free(seen);
}

static void a_thousand_requests_get_one_answer_each(void **state)
{
    (void)state;
    run_flood(1000, false);
}

/* Of so many, 128 are being fetched or wait for it, which none has the others wait for. */
static void fetches_that_hang_leave_the_other_tools_alone(void **state)
{
    (void)state;
    enum { FETCHES = 136, HELD = 128, LAST = FETCHES };
    struct session session;
    char line[128];
    session_start(&session);
    initialize(&session, "2025-11-25");
    for (int i = 0; i < FETCHES; i++) {
        snprintf(line, sizeof line, CALL("%d", "fetch", "\"url\":\"https://x\""), i);
        send_line(&session, line);
    }
    for (int i = 0; i < FETCHES - HELD; i++) {
        json_t *message = receive(&session), *result = json_object_get(message, "result");
        CLEANUP(free_cleanup) char *text = json_dumps(result, JSON_COMPACT);
        assert_true(json_is_true(json_object_get(result, "isError")));
        assert_non_null(strstr(text, "128 images are being fetched already"));
        json_decref(message);
    }
    static const char *const others[] = {CALL("136", "echo", ""), CALL("136", "fetch", ""),
                                         REQUEST("136", "ping", "")};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        send_line(&session, others[i]);
        json_t *message = receive(&session);
        assert_int_equal(json_integer_value(json_object_get(message, "id")), LAST);
        assert_non_null(json_object_get(message, "result"));
        json_decref(message);
    }
    send_line(&session, CANCEL("64")); /* waits */
    send_line(&session, REQUEST("136", "ping", ""));
    json_decref(receive(&session));
    for (int i = 0; i < HELD; i++)
        sem_post(&tools_state.go);
    for (int i = 0; i < HELD - 1; i++) {
        json_t *message = receive(&session);
        assert_int_not_equal(json_integer_value(json_object_get(message, "id")), 64);
        assert_non_null(json_object_get(message, "result"));
        json_decref(message);
    }
    session_end(&session);
}

static void large_requests_wait_in_the_pipe(void **state)
{
    (void)state;
    run_flood(16, true);
}

static void the_end_of_input_finishes_what_was_accepted(void **state)
{
    (void)state;
    struct session session;
    session_start(&session);
    initialize(&session, "2025-11-25");
    for (int i = 0; i < 30; i++)
        send_line(&session, CALL("\"h\"", "held", ""));
    close(session.to_server);
    for (int i = 0; i < 30; i++)
        sem_post(&tools_state.go);
    int results = 0, refusals = 0;
    for (json_t *message; (message = receive(&session)); json_decref(message)) {
        results += json_object_get(message, "result") != NULL;
        refusals += json_object_get(message, "error") != NULL;
    }
    assert_true(results >= 1);
    assert_int_equal(results + refusals, 30); /* the same id again is refused while one works */
    assert_int_equal(session_join(&session), SERVER_INPUT_ENDED);
    close(session.from_server);
    buffer_finish(&session.received);
}

static void a_last_line_without_a_newline_is_answered(void **state)
{
    (void)state;
    struct session session;
    session_start(&session);
    const char *line = REQUEST("1", "ping", "");
    send_bytes(&session, line, strlen(line));
    close(session.to_server);
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
    assert_null(receive(&session));
    assert_int_equal(session_join(&session), SERVER_INPUT_ENDED);
    close(session.from_server);
    buffer_finish(&session.received);
}

static void the_server_ends_when_its_output_is_closed(void **state)
{
    (void)state;
    static const char *const lines[] = {REQUEST("1", "ping", ""), "nonsense",
                                        REQUEST("1", "no/such", "")};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct session session;
        session_start(&session);
        initialize(&session, "2025-11-25");
        send_line(&session, CALL("2", "wait", "")); /* is cancelled then */
        while (sem_wait(&tools_state.started) < 0)
            ;
        close(session.from_server);
        send_line(&session, lines[i]);
        assert_int_equal(session_join(&session), SERVER_OUTPUT_ENDED);
        close(session.to_server);
        buffer_finish(&session.received);
    }
}

static void a_subscription_is_acknowledged_and_answered_at_the_end(void **state)
{
    (void)state;
    struct session session;
    session_start(&session);
    send_line(&session, REQUEST("1", "subscriptions/listen", META));
    assert_refusal(&session, "1", -32602, "notifications");
    send_line(&session, REQUEST("2", "subscriptions/listen",
                                "\"notifications\":{\"toolsListChanged\":true}," META));
    assert_receives(&session,
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\","
                    "\"params\":{\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":2},"
                    "\"notifications\":{}}}");
    send_line(&session, REQUEST("3", "subscriptions/listen", "\"notifications\":{}," META));
    json_decref(receive(&session));
    send_line(&session, CANCEL("2")); /* is not answered */
    send_line(&session, REQUEST("2", "tools/list", META));
    json_decref(receive(&session));
    close(session.to_server);
    assert_receives(&session,
                    "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"resultType\":\"complete\","
                    "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":3}}}");
    assert_null(receive(&session));
    assert_int_equal(session_join(&session), SERVER_INPUT_ENDED);
    close(session.from_server);
    buffer_finish(&session.received);
}

/* Runs a server in a process of its own, gives it `lines` until it has answered (or, if `flood`,
 * until its answers, which nobody reads, have filled the pipes) and ends it by a signal; returns
 * its exit status. */
static int signalled(int number, const char *lines, bool flood)
{
    int in[2], out[2], status;
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct session session = {.server_input = in[0],
                                  .server_output = out[1],
                                  .tools = &all_tools,
                                  .resources = fake_resources_set(&resources)};
        close(in[1]);
        close(out[0]);
        sem_init(&tools_state.started, 0, 0);
        session_serve(&session);
        _exit(session.end == SERVER_INPUT_ENDED ? 1 : 42);
    }
    close(in[0]);
    close(out[1]);
    struct pollfd full = {.fd = in[1], .events = POLLOUT};
    do {
        assert_int_equal(write(in[1], lines, strlen(lines)), strlen(lines));
    } while (flood && poll(&full, 1, 500) > 0);
    struct pollfd answered = {.fd = out[0], .events = POLLIN};
    assert_int_equal(poll(&answered, 1, DEADLINE_MS), 1);
    kill(pid, number);
    for (int64_t start = clock_monotonic_ms(); waitpid(pid, &status, WNOHANG) == 0;) {
        poll(NULL, 0, 5);
        if (clock_monotonic_ms() - start > DEADLINE_MS / 2) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            break;
        }
    }
    close(in[1]);
    close(out[0]);
    return status;
}

static void signals_stop_the_server_at_once(void **state)
{
    (void)state;
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    static const char lines[] = REQUEST("1", "ping", "") "\n" REQUEST(
        "2", "initialize", "\"protocolVersion\":\"2025-11-25\"") "\n" CALL("3", "wait", "") "\n";
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int status = signalled(numbers[i], lines, false);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 42);
    }
}

static void a_signal_stops_a_server_whose_output_is_not_read(void **state)
{
    (void)state;
    int status = signalled(SIGTERM, REQUEST("1", "ping", "") "\n", true);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_stop_the_server_at_once),
        cmocka_unit_test(a_signal_stops_a_server_whose_output_is_not_read),
        cmocka_unit_test(the_handshake_comes_first_in_the_legacy_era),
        cmocka_unit_test(a_modern_request_speaks_for_itself),
        cmocka_unit_test(bad_messages_are_answered_and_the_server_lives_on),
        cmocka_unit_test(ids_and_progress_tokens_go_back_as_they_came),
        cmocka_unit_test(what_clients_write_for_nothing_is_nothing),
        cmocka_unit_test(a_message_of_too_many_values_is_refused_with_its_id),
        cmocka_unit_test(tool_errors_are_results),
        cmocka_unit_test(what_the_tools_say_besides_is_a_further_block_once),
        cmocka_unit_test(long_strings_reach_tools_as_bytes_or_as_text),
        cmocka_unit_test(a_lifted_string_is_no_id_and_no_progress_token),
        cmocka_unit_test(batches_are_answered_in_one_line_where_they_exist),
        cmocka_unit_test(a_cancelled_request_stops_and_is_not_answered),
        cmocka_unit_test(a_batch_with_a_cancelled_request_is_answered_without_it),
        cmocka_unit_test(progress_is_increasing_rate_limited_and_over_with_the_reply),
        cmocka_unit_test(a_thousand_requests_get_one_answer_each),
        cmocka_unit_test(fetches_that_hang_leave_the_other_tools_alone),
        cmocka_unit_test(large_requests_wait_in_the_pipe),
        cmocka_unit_test(the_end_of_input_finishes_what_was_accepted),
        cmocka_unit_test(a_last_line_without_a_newline_is_answered),
        cmocka_unit_test(the_server_ends_when_its_output_is_closed),
        cmocka_unit_test(a_subscription_is_acknowledged_and_answered_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
