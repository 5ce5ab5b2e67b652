/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_IMAGE_SOURCE_H
#define TOOLS_IMAGE_SOURCE_H

#include "tools/tools_context.h"

/* The bytes of the image that a call is about, wherever its arguments say that it is: exactly one
 * of data (base64), path (a file under IMAGE_SOURCE_DIRS), url (https) and image (an MCP content
 * block, which is one of the others in its own way). All errors say what to do next; whether the
 * bytes are an image is for others to find out. */
bool image_source_read(const struct tools_context *tools, const struct tool_call *call,
                       struct tool_bytes *ret_bytes, struct error *error) MUST_CHECK;

/* Whether they are at a URL, and image_source_read() waits for its host. */
bool image_source_is_remote(const json_t *arguments);

#endif
