/* SPDX-License-Identifier: MIT */
#ifndef MCP_METHOD_H
#define MCP_METHOD_H

#include "mcp/server_state.h"

/* The methods: methods.c has the table and what concerns the server as a whole, tool_methods.c,
 * resource_methods.c and subscriptions.c the others. They are called on the main thread; what needs
 * the store goes on in a worker. */

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

void handle_tools_list(struct server *server, struct request *request);
void handle_tools_call(struct server *server, struct request *request);

void handle_resources_list(struct server *server, struct request *request);
void handle_resource_templates(struct server *server, struct request *request);
void handle_resources_read(struct server *server, struct request *request);
void handle_complete(struct server *server, struct request *request);

/* MCP 2026-07-28, and its predecessors in the handshake revisions. */
void handle_listen(struct server *server, struct request *request);
void handle_subscribe(struct server *server, struct request *request);
void handle_unsubscribe(struct server *server, struct request *request);

/* For methods that end at once: send the answer and give the request up. */
void method_answer(struct server *server, struct request *request, const char *members);
void method_answer_error(struct server *server, struct request *request, int code,
                         const char *text);
/* Answers with a list that is the same as long as the process lives, on one page. */
void method_answer_list(struct server *server, struct request *request, const char *name,
                        const char *array);

/* What goes before the members of every result of this request ("" in the legacy era). */
const char *method_head(const struct server *server, const struct request *request);

/* Sends the error of a resource that is not there, with the code that the request's revision has
 * for it. */
void method_reply_not_found(struct request *request, const char *uri, const char *text);

#endif
