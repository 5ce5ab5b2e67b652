/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_TOOLS_CONTEXT_H
#define TOOLS_TOOLS_CONTEXT_H

#include "config/config.h"
#include "mcp/resource.h"
#include "mcp/tool.h"
#include "source/source_file.h"
#include "storage/storage.h"

/* What all tools and the resources work with. */
struct tools_context {
    struct storage *storage;
    size_t max_bytes;                /* of one image */
    struct source_files files;       /* where save_image may read from */
    size_t max_inline_bytes;         /* of an image in an answer */
    bool confirm_cleanup;            /* cleanup_images makes a plan first */
    char *(*notice)(void *argument); /* struct tool_set.notice; NULL: there is none */
    void *notice_argument;
    const struct config
        *config; /* where the key that signs plans comes from (config/confirmation_key.h) */
    const struct resource_watcher *watcher; /* of the resources; see struct resource_ops */
    struct storage_observer observer;       /* for the watcher, while there is one */
};

#endif
