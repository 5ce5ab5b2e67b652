/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_TOOLS_H
#define TOOLS_TOOLS_H

#include "tools/tools_context.h"

/* The tools of the server, in the order of tools/list, and the images as resources. */

/* The tools, with *context (borrowed) given to each. */
struct tool_set tools_all(struct tools_context *context);

/* The stored images as resources, image://KEY, over the same context. */
struct resource_set image_resources(struct tools_context *context);

/* One function a tool; see struct tool. */
bool tool_save_image(void *context, const struct tool_call *call, struct tool_result *ret_result,
                     struct error *error) MUST_CHECK;
bool tool_list_images(void *context, const struct tool_call *call, struct tool_result *ret_result,
                      struct error *error) MUST_CHECK;
bool tool_get_image(void *context, const struct tool_call *call, struct tool_result *ret_result,
                    struct error *error) MUST_CHECK;
bool tool_delete_image(void *context, const struct tool_call *call, struct tool_result *ret_result,
                       struct error *error) MUST_CHECK;
bool tool_cleanup_images(void *context, const struct tool_call *call,
                         struct tool_result *ret_result, struct error *error) MUST_CHECK;
bool tool_get_statistics(void *context, const struct tool_call *call,
                         struct tool_result *ret_result, struct error *error) MUST_CHECK;

#endif
