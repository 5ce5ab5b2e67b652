/* SPDX-License-Identifier: MIT */
#ifndef MCP_RESOURCE_H
#define MCP_RESOURCE_H

#include "base/blob.h"
#include "base/operation.h"

#include <jansson.h>

/* What the protocol side and the resources know of each other (MCP, server/resources and
 * server/utilities/completion). A resource is what a URI names; what there is, changes. */

/* A page of resources/list: an array of Resource objects, and the cursor of the next page, NULL
 * after the last. Both become the server's. */
struct resource_list {
    json_t *resources;
    char *next_cursor;
};
/* Takes a zeroed struct. */
void resource_list_finish(struct resource_list *list);

/* What resources/read answers: the bytes, which go out as base64 without passing through JSON. Or,
 * when they are more than go into an answer, a sentence that says where else to get them. Both
 * become the server's. */
struct resource_contents {
    struct blob *bytes;
    const char *mime_type; /* static */
    char *refusal;         /* in place of bytes */
};
/* Takes a zeroed struct. */
void resource_contents_finish(struct resource_contents *contents);

/* A variable of a template, and what was typed of it so far. */
struct resource_argument {
    const char *uri_template;
    const char *name;
    const char *value;
};

/* What completion/complete answers: an array of strings, which becomes the server's. */
struct resource_completion {
    json_t *values; /* at most 100, the most relevant first */
    uint64_t total; /* how many there are in all */
    bool bounded;   /* the search stopped at a bound: there may be more than total */
};
/* Takes a zeroed struct. */
void resource_completion_finish(struct resource_completion *completion);

/* Who is told of changes that this process makes. May be called from any thread. */
struct resource_watcher {
    /* The resource with this URI came to be, is gone, or is another. */
    void (*updated)(void *argument, const char *uri);
    /* There are other resources than before; many changes in one go are one. */
    void (*list_changed)(void *argument);
    void *argument;
};

/* list, read and complete run on a worker, as straight-line code, several at a time; the others on
 * the main thread, where they must be quick. All are required. */
struct resource_ops {
    /* cursor: of the page before; NULL: from the start. ERROR_INVALID: it is none. */
    bool (*list)(void *context, const struct operation *operation, const char *cursor,
                 struct resource_list *ret_list, struct error *error);

    /* ERROR_NOT_FOUND, also for a URI that cannot be a resource of this server. */
    bool (*read)(void *context, const struct operation *operation, const char *uri,
                 struct resource_contents *ret_contents, struct error *error);

    /* ERROR_INVALID: there is no such template, or no such variable in it. */
    bool (*complete)(void *context, const struct operation *operation,
                     const struct resource_argument *argument,
                     struct resource_completion *ret_completion, struct error *error);

    /* Whether a text is the URI of a resource that could be there: what `updated` may be told with.
     * No I/O. Nothing in such a URI needs to be escaped in JSON. */
    bool (*knows)(void *context, const char *uri);

    /* From now on the watcher is told; it is borrowed until the next call. NULL ends it: when that
     * returns, nobody is being told any more. */
    void (*watch)(void *context, const struct resource_watcher *watcher);
};

struct resource_set {
    const struct resource_ops *ops;
    void *context;         /* given to every operation */
    const char *templates; /* an array of ResourceTemplate objects, as JSON text */

    /* Optional. What a client can do next about an error: a clause after its text; NULL: nothing
     * more. */
    const char *(*advice)(const struct error *error);
};

#endif
