/* SPDX-License-Identifier: MIT */
#ifndef MCP_SERVER_STATE_H
#define MCP_SERVER_STATE_H

#include "mcp/request_list.h"
#include "mcp/server_config.h"
#include "mcp/subscriptions.h"

/* What the methods answer from. The main thread alone changes it, except for the lists, which have
 * locks of their own. */

struct server_tool {
    const struct tool *tool;
    json_t *definition;
    const char *name;           /* borrowed from definition */
    const json_t *input_schema; /* borrowed from definition */
    bool destructive;           /* by its annotations */
};

struct server {
    const struct server_config *config;
    struct writer writer;
    struct worker_pool *pool;
    struct worker_pool *fetchers; /* for the tool calls that fetch (struct tool) */
    struct request_list requests;
    struct subscriptions subscriptions;

    struct server_tool *tools;
    char *tools_list;   /* the array of Tool objects */
    char *modern_head;  /* the members that every modern result begins with */
    char *server_info;  /* the Implementation object */
    char *instructions; /* as a JSON string */

    enum protocol_version legacy_version; /* what `initialize` agreed on */
};

/* stop_fd: as writer_init() takes it. ERROR_INTERNAL: a tool's definition is broken, or the system
 * has no file descriptors left. server_finish() is due in any case. */
bool server_init(struct server *server, const struct server_config *config, int stop_fd,
                 struct error *error) MUST_CHECK;
/* Waits for the workers. */
void server_finish(struct server *server);

#endif
