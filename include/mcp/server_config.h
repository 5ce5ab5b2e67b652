/* SPDX-License-Identifier: MIT */
#ifndef MCP_SERVER_CONFIG_H
#define MCP_SERVER_CONFIG_H

#include "mcp/resource.h"
#include "mcp/tool.h"

#include <stddef.h>

/* What a server serves, and where. */
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

#endif
