/* SPDX-License-Identifier: MIT */
#include "support/fake_resources.h"
#include "support/session.h"
#include "support/test.h"

#include <poll.h>
#include <stdatomic.h>
#include <string.h>

static const struct tool_set no_tools = {0};
static struct fake_resources resources = FAKE_RESOURCES_INIT;

static void start(struct session *session)
{
    session_start_with(session, &no_tools, fake_resources_set(&resources));
}

/* A round trip: what was sent before has been dealt with. */
static void settle(struct session *session)
{
    send_line(session, REQUEST("\"settle\"", "server/discover", META));
    json_t *message = receive(session);
    assert_string_equal(json_string_value(json_object_get(message, "id")), "settle");
    json_decref(message);
}

#define LISTEN(id, filter)                                                                         \
    REQUEST(id, "subscriptions/listen", "\"notifications\":{" filter "}," META)
#define SUBSCRIPTION(id) "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":" id "}"
#define ACKNOWLEDGED(id, filter)                                                                   \
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/"                               \
    "acknowledged\",\"params\":{" SUBSCRIPTION(id) ",\"notifications\":{" filter "}}}"
#define LIST_CHANGED(id)                                                                           \
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/"                                   \
    "list_changed\",\"params\":{" SUBSCRIPTION(id) "}}"
#define UPDATED(id, uri)                                                                           \
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/"                                   \
    "updated\",\"params\":{" SUBSCRIPTION(id) ",\"uri\":\"" uri "\"}}"
#define LEGACY_LIST_CHANGED                                                                        \
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/list_changed\"}"
#define LEGACY_UPDATED(uri)                                                                        \
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":"     \
    "\"" uri "\"}}"
#define ENDED(id)                                                                                  \
    "{\"jsonrpc\":\"2.0\",\"id\":" id                                                              \
    ",\"result\":{\"resultType\":\"complete\"," SUBSCRIPTION(id) "}}"

static void only_what_can_be_honoured_is_acknowledged(void **state)
{
    (void)state;
    static const struct {
        const char *line, *expected;
    } cases[] = {
        {LISTEN("1", ""), ACKNOWLEDGED("1", "")},
        {LISTEN("1", "\"toolsListChanged\":true,\"promptsListChanged\":true,\"z\":1"),
         ACKNOWLEDGED("1", "")},
        {LISTEN("1", "\"resourcesListChanged\":false"), ACKNOWLEDGED("1", "")},
        {LISTEN("1", "\"resourcesListChanged\":true,\"toolsListChanged\":true"),
         ACKNOWLEDGED("1", "\"resourcesListChanged\":true")},
        {LISTEN("1", "\"resourceSubscriptions\":[\"x:1\",\"file:///etc/passwd\",\"\",\"x:2\"]"),
         ACKNOWLEDGED("1", "\"resourceSubscriptions\":[\"x:1\",\"x:2\"]")},
        {LISTEN("1", "\"resourceSubscriptions\":[\"y:1\"]"),
         ACKNOWLEDGED("1", "\"resourceSubscriptions\":[]")},
    };
    struct session session;
    start(&session);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        send_line(&session, cases[i].line);
        assert_receives(&session, cases[i].expected);
        send_line(&session, CANCEL("1"));
    }
    session_end(&session);
}

static void what_is_no_filter_is_refused(void **state)
{
    (void)state;
    static const char *const filters[] = {
        "\"notifications\":[],",
        "\"notifications\":{\"resourcesListChanged\":1},",
        "\"notifications\":{\"resourceSubscriptions\":\"x:1\"},",
        "\"notifications\":{\"resourceSubscriptions\":[\"x:1\",2]},",
        "",
    };
    struct session session;
    char line[512];
    start(&session);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        snprintf(line, sizeof line, REQUEST("1", "subscriptions/listen", "%s" META), filters[i]);
        send_line(&session, line);
        assert_refusal(&session, "1", -32602, "notifications must be an object");
    }
    session_end(&session);
}

static void each_subscription_gets_the_notifications_it_asked_for(void **state)
{
    (void)state;
    struct session session;
    start(&session);
    send_line(&session, LISTEN("\"list\"", "\"resourcesListChanged\":true"));
    assert_receives(&session, ACKNOWLEDGED("\"list\"", "\"resourcesListChanged\":true"));
    send_line(&session, LISTEN("2", "\"resourceSubscriptions\":[\"x:1\"]"));
    assert_receives(&session, ACKNOWLEDGED("2", "\"resourceSubscriptions\":[\"x:1\"]"));
    send_line(&session, LISTEN("3", ""));
    assert_receives(&session, ACKNOWLEDGED("3", ""));
    fake_change(&resources, "x:1");
    assert_receives(&session, UPDATED("2", "x:1"));
    assert_receives(&session, LIST_CHANGED("\"list\""));
    fake_change(&resources, "x:2");
    assert_receives(&session, LIST_CHANGED("\"list\""));

    send_line(&session, CANCEL("\"list\""));
    settle(&session);
    fake_change(&resources, "x:1");
    assert_receives(&session, UPDATED("2", "x:1"));
    send_line(&session, CANCEL("2"));
    settle(&session);
    fake_change(&resources, "x:1");
    close(session.to_server);
    assert_receives(&session, ENDED("3"));
    assert_null(receive(&session));
    assert_int_equal(session_join(&session), SERVER_INPUT_ENDED);
    fake_change(&resources, "x:1"); /* nobody is there any more */
    close(session.from_server);
    buffer_finish(&session.received);
}

static void a_client_of_the_handshake_is_notified_without_a_subscription(void **state)
{
    (void)state;
    struct session session;
    start(&session);
    fake_change(&resources, "x:1"); /* before the handshake: to nobody */
    initialize(&session, "2024-11-05");
    settle(&session);
    fake_change(&resources, "x:1");
    assert_receives(&session, LEGACY_LIST_CHANGED);

    send_line(&session, REQUEST("1", "resources/subscribe", "\"uri\":\"x:1\""));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
    fake_change(&resources, "x:1");
    assert_receives(&session, LEGACY_UPDATED("x:1"));
    assert_receives(&session, LEGACY_LIST_CHANGED);
    fake_change(&resources, "x:2");
    assert_receives(&session, LEGACY_LIST_CHANGED);

    send_line(&session, REQUEST("2", "resources/unsubscribe", "\"uri\":\"x:1\""));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
    send_line(&session, REQUEST("3", "resources/unsubscribe", "\"uri\":\"x:never\""));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{}}");
    fake_change(&resources, "x:1");
    assert_receives(&session, LEGACY_LIST_CHANGED);
    session_end(&session);
}

static void a_new_handshake_forgets_the_old_one(void **state)
{
    (void)state;
    struct session session;
    start(&session);
    initialize(&session, "2025-06-18");
    send_line(&session, REQUEST("1", "resources/subscribe", "\"uri\":\"x:1\""));
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
    send_line(&session, REQUEST("2", "initialize", "\"protocolVersion\":\"2025-11-25\""));
    json_decref(receive(&session));
    fake_change(&resources, "x:1"); /* it has not said that it is ready */
    send_line(&session, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    settle(&session);
    fake_change(&resources, "x:1");
    assert_receives(&session, LEGACY_LIST_CHANGED);
    session_end(&session);
}

static void both_eras_are_notified_in_their_own_form(void **state)
{
    (void)state;
    struct session session;
    start(&session);
    initialize(&session, "2025-11-25");
    send_line(&session, LISTEN("7", "\"resourcesListChanged\":true"));
    assert_receives(&session, ACKNOWLEDGED("7", "\"resourcesListChanged\":true"));
    fake_change(&resources, NULL);
    assert_receives(&session, LIST_CHANGED("7"));
    assert_receives(&session, LEGACY_LIST_CHANGED);
    send_line(&session, CANCEL("7"));
    session_end(&session);
}

static void what_cannot_be_subscribed_to_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *params;
        int code;
        const char *part;
    } cases[] = {
        {"\"uri\":\"file:///etc/passwd\"", -32002, "\"uri\":\"file:///etc/passwd\""},
        {"\"uri\":\"\"", -32002, "not found"},
        {"\"uri\":7", -32602, "uri must be a string"},
        {"", -32602, "uri must be a string"},
    };
    static const char *const methods[] = {"resources/subscribe", "resources/unsubscribe"};
    struct session session;
    char line[512];
    start(&session);
    initialize(&session, "2025-11-25");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t j = 0; j < 2; j++) {
            snprintf(line, sizeof line, REQUEST("1", "%s", "%s"), methods[j], cases[i].params);
            send_line(&session, line);
            assert_refusal(&session, "1", cases[i].code, cases[i].part);
        }
    }
    session_end(&session);
}

static void subscriptions_have_bounds(void **state)
{
    (void)state;
    enum { URIS = 1000 };
    struct session session;
    struct buffer line = BUFFER_INIT(1 << 20);
    struct error error;
    char request[256];
    start(&session);
    initialize(&session, "2025-11-25");
    assert_true(buffer_append_string(&line,
                                     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
                                     "\"subscriptions/listen\",\"params\":{" META
                                     ",\"notifications\":{\"resourceSubscriptions\":[",
                                     &error));
    for (int i = 0; i <= URIS; i++)
        assert_true(buffer_printf(&line, &error, "%s\"x:%d\"", i ? "," : "", i));
    assert_true(buffer_append_string(&line, "]}}}", &error));
    json_t *message = (send_line(&session, line.data), receive(&session));
    const json_t *honoured =
        json_object_get(json_object_get(json_object_get(message, "params"), "notifications"),
                        "resourceSubscriptions");
    assert_int_equal(json_array_size(honoured), URIS);
    json_decref(message);
    buffer_finish(&line);
    send_line(&session, CANCEL("1"));

    for (int i = 0; i <= URIS; i++) {
        snprintf(request, sizeof request, REQUEST("%d", "resources/subscribe", "\"uri\":\"x:%d\""),
                 i, i);
        send_line(&session, request);
        message = receive(&session);
        assert_int_equal(json_object_get(message, "result") != NULL, i < URIS);
        json_decref(message);
    }
    send_line(&session, REQUEST("1", "resources/subscribe", "\"uri\":\"x:7\"")); /* is there */
    assert_receives(&session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
    session_end(&session);
}

/* Many threads */

enum { CHANGERS = 4, ROUNDS = 200 };

static atomic_bool changing;

static void *change_things(void *argument)
{
    (void)argument;
    while (atomic_load(&changing)) {
        fake_change(&resources, "x:1");
        poll(NULL, 0, 1); /* else the mutexes are theirs nearly all of the time */
    }
    return NULL;
}

static bool is_acknowledgment(const json_t *message)
{
    const char *method = json_string_value(json_object_get(message, "method"));
    return method && strcmp(method, "notifications/subscriptions/acknowledged") == 0;
}

static json_int_t subscription_of(const json_t *message)
{
    const json_t *meta = json_object_get(json_object_get(message, "params"), "_meta");
    return json_integer_value(json_object_get(meta, "io.modelcontextprotocol/subscriptionId"));
}

/* Subscriptions are opened and cancelled while others change things all the time: each is
 * acknowledged before it is told anything, and after its end it is told nothing. */
static void subscriptions_come_and_go_while_notifications_fly(void **state)
{
    (void)state;
    static bool acknowledged[ROUNDS + 1], over[ROUNDS + 1];
    struct session session;
    pthread_t threads[CHANGERS];
    char line[512];
    start(&session);
    atomic_store(&changing, true);
    for (int i = 0; i < CHANGERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, change_things, NULL), 0);
    for (int round = 1; round <= ROUNDS; round++) {
        snprintf(line, sizeof line,
                 LISTEN("%d", "\"resourcesListChanged\":true,\"resourceSubscriptions\":[\"x:1\"]"),
                 round);
        send_line(&session, line);
        if (round > 1) {
            snprintf(line, sizeof line, CANCEL("%d"), round - 1);
            send_line(&session, line);
        }
        send_line(&session, REQUEST("\"settled\"", "server/discover", META));
        bool settled = false, waits = round % 10 == 0; /* for something to be told */
        while (!settled || waits) {
            json_t *message = receive(&session);
            settled = settled || json_object_get(message, "result");
            json_int_t id = subscription_of(message);
            if (is_acknowledgment(message)) {
                acknowledged[id] = true;
            } else if (id) {
                waits = waits && id != round;
                assert_true(acknowledged[id] && !over[id]);
            }
            json_decref(message);
        }
        over[round - 1] = true;
    }
    atomic_store(&changing, false);
    for (int i = 0; i < CHANGERS; i++)
        pthread_join(threads[i], NULL);
    close(session.to_server);
    for (json_t *message; (message = receive(&session));) {
        assert_true(json_object_get(message, "result") || subscription_of(message) == ROUNDS);
        json_decref(message);
    }
    assert_int_equal(session_join(&session), SERVER_INPUT_ENDED);
    close(session.from_server);
    buffer_finish(&session.received);
}

/* The input ends while things change: the subscription's answer is the last that is said. */
static void nothing_is_said_after_the_end(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct session session;
        pthread_t threads[CHANGERS];
        start(&session);
        send_line(&session, LISTEN("1", "\"resourcesListChanged\":true"));
        assert_receives(&session, ACKNOWLEDGED("1", "\"resourcesListChanged\":true"));
        atomic_store(&changing, true);
        for (int i = 0; i < CHANGERS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, change_things, NULL), 0);
        close(session.to_server);
        json_t *message = NULL;
        do {
            json_decref(message);
            message = receive(&session);
            assert_non_null(message);
        } while (!json_object_get(message, "result"));
        json_decref(message);
        assert_null(receive(&session));
        assert_int_equal(session_join(&session), SERVER_INPUT_ENDED);
        atomic_store(&changing, false);
        for (int i = 0; i < CHANGERS; i++)
            pthread_join(threads[i], NULL);
        close(session.from_server);
        buffer_finish(&session.received);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_can_be_honoured_is_acknowledged),
        cmocka_unit_test(what_is_no_filter_is_refused),
        cmocka_unit_test(each_subscription_gets_the_notifications_it_asked_for),
        cmocka_unit_test(a_client_of_the_handshake_is_notified_without_a_subscription),
        cmocka_unit_test(a_new_handshake_forgets_the_old_one),
        cmocka_unit_test(both_eras_are_notified_in_their_own_form),
        cmocka_unit_test(what_cannot_be_subscribed_to_is_refused),
        cmocka_unit_test(subscriptions_have_bounds),
        cmocka_unit_test(subscriptions_come_and_go_while_notifications_fly),
        cmocka_unit_test(nothing_is_said_after_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
