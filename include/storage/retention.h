/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_RETENTION_H
#define STORAGE_RETENTION_H

#include "base/error.h"

#include <stdint.h>

/* Which images a clean-up deletes: those outside every keep rule given, older than the cut-off
 * *and* not among the newest. A pure function of the images' times, newest first; no clock, no I/O.
 */
struct retention_policy {
    int64_t older_than_ms; /* images from this moment (UTC) on are kept; 0: no such rule */
    int64_t keep_count;    /* this many of the newest are kept; -1: no such rule */
    const char *model;     /* only this model's images are counted and deleted; NULL: all */
};

/* ERROR_INVALID when there is no rule at all, or one that makes no sense. */
bool retention_check(const struct retention_policy *policy, struct error *error) MUST_CHECK;

/* The decision image by image. */
struct retention {
    const struct retention_policy *policy;
    int64_t seen;
};

/* Whether the next image is to be deleted. Called once for every image of the policy's model,
 * newest first. */
bool retention_deletes(struct retention *retention, int64_t time_ms);

#endif
