/* SPDX-License-Identifier: MIT */
#ifndef MCP_METHODS_H
#define MCP_METHODS_H

#include "mcp/server_state.h"

/* The table of methods. */

/* A method answers its request and removes it from server->requests, now or later. Called on the
 * main thread; what needs the store goes on in a worker. */
struct method {
    const char *name;
    enum protocol_version first, last; /* the revisions that have it */
    bool before_initialize;            /* legacy: may come before the handshake */
    void (*handle)(struct server *server, struct request *request);
};

/* The method of that name, or NULL. */
const struct method *methods_find(const char *name);

/* Notifications that mean nothing here, known or not, are ignored. */
void methods_handle_notification(struct server *server, const struct message *message,
                                 const char *name, const json_t *params);

#endif
