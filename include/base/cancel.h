/* SPDX-License-Identifier: MIT */
#ifndef BASE_CANCEL_H
#define BASE_CANCEL_H

#include <pthread.h>
#include <stdbool.h>

/* A cancel token: one side requests cancellation, once and for good; the other side looks at it
 * while it works, and is woken while it waits. Any number may wait on one token. A child is
 * cancelled with its parent, and can be cancelled alone. All functions may be called from any
 * thread. */

struct cancel;

/* One that waits: owned by the caller, and part of the token's list between cancel_add_waiter() and
 * cancel_remove_waiter(). */
struct cancel_waiter {
    /* Called once, at the request, from the requesting thread and under the token's mutex: it must
     * be quick and must not call back into the token. */
    void (*wake)(void *argument);
    void *argument;
    struct cancel_waiter *next, **place; /* the token's */
};

struct cancel {
    struct cancel *parent; /* NULL: none */
    struct cancel_waiter child;
    struct {
        pthread_mutex_t mutex; /* a parent's is taken before its children's */
        struct cancel_waiter *waiters;
        bool requested;
    } locked;
};

void cancel_init(struct cancel *cancel);
/* parent: must outlive the child; NULL makes an ordinary token. */
void cancel_init_child(struct cancel *cancel, struct cancel *parent);
/* Nobody may wait on it any more. */
void cancel_finish(struct cancel *cancel);

/* Idempotent. */
void cancel_request(struct cancel *cancel);
/* A token that is NULL is never cancelled. */
bool cancel_requested(struct cancel *cancel);

/* From now on the waiter is woken at the request; if that has come already, before this returns.
 * With a token that is NULL both do nothing. */
void cancel_add_waiter(struct cancel *cancel, struct cancel_waiter *waiter);
/* When this returns, `wake` is not running and will not be called any more. */
void cancel_remove_waiter(struct cancel *cancel, struct cancel_waiter *waiter);

#endif
