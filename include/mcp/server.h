/* SPDX-License-Identifier: MIT */
#ifndef MCP_SERVER_H
#define MCP_SERVER_H

#include "base/error.h"
#include "mcp/resource.h"
#include "mcp/tool.h"

#include <stddef.h>

/* An MCP server on two file descriptors. */

struct server_config {
    int input;  /* JSON-RPC messages, one a line */
    int output; /* the same way back; nothing else is ever written there */
    const char *name;
    const char *title;
    const char *version;
    const char *instructions; /* for the model: how to use this server */
    struct tool_set tools;
    struct resource_set resources;
    size_t max_bytes; /* of one base64 argument, decoded */
};

enum server_end {
    SERVER_INPUT_ENDED,  /* everything accepted was finished and answered */
    SERVER_OUTPUT_ENDED, /* nobody reads the answers any more */
    SERVER_STOPPED,      /* SIGTERM, SIGINT or SIGHUP: what was under way was cancelled */
};

/* Serves until one of the three ends comes. Blocks those signals and ignores SIGPIPE for the whole
 * process; call it before any other thread is started. */
bool server_run(const struct server_config *config, enum server_end *ret_end,
                struct error *error) MUST_CHECK;

#endif
