/* SPDX-License-Identifier: MIT */
#ifndef CLI_PARALLEL_H
#define CLI_PARALLEL_H

#include "base/operation.h"

#include <stddef.h>

/* The arguments of a command, worked on a few at a time, since each waits for the store most of its
 * time, and reported in their order. */
struct parallel {
    size_t count;

    /* Does number `index`; several at once, from threads. How it went, also badly, is kept by the
     * caller. *operation has no progress. */
    void (*work)(void *argument, size_t index, const struct operation *operation);

    /* Says how number `index` went; on the calling thread, and in order. Also after an
     * interruption, for those that were worked on. False ends the run. */
    bool (*report)(void *argument, size_t index, struct error *error);
    void *argument;
};

/* Does all of it. ERROR_CANCELLED, or the error of a report; nothing is under way any more then. */
bool parallel_run(const struct parallel *parallel, const struct operation *operation,
                  struct error *error) MUST_CHECK;

#endif
