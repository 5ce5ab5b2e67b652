/* SPDX-License-Identifier: MIT */
#ifndef MCP_DISPATCH_H
#define MCP_DISPATCH_H

#include "mcp/server_state.h"

/* Answers everything in the message, or gives it to a worker that will. Main thread. Takes over the
 * reference. */
void dispatch_message(struct server *server, struct message *message);

#endif
