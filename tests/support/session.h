/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_SESSION_H
#define SUPPORT_SESSION_H

#include "base/buffer.h"
#include "mcp/server.h"

#include <pthread.h>

/* A server in a thread of its own, and a client that writes lines and reads answers. */

enum { DEADLINE_MS = 20000 };

struct session {
    int to_server, from_server;
    int server_input, server_output;
    const struct tool_set *tools;
    struct resource_set resources;
    pthread_t thread;
    enum server_end end;
    struct buffer received;
};

/* The thread of the server; the argument is the session. */
void *session_serve(void *argument);

/* tools: borrowed until the session has ended. */
void session_start_with(struct session *session, const struct tool_set *tools,
                        struct resource_set resources);

/* Writes them to the server. */
void send_bytes(struct session *session, const char *data, size_t size);

/* Writes the line and its end. */
void send_line(struct session *session, const char *line);

/* The next line, parsed; NULL at the end. */
json_t *receive(struct session *session);

/* That the next line is this, byte for byte. */
void assert_receives_line(struct session *session, const char *expected);

/* That the next line is this once it is printed compactly. */
void assert_receives(struct session *session, const char *expected);

/* That the next answer has this id and this error code, and a text that holds `part`. */
void assert_refusal(struct session *session, const char *id, int code, const char *part);

/* Waits for the end of the server and says which it was. */
enum server_end session_join(struct session *session);

/* Ends the input; nothing more may come. */
void session_end(struct session *session);

/* The handshake, in a version that the server knows. */
void initialize(struct session *session, const char *version);

#define REQUEST(id, method, params)                                                                \
    "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method "\",\"params\":{" params "}}"
#define CALL(id, tool, arguments)                                                                  \
    REQUEST(id, "tools/call", "\"name\":\"" tool "\",\"arguments\":{" arguments "}")
#define META                                                                                       \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","                       \
    "\"io.modelcontextprotocol/clientCapabilities\":{}}"
#define CANCEL(id)                                                                                 \
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":" id "}}"

#endif
