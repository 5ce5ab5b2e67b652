/* SPDX-License-Identifier: MIT */
/* Every thread of the process is started here. Stacks are small because threads run straight-line
 * code with small frames; libcurl and OpenSSL stay far below. Signals are blocked before a thread
 * begins, so that none can reach it first, SIGPIPE among them, which OpenSSL can cause. */
#include "base/thread.h"

#include <signal.h>

enum { STACK_SIZE = 512 * 1024 };

bool thread_start(const char *name, void *(*run)(void *argument), void *argument,
                  pthread_t *ret_thread, struct error *error)
{
    pthread_attr_t attributes;
    sigset_t all, old;
    pthread_t thread;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int failed = pthread_create(&thread, &attributes, run, argument);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attributes);
    if (failed)
        return error_set(error, ERROR_INTERNAL, "the system does not allow another thread");
    pthread_setname_np(thread, name);
    *ret_thread = thread;
    return true;
}

void thread_condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

void thread_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t due_ms)
{
    const struct timespec deadline = {.tv_sec = due_ms / 1000, .tv_nsec = due_ms % 1000 * 1000000};
    pthread_cond_timedwait(condition, mutex, &deadline);
}
