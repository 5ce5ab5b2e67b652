/* SPDX-License-Identifier: MIT */
#include "base/thread.h"

#include "base/clock.h"
#include "support/test.h"

#include <signal.h>

struct seen {
    sigset_t blocked;
};

static void *look(void *argument)
{
    struct seen *seen = argument;
    pthread_sigmask(SIG_SETMASK, NULL, &seen->blocked);
    return seen;
}

static void a_thread_takes_no_signals(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    struct seen seen;
    struct error error;
    pthread_t thread;
    void *returned;
    sigset_t own;
    assert_true(thread_start("test-thread", look, &seen, &thread, &error));
    pthread_join(thread, &returned);
    assert_ptr_equal(returned, &seen);
    pthread_sigmask(SIG_SETMASK, NULL, &own);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        assert_true(sigismember(&seen.blocked, signals[i]));
        assert_false(sigismember(&own, signals[i]));
    }
}

static void a_wait_ends_at_its_time(void **state)
{
    (void)state;
    pthread_cond_t condition;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    int64_t due_ms = clock_monotonic_ms() + 20;
    thread_condition_init(&condition);
    pthread_mutex_lock(&mutex);
    while (clock_monotonic_ms() < due_ms) /* it may also wake for no reason */
        thread_wait_until(&condition, &mutex, due_ms);
    pthread_mutex_unlock(&mutex);
    pthread_cond_destroy(&condition);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_takes_no_signals),
        cmocka_unit_test(a_wait_ends_at_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
