/* SPDX-License-Identifier: MIT */
#ifndef BASE_OPERATION_H
#define BASE_OPERATION_H

#include "base/error.h"

#include <pthread.h>
#include <stdint.h>

/* A cancel token: one side asks, the other looks, and a waiting transport is woken. */
struct cancel {
    struct {
        pthread_mutex_t mutex;
        void (*wake)(
            void *); /* called under the mutex, so it must be quick and must not call back */
        void *wake_argument;
        bool requested;
    } locked;
};

void cancel_init(struct cancel *cancel);
void cancel_finish(struct cancel *cancel);
/* Idempotent; any thread. */
void cancel_request(struct cancel *cancel);
bool cancel_requested(struct cancel *cancel);
/* What to call when cancellation is asked for while somebody waits; NULL to take it back. If it was
 * asked for already, wake is called at once. */
void cancel_set_wake(struct cancel *cancel, void (*wake)(void *), void *argument);

/* What a caller gives along with a piece of work that can take long. Either pointer may be NULL. */
struct operation {
    struct cancel *cancel;
    /* done and total (0: unknown) in the unit of the work (bytes, objects); message is a short
     * phrase or NULL. Called from whatever thread does the work, from one at a time. */
    void (*progress)(void *argument, uint64_t done, uint64_t total, const char *message);
    void *progress_argument;
};

/* ERROR_CANCELLED when cancellation was asked for. */
bool operation_check(const struct operation *operation, struct error *error) MUST_CHECK;

void operation_progress(const struct operation *operation, uint64_t done, uint64_t total,
                        const char *message);

#endif
