/* SPDX-License-Identifier: MIT */
#include "base/worker_pool.h"
#include "support/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { JOBS = 5000 };

struct test_job {
    struct worker_job job;
    struct order *order;
    int number;
    atomic_int *running, *most;
};

struct order {
    pthread_mutex_t mutex;
    int numbers[JOBS];
    int count;
};

static void run_noting_order(struct worker_job *job)
{
    struct test_job *self = (struct test_job *)job;
    int running = atomic_fetch_add(self->running, 1) + 1, most = atomic_load(self->most);
    while (running > most && !atomic_compare_exchange_weak(self->most, &most, running))
        ;
    pthread_mutex_lock(&self->order->mutex);
    self->order->numbers[self->order->count++] = self->number;
    pthread_mutex_unlock(&self->order->mutex);
    atomic_fetch_sub(self->running, 1);
}

/* Runs JOBS jobs and drains the pool; returns how many ran at once at most. */
static int run_jobs(size_t threads, struct order *order)
{
    static struct test_job jobs[JOBS];
    struct worker_pool *pool;
    struct error error;
    atomic_int running = 0, most = 0;
    pthread_mutex_init(&order->mutex, NULL);
    order->count = 0;
    assert_true(worker_pool_create(threads, &pool, &error));
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (struct test_job){.job.run = run_noting_order,
                                    .order = order,
                                    .number = i,
                                    .running = &running,
                                    .most = &most};
        worker_pool_submit(pool, &jobs[i].job);
    }
    worker_pool_destroy(pool);
    pthread_mutex_destroy(&order->mutex);
    return most;
}

static void one_thread_runs_everything_in_order(void **state)
{
    (void)state;
    static struct order order;
    assert_int_equal(run_jobs(1, &order), 1);
    assert_int_equal(order.count, JOBS);
    for (int i = 0; i < JOBS; i++)
        assert_int_equal(order.numbers[i], i);
}

static void many_threads_run_everything_once(void **state)
{
    (void)state;
    static struct order order;
    static bool seen[JOBS];
    assert_true(run_jobs(8, &order) <= 8);
    assert_int_equal(order.count, JOBS);
    for (int i = 0; i < JOBS; i++) {
        assert_false(seen[order.numbers[i]]);
        seen[order.numbers[i]] = true;
    }
}

struct meeting {
    struct worker_job job;
    pthread_barrier_t *barrier;
};

static void run_meeting(struct worker_job *job)
{
    pthread_barrier_wait(((struct meeting *)job)->barrier);
}

static void as_many_jobs_as_threads_run_at_the_same_time(void **state)
{
    (void)state;
    enum { THREADS = 6 };
    struct meeting meetings[THREADS];
    struct worker_pool *pool;
    struct error error;
    pthread_barrier_t barrier;
    assert_true(worker_pool_create(THREADS, &pool, &error));
    pthread_barrier_init(&barrier, NULL, THREADS + 1);
    for (int round = 0; round < 50; round++) { /* it ends only if all six meet */
        for (int i = 0; i < THREADS; i++) {
            meetings[i] = (struct meeting){.job.run = run_meeting, .barrier = &barrier};
            worker_pool_submit(pool, &meetings[i].job);
        }
        pthread_barrier_wait(&barrier);
    }
    worker_pool_destroy(pool);
    pthread_barrier_destroy(&barrier);
}

static void run_two_meetings(struct worker_job *job)
{
    run_meeting(job);
    run_meeting(job);
}

static void a_job_that_waits_can_be_taken_back(void **state)
{
    (void)state;
    enum { JOBS_WAITING = 4 };
    struct test_job jobs[JOBS_WAITING];
    struct worker_pool *pool;
    struct error error;
    static struct order order;
    atomic_int running = 0, most = 0;
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_mutex_init(&order.mutex, NULL);
    struct meeting meeting = {.job.run = run_two_meetings, .barrier = &barrier};
    assert_true(worker_pool_create(1, &pool, &error));
    worker_pool_submit(pool, &meeting.job);
    pthread_barrier_wait(&barrier);
    assert_false(worker_pool_withdraw(pool, &meeting.job)); /* it runs */
    for (int i = 0; i < JOBS_WAITING; i++) {
        jobs[i] = (struct test_job){.job.run = run_noting_order,
                                    .order = &order,
                                    .number = i,
                                    .running = &running,
                                    .most = &most};
        if (i == JOBS_WAITING - 1) { /* the last of the queue, and one between others */
            assert_true(worker_pool_withdraw(pool, &jobs[2].job));
            assert_true(worker_pool_withdraw(pool, &jobs[0].job));
            assert_false(worker_pool_withdraw(pool, &jobs[0].job));
        }
        worker_pool_submit(pool, &jobs[i].job);
    }
    pthread_barrier_wait(&barrier);
    worker_pool_destroy(pool);
    assert_int_equal(order.count, 2);
    assert_int_equal(order.numbers[0], 1);
    assert_int_equal(order.numbers[1], 3);
    pthread_mutex_destroy(&order.mutex);
    pthread_barrier_destroy(&barrier);
}

static void a_pool_without_jobs_ends(void **state)
{
    (void)state;
    struct worker_pool *pool;
    struct error error;
    assert_true(worker_pool_create(4, &pool, &error));
    worker_pool_destroy(pool);
    worker_pool_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_thread_runs_everything_in_order),
        cmocka_unit_test(many_threads_run_everything_once),
        cmocka_unit_test(as_many_jobs_as_threads_run_at_the_same_time),
        cmocka_unit_test(a_job_that_waits_can_be_taken_back),
        cmocka_unit_test(a_pool_without_jobs_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
