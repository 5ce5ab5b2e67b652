/* SPDX-License-Identifier: MIT */
/* A ring of slots, one for every item that may be under way or waiting for the consumer. Fetchers
 * take the next index while it is less than `width` ahead of the consumer, so the ring never
 * overflows and memory is bounded by the width. A fetcher that finds nothing to take ends; the
 * consumer starts new ones when it comes back, which is what makes room. Each fetcher has a cancel
 * token of its own, because a token can wake one waiting transport only; the consumer's token is
 * passed on to all of them while the consumer waits here. */
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
    struct cancel cancel;
    bool busy; /* under the lock */
};

struct lookahead {
    struct lookahead_source source;
    struct worker_pool *pool;
    struct fetcher *fetchers; /* width_max, as are the slots */
    pthread_cond_t changed;
    struct {
        pthread_mutex_t mutex;
        struct slot *slots;
        size_t taken;    /* indexes that fetchers took */
        size_t consumed; /* indexes that the consumer took */
        size_t width;
        size_t heaviest; /* weight of an item so far; 0: not known */
        bool throttled;  /* once: the width grows by one from then on */
        bool stopping;
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
    return !lookahead->locked.stopping && lookahead->locked.taken < lookahead->source.count &&
           lookahead->locked.taken < lookahead->locked.consumed + width_locked(lookahead);
}

static void narrow(struct lookahead *lookahead)
{
    pthread_mutex_lock(&lookahead->locked.mutex);
    lookahead->locked.width = (lookahead->locked.width + 1) / 2;
    lookahead->locked.throttled = true;
    pthread_mutex_unlock(&lookahead->locked.mutex);
}

/* Fetches one item; the slot is nobody else's until it is ready. */
static void fetch(struct fetcher *fetcher, size_t index, struct slot *slot)
{
    const struct lookahead_source *source = &fetcher->lookahead->source;
    const struct operation operation = {.cancel = &fetcher->cancel};
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
        cancel_init(&fetcher->cancel);
    }
    lookahead->locked.slots = calloc(count, sizeof *lookahead->locked.slots);
    return lookahead->locked.slots;
}

bool lookahead_create(const struct lookahead_source *source, struct lookahead **ret_lookahead,
                      struct error *error)
{
    struct lookahead *lookahead = calloc(1, sizeof *lookahead);
    if (!lookahead)
        return error_no_memory(error);
    lookahead->source = *source;
    lookahead->locked.width = source->width_start;
    pthread_mutex_init(&lookahead->locked.mutex, NULL);
    pthread_cond_init(&lookahead->changed, NULL);
    CLEANUP(lookahead_destroy_cleanup) struct lookahead *owned = lookahead;
    if (!make_fetchers(lookahead))
        return error_no_memory(error);
    if (!worker_pool_create(source->width_max, &lookahead->pool, error))
        return false;
    *ret_lookahead = TAKE(owned);
    return true;
}

/* Cancels what is under way. May be called under the mutex of the consumer's cancel token. */
static void stop(void *argument)
{
    struct lookahead *lookahead = argument;
    pthread_mutex_lock(&lookahead->locked.mutex);
    lookahead->locked.stopping = true;
    pthread_cond_broadcast(&lookahead->changed);
    pthread_mutex_unlock(&lookahead->locked.mutex);
    for (size_t i = 0; lookahead->fetchers && i < lookahead->source.width_max; i++)
        cancel_request(&lookahead->fetchers[i].cancel);
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
    while (!slot->ready && !lookahead->locked.stopping)
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

bool lookahead_next(struct lookahead *lookahead, const struct operation *operation, void **ret_item,
                    struct error *error)
{
    struct slot slot;
    if (!operation_check(operation, error))
        return false;
    if (lookahead->locked.consumed == lookahead->source.count) {
        *ret_item = NULL;
        return true;
    }
    widen(lookahead);
    start_fetchers(lookahead);
    if (operation->cancel)
        cancel_set_wake(operation->cancel, stop, lookahead);
    await_slot(lookahead, &slot);
    if (operation->cancel)
        cancel_set_wake(operation->cancel, NULL, NULL);
    bool cancelled = !operation_check(operation, error);
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
    stop(lookahead);
    worker_pool_destroy(lookahead->pool);
    for (size_t i = 0; i < lookahead->source.width_max; i++) {
        if (lookahead->locked.slots && lookahead->locked.slots[i].item)
            lookahead->source.discard(lookahead->locked.slots[i].item);
        if (lookahead->fetchers)
            cancel_finish(&lookahead->fetchers[i].cancel);
    }
    pthread_cond_destroy(&lookahead->changed);
    pthread_mutex_destroy(&lookahead->locked.mutex);
    free(lookahead->locked.slots);
    free(lookahead->fetchers);
    free(lookahead);
}
