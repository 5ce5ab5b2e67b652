/* SPDX-License-Identifier: MIT */
#ifndef BASE_WORKER_POOL_H
#define BASE_WORKER_POOL_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>

/* A few threads that run jobs first in, first out. Threads are started as they are needed, so a
 * process that never gets a job has none. The queue has no bound of its own: whoever submits bounds
 * it. */
struct worker_pool;

bool worker_pool_create(size_t max_threads, struct worker_pool **ret_pool,
                        struct error *error) MUST_CHECK;

/* A unit of work: embedded in the caller's own struct, which owns all that `run` needs. */
struct worker_job {
    void (*run)(struct worker_job *job);
    struct worker_job *next;
};

/* Never fails once a thread exists; runs the job on this thread when none can be started. */
void worker_pool_submit(struct worker_pool *pool, struct worker_job *job);

/* Takes a job back that no thread has begun; false: it is running, or not here. */
bool worker_pool_withdraw(struct worker_pool *pool, struct worker_job *job);

/* Runs what is queued to its end, then ends the threads. */
void worker_pool_destroy(struct worker_pool *pool);
DEFINE_CLEANUP(struct worker_pool *, worker_pool_destroy)

#endif
