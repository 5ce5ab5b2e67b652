/* SPDX-License-Identifier: MIT */
#include "base/operation.h"

void cancel_init(struct cancel *cancel)
{
    *cancel = (struct cancel){0};
    pthread_mutex_init(&cancel->locked.mutex, NULL);
}

void cancel_finish(struct cancel *cancel)
{
    pthread_mutex_destroy(&cancel->locked.mutex);
}

void cancel_request(struct cancel *cancel)
{
    pthread_mutex_lock(&cancel->locked.mutex);
    bool first = !cancel->locked.requested;
    cancel->locked.requested = true;
    if (first && cancel->locked.wake)
        cancel->locked.wake(cancel->locked.wake_argument);
    pthread_mutex_unlock(&cancel->locked.mutex);
}

bool cancel_requested(struct cancel *cancel)
{
    pthread_mutex_lock(&cancel->locked.mutex);
    bool requested = cancel->locked.requested;
    pthread_mutex_unlock(&cancel->locked.mutex);
    return requested;
}

void cancel_set_wake(struct cancel *cancel, void (*wake)(void *), void *argument)
{
    pthread_mutex_lock(&cancel->locked.mutex);
    cancel->locked.wake = wake;
    cancel->locked.wake_argument = argument;
    if (wake && cancel->locked.requested)
        wake(argument);
    pthread_mutex_unlock(&cancel->locked.mutex);
}

bool operation_check(const struct operation *operation, struct error *error)
{
    if (operation->cancel && cancel_requested(operation->cancel))
        return error_set(error, ERROR_CANCELLED, "interrupted");
    return true;
}

void operation_progress(const struct operation *operation, uint64_t done, uint64_t total,
                        const char *message)
{
    if (operation->progress)
        operation->progress(operation->progress_argument, done, total, message);
}
