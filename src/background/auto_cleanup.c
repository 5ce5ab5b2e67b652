/* SPDX-License-Identifier: MIT */
#include "background/auto_cleanup.h"

#include "background/cleanup_schedule.h"
#include "base/clock.h"
#include "base/counted.h"
#include "base/log.h"
#include "storage/storage_cleanup.h"

#include <pthread.h>
#include <signal.h>

enum { STACK_SIZE = 512 * 1024 };

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

static void report(const struct cleanup_result *result)
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
        report(&result);
        error = result.stopped;
    }
    if (error.code != ERROR_NONE && error.code != ERROR_CANCELLED)
        log_error("automatic clean-up: %s", error.text);
    return error.code == ERROR_NONE;
}

static void wait_until_locked(struct auto_cleanup *cleanup, int64_t due_ms)
{
    const struct timespec deadline = {.tv_sec = due_ms / 1000, .tv_nsec = due_ms % 1000 * 1000000};
    pthread_cond_timedwait(&cleanup->changed, &cleanup->locked.mutex, &deadline);
}

static void *cleanup_main(void *argument)
{
    struct auto_cleanup *cleanup = argument;
    struct cleanup_schedule *schedule = &cleanup->locked.schedule;
    pthread_mutex_lock(&cleanup->locked.mutex);
    while (!cleanup->locked.stopping) {
        int64_t due_ms = cleanup_schedule_due_ms(schedule), now_ms = clock_monotonic_ms();
        if (now_ms < due_ms) {
            wait_until_locked(cleanup, due_ms);
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

/* The thread takes no signals: they are the main thread's. */
static bool start_thread(struct auto_cleanup *cleanup)
{
    pthread_attr_t attributes;
    sigset_t all, old;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    bool started = pthread_create(&cleanup->thread, &attributes, cleanup_main, cleanup) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attributes);
    if (started)
        pthread_setname_np(cleanup->thread, "auto-cleanup");
    return started;
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
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&cleanup->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&cleanup->locked.mutex, NULL);
    cancel_init(&cleanup->cancel);
    cleanup->storage = storage;
    cleanup->older_than_ms = config->cleanup_older_than_days * IMAGE_KEY_DAY_MS;
    cleanup->keep_count = config->cleanup_keep_count ? config->cleanup_keep_count : -1;
    cleanup_schedule_init(&cleanup->locked.schedule, config->cleanup_run_on_save,
                          clock_monotonic_ms());
    if (!start_thread(cleanup)) {
        auto_cleanup_free(cleanup);
        return error_set(error, ERROR_INTERNAL, "the system does not allow another thread");
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
