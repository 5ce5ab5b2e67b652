/* SPDX-License-Identifier: MIT */
#ifndef MCP_SERVER_STATE_H
#define MCP_SERVER_STATE_H

#include "base/worker_pool.h"
#include "mcp/request.h"
#include "mcp/server.h"

/* What the parts of the server share: server.c reads and waits, dispatch.c turns messages into
 * requests, methods.c answers them. All of it runs on the main thread, but for tools/call. */

struct server_tool {
    const struct tool *tool;
    json_t *definition;
    const char *name;           /* borrowed from definition */
    const json_t *input_schema; /* borrowed from definition */
};

struct server {
    const struct server_config *config;
    struct writer writer;
    struct worker_pool *pool;

    struct server_tool *tools;
    char *tools_list;   /* the members of the result of tools/list */
    char *modern_head;  /* the members that every modern result begins with */
    char *server_info;  /* the Implementation object */
    char *instructions; /* as a JSON string */

    enum protocol_version legacy_version; /* what `initialize` agreed on */
    size_t open_requests;                 /* subscriptions; main thread only */

    int wake_fd; /* an eventfd that the main thread waits on, too */
    struct {
        pthread_mutex_t mutex;
        struct request *requests;
        size_t count; /* without the open ones */
        size_t bytes;
    } locked;
};

/* Takes a request into the list; it stays until server_remove(), which destroys it. */
void server_add(struct server *server, struct request *request);
void server_remove(struct server *server, struct request *request);

/* From now on it only waits for the server's end, and is no work to be finished. */
void server_keep_open(struct server *server, struct request *request);

/* Whether a request with this id is being worked on. */
bool server_has(struct server *server, const json_t *id);

/* Cancels the request with this id, if there is one. */
void server_cancel(struct server *server, const json_t *id);

/* Answers everything in the message, or sees to it that it will be. Takes over the reference. */
void dispatch_message(struct server *server, struct message *message);

/* A method answers its request and gives it up (server_remove()), now or later. */
struct method {
    const char *name;
    enum protocol_version first, last; /* the revisions that have it */
    bool before_initialize;            /* legacy: may come before the handshake */
    void (*handle)(struct server *server, struct request *request);
};

/* The method of that name, or NULL. */
const struct method *method_find(const char *name);

void method_handle_notification(struct server *server, const char *name, const json_t *params);

/* Answers a subscriptions/listen request and removes it: the server is ending. */
void method_end_subscription(struct server *server, struct request *request);

#endif
