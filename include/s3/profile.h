/* SPDX-License-Identifier: MIT */
#ifndef S3_PROFILE_H
#define S3_PROFILE_H

#include "s3/endpoint.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* What was learned of the store while talking to it: how far its clock is from ours, which region
 * the bucket is in, and what it cannot do. Thread-safe. */

/* What not every store has; each is taken to be there until the store says otherwise. */
enum profile_feature {
    PROFILE_CONDITIONAL_PUT, /* If-None-Match */
    PROFILE_LIST_V2,         /* ListObjectsV2, not only ListObjects */
    PROFILE_BATCH_DELETE,    /* DeleteObjects */
    PROFILE_NO_MD5,          /* PutObject without Content-MD5, which Object Lock wants */
    PROFILE_NO_CHECKSUM,     /* PutObject without x-amz-checksum-sha256: the same */
    PROFILE_FEATURES,        /* how many there are */
};

struct profile {
    struct {
        pthread_mutex_t mutex;
        int64_t clock_offset_ms; /* store's time minus ours, as requests are signed with it */
        int64_t clock_seen_ms;   /* the same, as the last answer had it; exact to about a second */
        bool clock_seen;         /* some answer had it */
        char region[ENDPOINT_REGION_SIZE];
        bool missing[PROFILE_FEATURES];
        size_t metadata_max; /* bytes, names and values together */
    } locked;
};

/* The region must be valid (endpoint_region_valid). */
void profile_init(struct profile *profile, const char *region);
void profile_finish(struct profile *profile);

/* How far the store's clock is ahead of ours, as far as we know. */
int64_t profile_clock_offset_ms(struct profile *profile);
void profile_region(struct profile *profile, char region[ENDPOINT_REGION_SIZE]);
bool profile_has(struct profile *profile, enum profile_feature feature);

/* What an answer's Date says about the store's clock, and what the last one said (false: none did).
 */
void profile_note_clock(struct profile *profile, int64_t offset_ms);
bool profile_clock_seen(struct profile *profile, int64_t *ret_offset_ms);

/* Each takes what the store said and what the request was signed with; true if that makes the
 * request worth making again. */
bool profile_learn_clock(struct profile *profile, int64_t offset_ms, int64_t signed_offset_ms);
bool profile_learn_region(struct profile *profile, const char *region, const char *signed_region);

/* The store does not have it. */
void profile_learn_missing(struct profile *profile, enum profile_feature feature);

/* How many bytes of metadata an object can carry, names (with their x-amz-meta-) and values
 * together: what S3 allows, until the store refuses so many. It is learned in two steps, since
 * limits differ in kind: as much as the strictest takes of a single value, then nothing. */
size_t profile_metadata_max(struct profile *profile);
void profile_learn_metadata(struct profile *profile, size_t refused);

#endif
