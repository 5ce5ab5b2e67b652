/* SPDX-License-Identifier: MIT */
#ifndef MCP_SUBSCRIPTIONS_H
#define MCP_SUBSCRIPTIONS_H

#include "mcp/resource.h"

/* Who is told when resources change: the open subscriptions/listen requests (MCP 2026-07-28,
 * "Subscriptions"), each with its own filter, and the client that shook hands, which is told of
 * every change of the list and of the resources it subscribed to. */

struct server;
struct request;
struct subscription;

/* Takes NULL. */
void subscription_destroy(struct subscription *subscription);

/* Tells whom it concerns, from whatever thread; for struct resource_ops.watch. */
struct resource_watcher subscriptions_watcher(struct server *server);

/* The client has shaken hands: what an earlier one subscribed to is forgotten. */
void subscriptions_forget_session(struct server *server);
/* ... and is ready to be told things. */
void subscriptions_begin_session(struct server *server);

/* Answers a subscriptions/listen request and removes it: the server is ending. */
void subscription_end(struct server *server, struct request *request);

#endif
