/* SPDX-License-Identifier: MIT */
/* The server reads and writes pipes as it does with a host. Each wait for a line has a deadline, so
 * that a server that hangs fails the test which waits, with its name. */
#include "support/session.h"

#include "support/test.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *session_serve(void *argument)
{
    struct session *session = argument;
    struct error error;
    struct server_config config = {
        .input = session->server_input,
        .output = session->server_output,
        .name = "test",
        .title = "Test",
        .version = "1",
        .instructions = "Use \"it\".\n",
        .tools = *session->tools,
        .resources = session->resources,
        .max_bytes = 4 << 20,
    };
    bool good = server_run(&config, &session->end, &error);
    assert_true(good);
    close(session->server_input);
    close(session->server_output);
    return NULL;
}

void session_start_with(struct session *session, const struct tool_set *tools,
                        struct resource_set resources)
{
    int in[2], out[2];
    *session =
        (struct session){.received = BUFFER_INIT(64 << 20), .tools = tools, .resources = resources};
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    session->server_input = in[0];
    session->to_server = in[1];
    session->from_server = out[0];
    session->server_output = out[1];
    assert_int_equal(pthread_create(&session->thread, NULL, session_serve, session), 0);
}

void send_bytes(struct session *session, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = write(session->to_server, data, size);
        assert_true(sent > 0);
        data += sent;
        size -= (size_t)sent;
    }
}

void send_line(struct session *session, const char *line)
{
    send_bytes(session, line, strlen(line));
    send_bytes(session, "\n", 1);
}

/* The next line, which the caller frees; NULL at the end. */
static char *receive_line(struct session *session)
{
    struct buffer *received = &session->received;
    struct error error;
    char *newline;
    while (!(newline = received->size ? memchr(received->data, '\n', received->size) : NULL)) {
        struct pollfd pollfd = {.fd = session->from_server, .events = POLLIN};
        if (poll(&pollfd, 1, DEADLINE_MS) != 1)
            fail_msg("nothing came");
        char *place = buffer_reserve(received, 65536, &error);
        assert_non_null(place);
        ssize_t size = read(session->from_server, place, 65536);
        assert_true(size >= 0);
        if (size == 0) {
            assert_int_equal(received->size, 0); /* every line is whole */
            return NULL;
        }
        received->size += (size_t)size;
    }
    size_t length = (size_t)(newline - received->data);
    char *line = strndup(received->data, length);
    assert_non_null(line);
    received->size -= length + 1;
    memmove(received->data, newline + 1, received->size);
    return line;
}

json_t *receive(struct session *session)
{
    char *line = receive_line(session);
    json_t *message = line ? json_loads(line, JSON_ALLOW_NUL, NULL) : NULL;
    if (line && !message)
        fail_msg("not JSON: %s", line);
    free(line);
    return message;
}

void assert_receives_line(struct session *session, const char *expected)
{
    char *line = receive_line(session);
    assert_string_equal(line, expected);
    free(line);
}

void assert_receives(struct session *session, const char *expected)
{
    json_t *message = receive(session);
    char *text = json_dumps(message, JSON_COMPACT);
    if (!text || strcmp(text, expected) != 0)
        fail_msg("received\n%s\ninstead of\n%s", text, expected);
    free(text);
    json_decref(message);
}

void assert_refusal(struct session *session, const char *id, int code, const char *part)
{
    json_t *message = receive(session), *error = json_object_get(message, "error");
    char *text = json_dumps(message, JSON_COMPACT);
    char *actual_id = json_dumps(json_object_get(message, "id"), JSON_ENCODE_ANY);
    if (json_integer_value(json_object_get(error, "code")) != code || !strstr(text, part) ||
        strcmp(actual_id ? actual_id : "none", id) != 0)
        fail_msg("received\n%s\ninstead of a refusal of %s with %d, %s", text, id, code, part);
    free(text);
    free(actual_id);
    json_decref(message);
}

enum server_end session_join(struct session *session)
{
    pthread_join(session->thread, NULL);
    return session->end;
}

void session_end(struct session *session)
{
    close(session->to_server);
    assert_null(receive(session));
    assert_int_equal(session_join(session), SERVER_INPUT_ENDED);
    close(session->from_server);
    buffer_finish(&session->received);
}

void initialize(struct session *session, const char *version)
{
    char line[256];
    snprintf(line, sizeof line,
             "{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"method\":\"initialize\",\"params\":"
             "{\"protocolVersion\":\"%s\",\"capabilities\":{},\"clientInfo\":{}}}",
             version);
    send_line(session, line);
    json_t *message = receive(session), *result = json_object_get(message, "result");
    assert_string_equal(json_string_value(json_object_get(result, "protocolVersion")), version);
    assert_string_equal(json_string_value(json_object_get(result, "instructions")),
                        "Use \"it\".\n");
    json_decref(message);
    send_line(session, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
}
