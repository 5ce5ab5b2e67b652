/* SPDX-License-Identifier: MIT */
#ifndef MCP_SERVER_STATE_H
#define MCP_SERVER_STATE_H

#include "base/worker_pool.h"
#include "mcp/request.h"
#include "mcp/server.h"

/* What the parts of the server share: server.c reads and waits, dispatch.c turns messages into
 * requests, methods (method.h) answer them, subscriptions.c tells of changes. */

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
    struct worker_pool *fetchers; /* for the tool calls that fetch (struct tool) */

    struct server_tool *tools;
    char *tools_list;   /* the array of Tool objects */
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
        size_t fetches;               /* of the requests: those that fetch, or wait for it */
        struct subscription *session; /* what a client that shook hands is told; NULL: nothing */
    } locked;
};

/* Takes a request into the list; it stays until server_remove(), which destroys it. */
void server_add(struct server *server, struct request *request);
void server_remove(struct server *server, struct request *request);

/* From now on it only waits for the server's end, and is no work to be finished. It must have its
 * subscription. */
void server_keep_open_locked(struct server *server, struct request *request);

/* Has the request's job run by the threads that fetch. ERROR_UNAVAILABLE when too many wait for
 * that already: the rest of what the server takes on at a time is for the other tools. */
bool server_fetch(struct server *server, struct request *request, struct error *error) MUST_CHECK;

/* Whether a request with this id is being worked on. */
bool server_has(struct server *server, const json_t *id);

/* Cancels the request with this id, if there is one. */
void server_cancel(struct server *server, const json_t *id);

/* Answers everything in the message, or sees to it that it will be. Takes over the reference. */
void dispatch_message(struct server *server, struct message *message);

#endif
