/* SPDX-License-Identifier: MIT */
/* A thread that waits for signals instead of a handler: it may take locks and print, which a
 * handler may not. */
#include "cli/interrupt.h"

#include "base/array.h"
#include "base/thread.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static atomic_int came;
static atomic_bool ends;

static struct {
    struct cancel *cancel;
    sigset_t signals;
} waiter;

void interrupt_end(int signal)
{
    sigset_t set;
    struct sigaction action = {.sa_handler = SIG_DFL};
    fflush(stdout);
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigaction(signal, &action, NULL);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(signal);
    _exit(128 + signal);
}

/* What is printed at this moment may be incomplete: it is left as it is. */
static void end_at_once(int signal)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(signal, &action, NULL);
    if (isatty(STDERR_FILENO) && write(STDERR_FILENO, "\n", 1) < 0)
        _exit(128 + signal);
    pthread_sigmask(SIG_UNBLOCK, &waiter.signals, NULL);
    raise(signal);
    _exit(128 + signal);
}

static void *wait_for_signals(void *argument)
{
    (void)argument;
    for (;;) {
        int signal;
        if (sigwait(&waiter.signals, &signal) != 0)
            continue;
        if (atomic_exchange(&came, signal) || atomic_load(&ends))
            end_at_once(signal);
        cancel_request(waiter.cancel);
    }
    return NULL;
}

bool interrupt_start(struct cancel *cancel, struct error *error)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    pthread_t thread;
    waiter.cancel = cancel;
    sigemptyset(&waiter.signals);
    for (size_t i = 0; i < LENGTH(signals); i++) {
        struct sigaction action;
        if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&waiter.signals, signals[i]);
    }
    pthread_sigmask(SIG_BLOCK, &waiter.signals, NULL);
    if (!thread_start("signals", wait_for_signals, NULL, &thread, error))
        return false;
    pthread_detach(thread);
    return true;
}

void interrupt_ends_process(bool end)
{
    atomic_store(&ends, end);
    int signal = interrupt_signal();
    if (end && signal)
        end_at_once(signal);
}

int interrupt_signal(void)
{
    return atomic_load(&came);
}
