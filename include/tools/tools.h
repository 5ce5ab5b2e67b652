/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_TOOLS_H
#define TOOLS_TOOLS_H

#include "config/config.h"
#include "mcp/resource.h"
#include "mcp/tool.h"
#include "source/source_file.h"
#include "storage/storage.h"

/* The tools of the server, in the order of tools/list, and the images as resources. */

struct tools_context {
    struct storage *storage;
    size_t max_bytes;                /* of one image */
    struct source_files files;       /* where save_image may read from */
    size_t max_inline_bytes;         /* of an image in an answer */
    bool confirm_cleanup;            /* cleanup_images makes a plan first */
    char *(*notice)(void *argument); /* struct tool_set.notice; NULL: there is none */
    void *notice_argument;
    const struct config
        *config; /* where the key that seals plans comes from (config/confirmation_key.h) */
    const struct resource_watcher *watcher; /* of the resources; see struct resource_ops */
    struct storage_observer observer;       /* for the watcher, while there is one */
};

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
