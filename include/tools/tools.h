/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_TOOLS_H
#define TOOLS_TOOLS_H

#include "mcp/tool.h"
#include "storage/storage.h"

/* The tools of the server, in the order of tools/list. */

struct tools_context {
    struct storage *storage;
    size_t max_bytes; /* of one image */
};

/* The tools, with *context (borrowed) given to each. */
struct tool_set tools_all(struct tools_context *context);

/* One function a tool; see struct tool. */
bool tool_save_image(void *context, const struct tool_call *call, struct tool_result *ret_result,
                     struct error *error) MUST_CHECK;

#endif
