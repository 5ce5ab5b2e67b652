/* SPDX-License-Identifier: MIT */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include "base/error.h"

#include <pthread.h>
#include <stdint.h>

/* Starts a thread with a small stack (512 KiB), in which every signal is blocked: signals are the
 * main thread's. name: at most 15 bytes, for whoever looks at the process. ERROR_INTERNAL: the
 * system does not allow another thread. */
bool thread_start(const char *name, void *(*run)(void *argument), void *argument,
                  pthread_t *ret_thread, struct error *error) MUST_CHECK;

/* A condition whose timed waits go by the monotonic clock (base/clock.h). */
void thread_condition_init(pthread_cond_t *condition);

/* Waits until the condition is signalled, or until due_ms by the monotonic clock. */
void thread_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t due_ms);

#endif
