/* SPDX-License-Identifier: MIT */
#include "cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int came;
static atomic_bool ends;

/* What a shell shows for a process that a signal ended. */
static void end_process(int signal)
{
    _exit(128 + signal);
}

static void *wait_for_signals(void *argument)
{
    struct cancel *cancel = argument;
    sigset_t set;
    pthread_sigmask(SIG_BLOCK, NULL, &set);
    for (;;) {
        int signal;
        if (sigwait(&set, &signal) != 0)
            continue;
        if (atomic_exchange(&came, signal) || atomic_load(&ends))
            end_process(signal);
        cancel_request(cancel);
    }
    return NULL;
}

bool interrupt_start(struct cancel *cancel, struct error *error)
{
    pthread_t thread;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (pthread_create(&thread, NULL, wait_for_signals, cancel) != 0)
        return error_set(error, ERROR_INTERNAL, "the system does not allow another thread");
    pthread_detach(thread);
    return true;
}

void interrupt_ends_process(bool end)
{
    atomic_store(&ends, end);
    int signal = interrupt_signal();
    if (end && signal)
        end_process(signal);
}

int interrupt_signal(void)
{
    return atomic_load(&came);
}
