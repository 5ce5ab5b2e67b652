/* SPDX-License-Identifier: MIT */
#ifndef MCP_SERVER_H
#define MCP_SERVER_H

#include "base/error.h"
#include "mcp/server_config.h"

/* An MCP server on two file descriptors. */

enum server_end {
    SERVER_INPUT_ENDED,  /* everything accepted was finished and answered */
    SERVER_OUTPUT_ENDED, /* the output was closed */
    SERVER_STOPPED,      /* SIGTERM, SIGINT or SIGHUP: what was under way was cancelled */
};

/* Serves until one of the three ends comes. Blocks those signals and ignores SIGPIPE for the whole
 * process; call it before any other thread is started. */
bool server_run(const struct server_config *config, enum server_end *ret_end,
                struct error *error) MUST_CHECK;

#endif
