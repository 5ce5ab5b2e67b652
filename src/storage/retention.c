/* SPDX-License-Identifier: MIT */
/* The rules of a clean-up as a pure function of times, so that they can be tried on any store that
 * can be thought of. Each rule keeps images; one is deleted only when no rule keeps it. */
#include "storage/retention.h"

bool retention_check(const struct retention_policy *policy, struct error *error)
{
    if (policy->older_than_ms == 0 && policy->keep_count == -1) {
        error_set(error, ERROR_INVALID,
                  "a clean-up needs a rule: how old an image must be to be deleted, or how many of "
                  "the newest images are kept");
        return error_because(error, REASON_NO_RULE);
    }
    if (policy->older_than_ms < 0 || policy->keep_count < -1)
        return error_set(error, ERROR_INVALID,
                         "a rule of a clean-up must not be negative: images are deleted that are "
                         "older than a time after 1970, and 0 or more are kept");
    return true;
}

bool retention_deletes(struct retention *retention, int64_t time_ms)
{
    const struct retention_policy *policy = retention->policy;
    bool among_newest = policy->keep_count != -1 && retention->seen < policy->keep_count;
    bool young = policy->older_than_ms != 0 && time_ms >= policy->older_than_ms;
    retention->seen++;
    return !among_newest && !young;
}
