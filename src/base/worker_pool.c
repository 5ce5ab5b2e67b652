/* SPDX-License-Identifier: MIT */
/* A host often has many servers configured and uses few, so no thread is started before there is a
 * job for it. When the system gives no thread at all the job runs on the caller's: late, but it
 * runs. */
#include "base/worker_pool.h"

#include "base/thread.h"

#include <stdlib.h>

struct worker_pool {
    pthread_t *threads;
    size_t max_threads;
    pthread_cond_t work;
    struct {
        pthread_mutex_t mutex;
        struct worker_job *first, **last;
        size_t threads; /* started */
        size_t idle;    /* waiting for work */
        size_t queued;
        bool ending;
    } locked;
};

bool worker_pool_create(size_t max_threads, struct worker_pool **ret_pool, struct error *error)
{
    struct worker_pool *pool = calloc(1, sizeof *pool);
    if (!pool || !(pool->threads = calloc(max_threads, sizeof *pool->threads))) {
        free(pool);
        return error_no_memory(error);
    }
    pool->max_threads = max_threads;
    pool->locked.last = &pool->locked.first;
    pthread_mutex_init(&pool->locked.mutex, NULL);
    pthread_cond_init(&pool->work, NULL);
    *ret_pool = pool;
    return true;
}

static void *worker_main(void *argument)
{
    struct worker_pool *pool = argument;
    pthread_mutex_lock(&pool->locked.mutex);
    for (;;) {
        pool->locked.idle++;
        while (!pool->locked.first && !pool->locked.ending)
            pthread_cond_wait(&pool->work, &pool->locked.mutex);
        pool->locked.idle--;
        struct worker_job *job = pool->locked.first;
        if (!job)
            break;
        pool->locked.first = job->next;
        if (!pool->locked.first)
            pool->locked.last = &pool->locked.first;
        pool->locked.queued--;
        pthread_mutex_unlock(&pool->locked.mutex);
        job->run(job);
        pthread_mutex_lock(&pool->locked.mutex);
    }
    pthread_mutex_unlock(&pool->locked.mutex);
    return NULL;
}

/* True if there is a thread to run what is queued. */
static bool start_thread_locked(struct worker_pool *pool)
{
    if (pool->locked.queued <= pool->locked.idle || pool->locked.threads == pool->max_threads)
        return true;
    struct error ignored;
    pthread_t *thread = &pool->threads[pool->locked.threads];
    if (thread_start("worker", worker_main, pool, thread, &ignored))
        pool->locked.threads++;
    return pool->locked.threads > 0;
}

void worker_pool_submit(struct worker_pool *pool, struct worker_job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&pool->locked.mutex);
    pool->locked.queued++;
    bool queue = start_thread_locked(pool);
    if (queue) {
        *pool->locked.last = job;
        pool->locked.last = &job->next;
        pthread_cond_signal(&pool->work);
    } else {
        pool->locked.queued--;
    }
    pthread_mutex_unlock(&pool->locked.mutex);
    if (!queue)
        job->run(job);
}

bool worker_pool_withdraw(struct worker_pool *pool, struct worker_job *job)
{
    pthread_mutex_lock(&pool->locked.mutex);
    struct worker_job **place = &pool->locked.first;
    while (*place && *place != job)
        place = &(*place)->next;
    bool found = *place;
    if (found) {
        *place = job->next;
        if (!*place)
            pool->locked.last = place;
        pool->locked.queued--;
    }
    pthread_mutex_unlock(&pool->locked.mutex);
    return found;
}

void worker_pool_destroy(struct worker_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->locked.mutex);
    pool->locked.ending = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->locked.mutex);
    for (size_t i = 0; i < pool->locked.threads; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->locked.mutex);
    free(pool->threads);
    free(pool);
}
