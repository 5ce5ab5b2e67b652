/* SPDX-License-Identifier: MIT */
#ifndef MCP_SUBSCRIPTIONS_H
#define MCP_SUBSCRIPTIONS_H

#include "mcp/request.h"
#include "mcp/resource.h"

/* Which clients are notified when resources change: those with an open subscriptions/listen request
 * (MCP 2026-07-28, "Subscriptions"), each with its own filter, and the one that shook hands, which
 * is notified of every change of the list and of the resources it subscribed to. Any thread. */

/* What one subscriber wants to hear of. */
struct subscription_filter {
    bool list_changed;
    json_t *uris; /* an object with a member for each resource */
};

enum {
    SUBSCRIPTIONS_MAX = 64,
    SUBSCRIPTION_URIS_MAX = 1000, /* of one subscriber */
};

struct subscription;

struct subscriptions {
    struct writer *writer;
    struct {
        pthread_mutex_t mutex;     /* taken before the writer's lock */
        struct subscription *open; /* subscriptions/listen */
        size_t open_count;
        bool has_session;
        struct subscription_filter session; /* of a client that shook hands */
    } locked;
};

void subscriptions_init(struct subscriptions *subscriptions, struct writer *writer);
void subscriptions_finish(struct subscriptions *subscriptions);

/* Notifies those whom a change concerns, from whatever thread; for struct resource_ops.watch. */
struct resource_watcher subscriptions_watcher(struct subscriptions *subscriptions);

/* Keeps a subscriptions/listen request open and acknowledges it, in one step: there is no
 * notification before the acknowledgment. honoured: the filter as JSON text, as the client is told.
 * Takes over the request and filter->uris; ERROR_NO_MEMORY leaves both with the caller. */
bool subscriptions_open(struct subscriptions *subscriptions, struct request *request,
                        const struct subscription_filter *filter, const char *honoured,
                        struct error *error) MUST_CHECK;
size_t subscriptions_count(struct subscriptions *subscriptions);
/* Whether a request with this id is open, and its end on the client's wish. */
bool subscriptions_has(struct subscriptions *subscriptions, const char *id);
void subscriptions_cancel(struct subscriptions *subscriptions, const char *id);
/* Answers all that are open: the server is ending. */
void subscriptions_end(struct subscriptions *subscriptions);

/* The client has shaken hands: what an earlier one subscribed to is forgotten. */
void subscriptions_forget_session(struct subscriptions *subscriptions);
/* ... and is ready to be notified. */
void subscriptions_begin_session(struct subscriptions *subscriptions);

/* One resource more or less for the session. ERROR_TOO_LARGE: it has SUBSCRIPTION_URIS_MAX;
 * ERROR_NO_MEMORY. */
bool subscriptions_add_uri(struct subscriptions *subscriptions, const char *uri,
                           struct error *error) MUST_CHECK;
void subscriptions_remove_uri(struct subscriptions *subscriptions, const char *uri);

#endif
