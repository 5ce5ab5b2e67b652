/* SPDX-License-Identifier: MIT */
/* Automatic clean-up must never be in the way of a request, so it is a thread of its own that
 * waits on a condition until the schedule says that a run is due. A run works without the lock: a
 * save that is announced meanwhile only changes the schedule. */
#include "background/auto_cleanup.h"

#include "background/cleanup_schedule.h"
#include "base/clock.h"
#include "base/counted.h"
#include "base/log.h"
#include "base/thread.h"
#include "storage/storage_cleanup.h"

struct auto_cleanup {
    struct storage *storage;
    struct storage_observer observer;
    int64_t older_than_ms; /* how long ago; 0: no such rule */
    int64_t keep_count;    /* -1: no such rule */
    struct cancel cancel;
    pthread_t thread;
    pthread_cond_t changed;
    struct {
        pthread_mutex_t mutex; /* never held during a run */
        struct cleanup_schedule schedule;
        bool stopping;
    } locked;
};

static void auto_cleanup_report(const struct cleanup_result *result)
{
    if (result->deleted > 0)
        log_info("automatic clean-up: deleted %s (%s)", counted(result->deleted, "image").text,
                 counted(result->bytes, "byte").text);
    if (result->failed > 0)
        log_error("automatic clean-up: %s could not be deleted, among them %s: %s",
                  counted(result->failed, "object").text, result->failures[0].key,
                  result->failures[0].text);
}

/* Whether all was done that there was to do. */
static bool clean_up(struct auto_cleanup *cleanup)
{
    const struct operation operation = {.cancel = &cleanup->cancel};
    const struct retention_policy policy = {
        .older_than_ms = cleanup->older_than_ms ? clock_wall_ms() - cleanup->older_than_ms : 0,
        .keep_count = cleanup->keep_count,
    };
    CLEANUP(cleanup_result_finish) struct cleanup_result result = {0};
    struct error error = {.code = ERROR_NONE};
    if (storage_cleanup_settled(cleanup->storage, &operation, &policy, &result, &error)) {
        auto_cleanup_report(&result);
        error = result.stopped;
    }
    if (error.code != ERROR_NONE && error.code != ERROR_CANCELLED)
        log_error("automatic clean-up: %s", error.text);
    return error.code == ERROR_NONE;
}

static void *cleanup_main(void *argument)
{
    struct auto_cleanup *cleanup = argument;
    struct cleanup_schedule *schedule = &cleanup->locked.schedule;
    pthread_mutex_lock(&cleanup->locked.mutex);
    while (!cleanup->locked.stopping) {
        int64_t due_ms = cleanup_schedule_due_ms(schedule), now_ms = clock_monotonic_ms();
        if (now_ms < due_ms) {
            thread_wait_until(&cleanup->changed, &cleanup->locked.mutex, due_ms);
            continue;
        }
        cleanup_schedule_begin(schedule, now_ms);
        pthread_mutex_unlock(&cleanup->locked.mutex);
        bool done = clean_up(cleanup);
        pthread_mutex_lock(&cleanup->locked.mutex);
        cleanup_schedule_end(schedule, clock_monotonic_ms(), done);
    }
    pthread_mutex_unlock(&cleanup->locked.mutex);
    return NULL;
}

static void auto_cleanup_free(struct auto_cleanup *cleanup)
{
    pthread_cond_destroy(&cleanup->changed);
    pthread_mutex_destroy(&cleanup->locked.mutex);
    cancel_finish(&cleanup->cancel);
    free(cleanup);
}

static void note_saved(void *argument, const struct stored_image *image)
{
    struct auto_cleanup *cleanup = argument;
    if (image->deduplicated)
        return;
    pthread_mutex_lock(&cleanup->locked.mutex);
    cleanup_schedule_saved(&cleanup->locked.schedule, clock_monotonic_ms());
    pthread_cond_signal(&cleanup->changed);
    pthread_mutex_unlock(&cleanup->locked.mutex);
}

bool auto_cleanup_create(const struct config *config, struct storage *storage,
                         struct auto_cleanup **ret_cleanup, struct error *error)
{
    struct auto_cleanup *cleanup = calloc(1, sizeof *cleanup);
    if (!cleanup)
        return error_no_memory(error);
    thread_condition_init(&cleanup->changed);
    pthread_mutex_init(&cleanup->locked.mutex, NULL);
    cancel_init(&cleanup->cancel);
    cleanup->storage = storage;
    cleanup->older_than_ms = config->cleanup_older_than_days * IMAGE_KEY_DAY_MS;
    cleanup->keep_count = config->cleanup_keep_count ? config->cleanup_keep_count : -1;
    cleanup_schedule_init(&cleanup->locked.schedule, config->cleanup_run_on_save,
                          clock_monotonic_ms());
    if (!thread_start("auto-cleanup", cleanup_main, cleanup, &cleanup->thread, error)) {
        auto_cleanup_free(cleanup);
        return false;
    }
    cleanup->observer = (struct storage_observer){.saved = note_saved, .argument = cleanup};
    storage_add_observer(storage, &cleanup->observer);
    *ret_cleanup = cleanup;
    return true;
}

void auto_cleanup_destroy(struct auto_cleanup *cleanup)
{
    if (!cleanup)
        return;
    storage_remove_observer(cleanup->storage, &cleanup->observer);
    pthread_mutex_lock(&cleanup->locked.mutex);
    cleanup->locked.stopping = true;
    pthread_cond_signal(&cleanup->changed);
    pthread_mutex_unlock(&cleanup->locked.mutex);
    cancel_request(&cleanup->cancel);
    pthread_join(cleanup->thread, NULL);
    auto_cleanup_free(cleanup);
}
