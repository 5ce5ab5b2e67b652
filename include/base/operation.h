/* SPDX-License-Identifier: MIT */
#ifndef BASE_OPERATION_H
#define BASE_OPERATION_H

#include "base/cancel.h"
#include "base/error.h"

#include <stdint.h>

/* What a caller gives along with a piece of work that can take long. Either pointer may be NULL. */
struct operation {
    struct cancel *cancel;
    /* done and total (0: unknown) in the unit of the work (bytes, objects); message is a short
     * phrase or NULL. Called from whatever thread does the work, from one at a time. */
    void (*progress)(void *argument, uint64_t done, uint64_t total, const char *message);
    void *progress_argument;
};

/* ERROR_CANCELLED when cancellation was asked for. */
bool operation_check(const struct operation *operation, struct error *error) MUST_CHECK;

void operation_progress(const struct operation *operation, uint64_t done, uint64_t total,
                        const char *message);

#endif
