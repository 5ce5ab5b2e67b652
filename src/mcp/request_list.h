/* SPDX-License-Identifier: MIT */
#ifndef MCP_REQUEST_LIST_H
#define MCP_REQUEST_LIST_H

#include "mcp/request.h"

/* The requests that are being worked on. Their number and their bytes bound what is read, and
 * whoever waits for room, or for the end of all, is woken when one has gone. Any thread. */
struct request_list {
    int wake_fd; /* to poll(): readable after a request has gone */
    struct {
        pthread_mutex_t mutex;
        struct request *first;
        size_t count;
        size_t bytes;
        size_t fetches; /* of the requests: those that fetch, or wait for it */
    } locked;
};

/* ERROR_INTERNAL: no file descriptors are left. request_list_finish() is due in any case. */
bool request_list_init(struct request_list *list, struct error *error) MUST_CHECK;
/* The list must be empty. */
void request_list_finish(struct request_list *list);

/* Takes the request over; it stays until request_list_remove(), which destroys it. */
void request_list_add(struct request_list *list, struct request *request);
void request_list_remove(struct request_list *list, struct request *request);
/* Hands the request to the caller, who keeps it open: it is no work to be finished any more. */
void request_list_release(struct request_list *list, struct request *request);

/* The request turns out to keep so much more in memory. */
void request_list_grow(struct request_list *list, struct request *request, size_t bytes);

/* Has the request's job run by the pool. */
void request_list_submit(struct request_list *list, struct request *request,
                         struct worker_pool *pool);
/* The same for a pool of threads that fetch from the internet. ERROR_UNAVAILABLE when too many wait
 * for that already: the rest of what the server takes on at a time is for other work. */
bool request_list_fetch(struct request_list *list, struct request *request,
                        struct worker_pool *pool, struct error *error) MUST_CHECK;

/* Whether a request with this id, as JSON text, is being worked on; answered ones do not count. */
bool request_list_has(struct request_list *list, const char *id);
/* Cancels it, if it is there; removes it, if no thread has begun with it. */
void request_list_cancel(struct request_list *list, const char *id);
void request_list_cancel_all(struct request_list *list);

/* Whether nothing more should be taken on until a request has gone. */
bool request_list_is_full(struct request_list *list);
bool request_list_is_empty(struct request_list *list);
/* wake_fd was readable: makes it wait for the next request that goes. */
void request_list_clear_wake(struct request_list *list);

#endif
