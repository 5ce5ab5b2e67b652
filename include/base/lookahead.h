/* SPDX-License-Identifier: MIT */
#ifndef BASE_LOOKAHEAD_H
#define BASE_LOOKAHEAD_H

#include "base/cleanup.h"
#include "base/operation.h"

#include <stddef.h>

/* A row of things that take a while to get (a page over the network), fetched side by side by a
 * bounded number of threads and handed to one consumer in their order. At most as many are held
 * ahead of the consumer as are fetched at once. How many that is adapts: it starts at width_start,
 * doubles whenever the consumer comes back for more, up to width_max. When a fetch fails with
 * ERROR_UNAVAILABLE (a store that throttles) it is tried once more, the width is halved, and grows
 * by one at a time from then on. */
struct lookahead_source {
    size_t count;
    size_t width_start; /* 1: nothing is fetched in vain when the first will do */
    size_t width_max;

    /* Gets item `index`; from several threads at once. *operation has no progress and is cancelled
     * when the item is no longer wanted. */
    bool (*fetch)(void *argument, size_t index, const struct operation *operation, void **ret_item,
                  struct error *error);
    /* Frees an item that the consumer never took. */
    void (*discard)(void *item);
    /* NULL, or: what an item takes in memory. The width is then at most so large that weight_max is
     * enough for as many items as the heaviest so far (but for one there is always room). */
    size_t (*weigh)(const void *item);
    size_t weight_max;
    void *argument;
};

struct lookahead;

/* The source is copied. cancel: the consumer's token, which must outlive the lookahead; NULL: none.
 * No thread is started before lookahead_next(). */
bool lookahead_create(const struct lookahead_source *source, struct cancel *cancel,
                      struct lookahead **ret_lookahead, struct error *error) MUST_CHECK;

/* The next item, which the consumer owns; *ret_item is NULL when there are no more. A failed fetch
 * fails here when its turn comes, and there is nothing after it. ERROR_CANCELLED as soon as the
 * consumer is cancelled, whatever the fetches do. */
bool lookahead_next(struct lookahead *lookahead, void **ret_item, struct error *error) MUST_CHECK;

/* Cancels what is under way, waits for it and drops what was fetched ahead. Takes NULL. */
void lookahead_destroy(struct lookahead *lookahead);
DEFINE_CLEANUP(struct lookahead *, lookahead_destroy)

#endif
