/* SPDX-License-Identifier: MIT */
/* What a piece of work looks at while it goes on: whether it is still wanted, and who hears of its
 * progress. */
#include "base/operation.h"

bool operation_check(const struct operation *operation, struct error *error)
{
    if (cancel_requested(operation->cancel))
        return error_set(error, ERROR_CANCELLED, "interrupted");
    return true;
}

void operation_progress(const struct operation *operation, uint64_t done, uint64_t total,
                        const char *message)
{
    if (operation->progress)
        operation->progress(operation->progress_argument, done, total, message);
}
