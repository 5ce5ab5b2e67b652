/* SPDX-License-Identifier: MIT */
/* The waiters of a token are a list through structs that the waiters own, so that waiting allocates
 * nothing and cannot fail. A child is simply a waiter of its parent, whose wake-up requests the
 * child's cancellation. */
#include "base/cancel.h"

#include <stddef.h>

void cancel_init(struct cancel *cancel)
{
    cancel_init_child(cancel, NULL);
}

static void request_child(void *child)
{
    cancel_request(child);
}

void cancel_init_child(struct cancel *cancel, struct cancel *parent)
{
    *cancel = (struct cancel){
        .parent = parent,
        .child = {.wake = request_child, .argument = cancel},
    };
    pthread_mutex_init(&cancel->locked.mutex, NULL);
    cancel_add_waiter(parent, &cancel->child);
}

void cancel_finish(struct cancel *cancel)
{
    cancel_remove_waiter(cancel->parent, &cancel->child);
    pthread_mutex_destroy(&cancel->locked.mutex);
}

void cancel_request(struct cancel *cancel)
{
    pthread_mutex_lock(&cancel->locked.mutex);
    bool first = !cancel->locked.requested;
    cancel->locked.requested = true;
    for (struct cancel_waiter *waiter = cancel->locked.waiters; first && waiter;
         waiter = waiter->next)
        waiter->wake(waiter->argument);
    pthread_mutex_unlock(&cancel->locked.mutex);
}

bool cancel_requested(struct cancel *cancel)
{
    if (!cancel)
        return false;
    pthread_mutex_lock(&cancel->locked.mutex);
    bool requested = cancel->locked.requested;
    pthread_mutex_unlock(&cancel->locked.mutex);
    return requested;
}

void cancel_add_waiter(struct cancel *cancel, struct cancel_waiter *waiter)
{
    if (!cancel)
        return;
    pthread_mutex_lock(&cancel->locked.mutex);
    waiter->next = cancel->locked.waiters;
    waiter->place = &cancel->locked.waiters;
    if (waiter->next)
        waiter->next->place = &waiter->next;
    cancel->locked.waiters = waiter;
    if (cancel->locked.requested)
        waiter->wake(waiter->argument);
    pthread_mutex_unlock(&cancel->locked.mutex);
}

void cancel_remove_waiter(struct cancel *cancel, struct cancel_waiter *waiter)
{
    if (!cancel)
        return;
    pthread_mutex_lock(&cancel->locked.mutex);
    *waiter->place = waiter->next;
    if (waiter->next)
        waiter->next->place = waiter->place;
    pthread_mutex_unlock(&cancel->locked.mutex);
}
