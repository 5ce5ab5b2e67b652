/* SPDX-License-Identifier: MIT */
/* A ring of slots, one for every item that may be under way or waiting for the consumer. Fetchers
 * take the next index while it is less than `width` ahead of the consumer, so the ring never
 * overflows and memory is bounded by the width. A fetcher that finds nothing to take ends; the
 * consumer starts new ones when it comes back, which is what makes room. All fetches share one
 * cancel token, a child of the consumer's: it also ends them when the consumer leaves early. */
#include "base/lookahead.h"

#include "base/worker_pool.h"

#include <stdlib.h>

struct slot {
    void *item;
    struct error error; /* code ERROR_NONE: it went well */
    bool ready;
};

struct fetcher {
    struct worker_job job;
    struct lookahead *lookahead;
    bool busy; /* under the lock */
};

struct lookahead {
    struct lookahead_source source;
    struct worker_pool *pool;
    struct fetcher *fetchers; /* width_max, as are the slots */
    struct cancel cancel;
    struct cancel_waiter waiter; /* on it, for the consumer */
    pthread_cond_t changed;
    struct {
        pthread_mutex_t mutex;
        struct slot *slots;
        size_t taken;    /* indexes that fetchers took */
        size_t consumed; /* indexes that the consumer took */
        size_t width;
        size_t heaviest; /* weight of an item so far; 0: not known */
        bool throttled;  /* once: the width grows by one from then on */
        bool cancelled;
    } locked;
};

static struct slot *slot_of(struct lookahead *lookahead, size_t index)
{
    return &lookahead->locked.slots[index % lookahead->source.width_max];
}

static size_t width_locked(const struct lookahead *lookahead)
{
    size_t width = lookahead->locked.width, heaviest = lookahead->locked.heaviest;
    size_t room = heaviest ? lookahead->source.weight_max / heaviest : width;
    if (room == 0)
        room = 1;
    return room < width ? room : width;
}

static bool can_take_locked(const struct lookahead *lookahead)
{
    return !lookahead->locked.cancelled && lookahead->locked.taken < lookahead->source.count &&
           lookahead->locked.taken < lookahead->locked.consumed + width_locked(lookahead);
}

static void narrow(struct lookahead *lookahead)
{
    pthread_mutex_lock(&lookahead->locked.mutex);
    lookahead->locked.width = (lookahead->locked.width + 1) / 2;
    lookahead->locked.throttled = true;
    pthread_mutex_unlock(&lookahead->locked.mutex);
}

/* Fetches one item; no other thread touches the slot until it is ready. */
static void fetch(struct fetcher *fetcher, size_t index, struct slot *slot)
{
    const struct lookahead_source *source = &fetcher->lookahead->source;
    const struct operation operation = {.cancel = &fetcher->lookahead->cancel};
    for (int attempt = 0; attempt < 2; attempt++) {
        struct error error;
        if (source->fetch(source->argument, index, &operation, &slot->item, &error)) {
            slot->error.code = ERROR_NONE;
            return;
        }
        slot->error = error;
        if (error.code != ERROR_UNAVAILABLE)
            return;
        narrow(fetcher->lookahead);
    }
}

static void run_fetcher(struct worker_job *job)
{
    struct fetcher *fetcher = (struct fetcher *)job;
    struct lookahead *lookahead = fetcher->lookahead;
    pthread_mutex_lock(&lookahead->locked.mutex);
    while (can_take_locked(lookahead)) {
        size_t index = lookahead->locked.taken++;
        struct slot *slot = slot_of(lookahead, index);
        pthread_mutex_unlock(&lookahead->locked.mutex);
        fetch(fetcher, index, slot);
        pthread_mutex_lock(&lookahead->locked.mutex);
        slot->ready = true;
        size_t weight = slot->item && lookahead->source.weigh ? lookahead->source.weigh(slot->item)
                                                              : 0;
        if (weight > lookahead->locked.heaviest)
            lookahead->locked.heaviest = weight;
        pthread_cond_broadcast(&lookahead->changed);
    }
    fetcher->busy = false;
    pthread_mutex_unlock(&lookahead->locked.mutex);
}

static bool make_fetchers(struct lookahead *lookahead)
{
    size_t count = lookahead->source.width_max;
    lookahead->fetchers = calloc(count, sizeof *lookahead->fetchers);
    if (!lookahead->fetchers)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct fetcher *fetcher = &lookahead->fetchers[i];
        fetcher->job.run = run_fetcher;
        fetcher->lookahead = lookahead;
    }
    lookahead->locked.slots = calloc(count, sizeof *lookahead->locked.slots);
    return lookahead->locked.slots;
}

/* The token is cancelled: nothing more is taken, and the consumer need not wait. */
static void note_cancelled(void *argument)
{
    struct lookahead *lookahead = argument;
    pthread_mutex_lock(&lookahead->locked.mutex);
    lookahead->locked.cancelled = true;
    pthread_cond_broadcast(&lookahead->changed);
    pthread_mutex_unlock(&lookahead->locked.mutex);
}

bool lookahead_create(const struct lookahead_source *source, struct cancel *cancel,
                      struct lookahead **ret_lookahead, struct error *error)
{
    struct lookahead *lookahead = calloc(1, sizeof *lookahead);
    if (!lookahead)
        return error_no_memory(error);
    lookahead->source = *source;
    lookahead->locked.width = source->width_start;
    pthread_mutex_init(&lookahead->locked.mutex, NULL);
    pthread_cond_init(&lookahead->changed, NULL);
    cancel_init_child(&lookahead->cancel, cancel);
    lookahead->waiter = (struct cancel_waiter){.wake = note_cancelled, .argument = lookahead};
    cancel_add_waiter(&lookahead->cancel, &lookahead->waiter);
    CLEANUP(lookahead_destroy_cleanup) struct lookahead *owned = lookahead;
    if (!make_fetchers(lookahead))
        return error_no_memory(error);
    if (!worker_pool_create(source->width_max, &lookahead->pool, error))
        return false;
    *ret_lookahead = TAKE(owned);
    return true;
}

/* Sets as many fetchers to work as there are items to take. */
static void start_fetchers(struct lookahead *lookahead)
{
    pthread_mutex_lock(&lookahead->locked.mutex);
    size_t limit = lookahead->locked.consumed + width_locked(lookahead);
    if (limit > lookahead->source.count)
        limit = lookahead->source.count;
    size_t wanted = limit > lookahead->locked.taken ? limit - lookahead->locked.taken : 0;
    for (size_t i = 0; i < lookahead->source.width_max && wanted > 0; i++) {
        struct fetcher *fetcher = &lookahead->fetchers[i];
        if (fetcher->busy)
            continue;
        fetcher->busy = true;
        wanted--;
        pthread_mutex_unlock(&lookahead->locked.mutex);
        worker_pool_submit(lookahead->pool, &fetcher->job);
        pthread_mutex_lock(&lookahead->locked.mutex);
    }
    pthread_mutex_unlock(&lookahead->locked.mutex);
}

/* Waits for the next slot and empties it into *ret_slot. */
static void await_slot(struct lookahead *lookahead, struct slot *ret_slot)
{
    pthread_mutex_lock(&lookahead->locked.mutex);
    struct slot *slot = slot_of(lookahead, lookahead->locked.consumed);
    while (!slot->ready && !lookahead->locked.cancelled)
        pthread_cond_wait(&lookahead->changed, &lookahead->locked.mutex);
    *ret_slot = (struct slot){0};
    if (slot->ready) {
        *ret_slot = *slot;
        *slot = (struct slot){0};
        lookahead->locked.consumed++;
    }
    pthread_mutex_unlock(&lookahead->locked.mutex);
}

static void widen(struct lookahead *lookahead)
{
    pthread_mutex_lock(&lookahead->locked.mutex);
    if (lookahead->locked.consumed > 0)
        lookahead->locked.width += lookahead->locked.throttled ? 1 : lookahead->locked.width;
    if (lookahead->locked.width > lookahead->source.width_max)
        lookahead->locked.width = lookahead->source.width_max;
    pthread_mutex_unlock(&lookahead->locked.mutex);
}

bool lookahead_next(struct lookahead *lookahead, void **ret_item, struct error *error)
{
    const struct operation operation = {.cancel = &lookahead->cancel};
    struct slot slot;
    if (!operation_check(&operation, error))
        return false;
    if (lookahead->locked.consumed == lookahead->source.count) {
        *ret_item = NULL;
        return true;
    }
    widen(lookahead);
    start_fetchers(lookahead);
    await_slot(lookahead, &slot);
    bool cancelled = !operation_check(&operation, error);
    if (!cancelled && slot.error.code == ERROR_NONE) {
        *ret_item = slot.item;
        return true;
    }
    if (slot.item)
        lookahead->source.discard(slot.item);
    if (!cancelled)
        *error = slot.error;
    return false;
}

void lookahead_destroy(struct lookahead *lookahead)
{
    if (!lookahead)
        return;
    cancel_request(&lookahead->cancel);
    worker_pool_destroy(lookahead->pool);
    for (size_t i = 0; lookahead->locked.slots && i < lookahead->source.width_max; i++)
        if (lookahead->locked.slots[i].item)
            lookahead->source.discard(lookahead->locked.slots[i].item);
    cancel_remove_waiter(&lookahead->cancel, &lookahead->waiter);
    cancel_finish(&lookahead->cancel);
    pthread_cond_destroy(&lookahead->changed);
    pthread_mutex_destroy(&lookahead->locked.mutex);
    free(lookahead->locked.slots);
    free(lookahead->fetchers);
    free(lookahead);
}
