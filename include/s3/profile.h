/* SPDX-License-Identifier: MIT */
#ifndef S3_PROFILE_H
#define S3_PROFILE_H

#include "s3/endpoint.h"

#include <pthread.h>
#include <stdint.h>

/* What was learned of the store while talking to it: how far its clock is from ours, which region
 * the bucket is in, and what it cannot do. Thread-safe. */
struct profile {
    struct {
        pthread_mutex_t mutex;
        int64_t clock_offset_ms; /* store's time minus ours */
        char region[ENDPOINT_REGION_SIZE];
        bool no_conditional_put;
    } locked;
};

/* The region must be valid (endpoint_region_valid). */
void profile_init(struct profile *profile, const char *region);
void profile_finish(struct profile *profile);

/* How far the store's clock is ahead of ours, as far as we know. */
int64_t profile_clock_offset_ms(struct profile *profile);
void profile_region(struct profile *profile, char region[ENDPOINT_REGION_SIZE]);
bool profile_conditional_put(struct profile *profile);

/* Each takes what the store said and what the request was signed with; true if that makes the
 * request worth making again. */
bool profile_learn_clock(struct profile *profile, int64_t offset_ms, int64_t signed_offset_ms);
bool profile_learn_region(struct profile *profile, const char *region, const char *signed_region);

/* The store does not know If-None-Match. */
void profile_learn_no_conditional_put(struct profile *profile);

#endif
