/* SPDX-License-Identifier: MIT */
/* A ring of batches. The caller fills one while the others are under way, each on a thread of the
 * pool; when the ring has come round it waits for the oldest, notes what became of it, and fills it
 * anew. Only the caller touches a batch that is not busy, and only its thread one that is; `done`
 * passes it back. Of a batch the images go first, in one request, and then the sidecars of those
 * that are gone (record_delete.h). */
#include "storage/cleanup_deletes.h"

#include "base/lookahead.h"
#include "base/worker_pool.h"
#include "storage/record_delete.h"
#include "storage/storage_private.h"

#include <string.h>

/* Stores delete a thousand keys in about a second, and begin to throttle at some thousands a
 * second. */
enum { BATCHES = 4, RECORDS_AT_ONCE = 8 };

struct delete_batch {
    struct worker_job job;
    struct cleanup_deletes *deletes;
    bool busy;          /* under way, or not noted yet */
    bool done;          /* under the lock */
    bool has_results;   /* the images were tried */
    struct error error; /* ERROR_NONE: it was done to its end */
    size_t count;
    struct cleanup_item items[OBJECT_DELETE_MAX]; /* each image, then its sidecar */
    bool is_image[OBJECT_DELETE_MAX];             /* of a sidecar only the key is set */
    struct delete_result results[OBJECT_DELETE_MAX];
};

struct cleanup_deletes {
    struct storage *storage;
    struct cancel *cancel; /* the caller's; NULL: none */
    struct cleanup_result *outcome;
    struct worker_pool *pool;
    struct delete_batch *batches[BATCHES]; /* NULL: not needed so far */
    size_t current;                        /* the one being filled, which is not busy */
    pthread_mutex_t mutex;                 /* of done */
    pthread_cond_t changed;
};

bool cleanup_deletes_create(struct storage *storage, const struct operation *operation,
                            struct cleanup_result *outcome, struct cleanup_deletes **ret_deletes,
                            struct error *error)
{
    struct cleanup_deletes *deletes = calloc(1, sizeof *deletes);
    if (!deletes)
        return error_no_memory(error);
    deletes->storage = storage;
    deletes->cancel = operation->cancel;
    deletes->outcome = outcome;
    pthread_mutex_init(&deletes->mutex, NULL);
    pthread_cond_init(&deletes->changed, NULL);
    CLEANUP(cleanup_deletes_destroy_cleanup) struct cleanup_deletes *owned = deletes;
    if (!worker_pool_create(BATCHES, &deletes->pool, error))
        return false;
    *ret_deletes = TAKE(owned);
    return true;
}

/* The batch's own thread */

/* Deletes the images of the batch. Their results come without gaps and are moved, from the last
 * one on, to where the images are. */
static bool delete_images(struct delete_batch *batch, const struct operation *operation,
                          struct error *error)
{
    struct storage_provider *provider = batch->deletes->storage->provider;
    const char *keys[OBJECT_DELETE_MAX];
    struct delete_result *results = batch->results;
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->is_image[i])
            keys[count++] = batch->items[i].key;
    if (count > 0 && !provider->ops->delete (provider, operation, keys, count, results, error))
        return false;
    for (size_t i = batch->count; i-- > 0;)
        results[i] = batch->is_image[i] ? results[--count] : (struct delete_result){0};
    return true;
}

static bool is_gone(const struct delete_result *result)
{
    return result->code == ERROR_NONE || result->code == ERROR_NOT_FOUND;
}

/* Deletes what is at this place if it is a sidecar whose image is gone. It comes after its image,
 * unless that never was. */
static bool delete_record(void *argument, size_t index, const struct operation *operation,
                          void **ret_item, struct error *error)
{
    struct delete_batch *batch = argument;
    char key[IMAGE_KEY_MAX + 1];
    *ret_item = NULL; /* the result has its own place */
    if (batch->is_image[index])
        return true;
    const char *sidecar = batch->items[index].key;
    size_t size = strlen(sidecar) - strlen(".json");
    memcpy(key, sidecar, size);
    key[size] = '\0';
    bool follows = index > 0 && batch->is_image[index - 1] &&
                   strcmp(batch->items[index - 1].key, key) == 0;
    if ((follows && !is_gone(&batch->results[index - 1])) ||
        record_delete(batch->deletes->storage->provider, operation, key, error))
        return true;
    delete_result_set(&batch->results[index], error);
    return error->code != ERROR_CANCELLED;
}

static void discard(void *item)
{
    (void)item;
}

/* Each takes a few requests, so several go side by side. */
static bool delete_records(struct delete_batch *batch, const struct operation *operation,
                           struct error *error)
{
    CLEANUP(lookahead_destroy_cleanup) struct lookahead *lookahead = NULL;
    const struct lookahead_source source = {
        .count = batch->count,
        .width_start = RECORDS_AT_ONCE,
        .width_max = RECORDS_AT_ONCE,
        .fetch = delete_record,
        .discard = discard,
        .argument = batch,
    };
    if (!lookahead_create(&source, operation->cancel, &lookahead, error))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        void *none;
        if (!lookahead_next(lookahead, &none, error))
            return false;
    }
    return true;
}

static bool has_records(const struct delete_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (!batch->is_image[i])
            return true;
    return false;
}

static void run_batch(struct worker_job *job)
{
    struct delete_batch *batch = (struct delete_batch *)job;
    struct cleanup_deletes *deletes = batch->deletes;
    const struct operation operation = {.cancel = deletes->cancel};
    struct error error;
    batch->error.code = ERROR_NONE;
    batch->has_results = delete_images(batch, &operation, &error);
    if (!batch->has_results || (has_records(batch) && !delete_records(batch, &operation, &error)))
        batch->error = error;
    pthread_mutex_lock(&deletes->mutex);
    batch->done = true;
    pthread_cond_signal(&deletes->changed);
    pthread_mutex_unlock(&deletes->mutex);
}

/* The caller's side */

static void note_failure(struct cleanup_result *outcome, struct cleanup_item *item,
                         const struct delete_result *result)
{
    outcome->failed++;
    if (outcome->failure_count == CLEANUP_FAILURES_MAX)
        return;
    struct cleanup_failure *failure = &outcome->failures[outcome->failure_count++];
    failure->key = TAKE(item->key);
    strcpy(failure->text, result->text);
}

static void note_deleted(struct storage *storage, struct cleanup_result *outcome,
                         struct cleanup_item *item)
{
    storage_announce_deleted(storage, item->key);
    outcome->deleted++;
    outcome->bytes += item->size;
    if (outcome->item_count == CLEANUP_ITEMS_MAX)
        return;
    outcome->items[outcome->item_count++] = *item;
    item->key = NULL;
}

static void note_results(struct delete_batch *batch)
{
    struct cleanup_result *outcome = batch->deletes->outcome;
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->results[i].code == ERROR_CANCELLED && !batch->is_image[i])
            continue; /* told for the batch as a whole */
        if (!is_gone(&batch->results[i]))
            note_failure(outcome, &batch->items[i], &batch->results[i]);
        else if (batch->is_image[i])
            note_deleted(batch->deletes->storage, outcome, &batch->items[i]);
    }
}

static void empty(struct delete_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        free(batch->items[i].key);
    batch->count = 0;
}

/* Waits for a busy batch and notes what became of it. */
static bool await_batch(struct cleanup_deletes *deletes, struct delete_batch *batch,
                        struct error *error)
{
    pthread_mutex_lock(&deletes->mutex);
    while (!batch->done)
        pthread_cond_wait(&deletes->changed, &deletes->mutex);
    pthread_mutex_unlock(&deletes->mutex);
    batch->busy = false;
    bool good = batch->error.code == ERROR_NONE;
    if (batch->has_results)
        note_results(batch);
    if (!good)
        *error = batch->error;
    empty(batch);
    return good;
}

/* The batch to be filled, which may have to be made first. */
static struct delete_batch *current_batch(struct cleanup_deletes *deletes, struct error *error)
{
    struct delete_batch **place = &deletes->batches[deletes->current];
    if (!*place) {
        struct delete_batch *batch = calloc(1, sizeof *batch);
        if (!batch) {
            error_no_memory(error);
            return NULL;
        }
        batch->job.run = run_batch;
        batch->deletes = deletes;
        *place = batch;
    }
    return *place;
}

/* Sends the batch off and goes on to the next in the ring. */
static bool send_off(struct cleanup_deletes *deletes, struct delete_batch *batch,
                     struct error *error)
{
    batch->busy = true;
    batch->done = false;
    worker_pool_submit(deletes->pool, &batch->job);
    deletes->current = (deletes->current + 1) % BATCHES;
    struct delete_batch *oldest = deletes->batches[deletes->current];
    return !oldest || !oldest->busy || await_batch(deletes, oldest, error);
}

static bool add(struct delete_batch *batch, const char *key, const struct walk_image *image,
                int64_t time_ms, struct error *error)
{
    struct cleanup_item item = {.key = strdup(key), .time_ms = time_ms};
    if (!item.key)
        return error_no_memory(error);
    if (image) {
        item.parts = image->parts;
        item.size = image->size;
    }
    batch->is_image[batch->count] = image;
    batch->items[batch->count++] = item;
    return true;
}

/* The batch that so many keys can be added to; NULL: what has been sent before failed. */
static struct delete_batch *batch_with_room(struct cleanup_deletes *deletes, size_t keys,
                                            struct error *error)
{
    struct delete_batch *batch = current_batch(deletes, error);
    if (batch && batch->count + keys > OBJECT_DELETE_MAX)
        batch = send_off(deletes, batch, error) ? current_batch(deletes, error) : NULL;
    return batch;
}

bool cleanup_deletes_add(struct cleanup_deletes *deletes, const struct walk_image *image,
                         int64_t time_ms, struct error *error)
{
    struct image_key sidecar;
    struct delete_batch *batch = batch_with_room(deletes, image->has_sidecar ? 2 : 1, error);
    return batch && add(batch, image->key, image, time_ms, error) &&
           (!image->has_sidecar || (image_key_sidecar(image->key, &sidecar, error) &&
                                    add(batch, sidecar.text, NULL, time_ms, error)));
}

bool cleanup_deletes_add_orphan(struct cleanup_deletes *deletes, const struct walk_image *orphan,
                                struct error *error)
{
    struct delete_batch *batch = batch_with_room(deletes, 1, error);
    return batch && add(batch, orphan->key, NULL, orphan->modified_ms, error);
}

/* Waits for all that are under way, the oldest first; false when one of them failed. */
static bool await_all(struct cleanup_deletes *deletes, struct error *error)
{
    bool good = true;
    for (size_t i = 0; i < BATCHES; i++) {
        struct delete_batch *batch = deletes->batches[(deletes->current + i) % BATCHES];
        if (batch && batch->busy)
            good = await_batch(deletes, batch, error) && good;
    }
    return good;
}

bool cleanup_deletes_finish(struct cleanup_deletes *deletes, struct error *error)
{
    struct delete_batch *last = deletes->batches[deletes->current];
    bool sent = !last || last->count == 0 || send_off(deletes, last, error);
    return await_all(deletes, error) && sent;
}

void cleanup_deletes_destroy(struct cleanup_deletes *deletes)
{
    struct error ignored;
    if (!deletes)
        return;
    await_all(deletes, &ignored);
    worker_pool_destroy(deletes->pool);
    for (size_t i = 0; i < BATCHES; i++) {
        if (!deletes->batches[i])
            continue;
        empty(deletes->batches[i]);
        free(deletes->batches[i]);
    }
    pthread_cond_destroy(&deletes->changed);
    pthread_mutex_destroy(&deletes->mutex);
    free(deletes);
}
