/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_IMAGE_RESULT_H
#define TOOLS_IMAGE_RESULT_H

#include "base/buffer.h"
#include "mcp/tool.h"
#include "storage/storage.h"

/* A stored image as tools show it, beside its JSON (views/image_json.h): as text for a model, and
 * as a resource link. */

/* The facts as Markdown: the image itself, its URL, then a line each. saved: it was just
 * saved. */
bool image_result_markdown(const struct stored_image *image, bool saved, struct buffer *text,
                           struct error *error) MUST_CHECK;

/* One line of a list: name, what it is, its URL, and the beginning of the prompt if that is known.
 */
bool image_result_line(const struct stored_image *image, struct buffer *text,
                       struct error *error) MUST_CHECK;

/* The answer: a text block, a resource_link block (MCP 2025-06-18 and later), and the structure,
 * which is taken over as by tool_result_text(). */
bool image_result_answer(const struct stored_image *image, const char *text, json_t *structured,
                         struct tool_result *ret_result, struct error *error) MUST_CHECK;

#endif
