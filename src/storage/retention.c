/* SPDX-License-Identifier: MIT */
#include "storage/retention.h"

bool retention_check(const struct retention_policy *policy, struct error *error)
{
    if (policy->older_than_ms == 0 && policy->keep_count == -1)
        return error_set(error, ERROR_INVALID,
                         "a clean-up needs a rule: say how old an image must be to be deleted "
                         "(older_than), or how many of the newest are kept (keep_count)");
    if (policy->older_than_ms < 0 || policy->keep_count < -1)
        return error_set(error, ERROR_INVALID,
                         "the rules of a clean-up must not be negative: older_than is a time after "
                         "1970, keep_count is 0 or more");
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
