/* SPDX-License-Identifier: MIT */
#ifndef MCP_HANDLERS_H
#define MCP_HANDLERS_H

#include "mcp/server_state.h"

/* What the methods do (struct method.handle), by the file that holds them. */

/* session_methods.c */
void handle_initialize(struct server *server, struct request *request);
void handle_ping(struct server *server, struct request *request);
void handle_discover(struct server *server, struct request *request);

/* tool_methods.c */
void handle_tools_list(struct server *server, struct request *request);
void handle_tools_call(struct server *server, struct request *request);

/* resource_methods.c */
void handle_resources_list(struct server *server, struct request *request);
void handle_resource_templates(struct server *server, struct request *request);
void handle_resources_read(struct server *server, struct request *request);
void handle_complete(struct server *server, struct request *request);

/* subscription_methods.c: MCP 2026-07-28, and its predecessors in the handshake revisions */
void handle_listen(struct server *server, struct request *request);
void handle_subscribe(struct server *server, struct request *request);
void handle_unsubscribe(struct server *server, struct request *request);

#endif
