/* SPDX-License-Identifier: MIT */
#ifndef S3_CAPABILITIES_H
#define S3_CAPABILITIES_H

#include "s3/endpoint.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* What was learned of the store while talking to it: how far its clock is from ours, which region
 * the bucket is in, and what it cannot do. Thread-safe. */

/* What not every store has; each is taken to be there until the store says otherwise. */
enum capability {
    CAPABILITY_CONDITIONAL_PUT,      /* If-None-Match */
    CAPABILITY_LIST_V2,              /* ListObjectsV2, not only ListObjects */
    CAPABILITY_BATCH_DELETE,         /* DeleteObjects */
    CAPABILITY_PUT_WITHOUT_MD5,      /* PutObject without Content-MD5, which Object Lock wants */
    CAPABILITY_PUT_WITHOUT_CHECKSUM, /* PutObject without x-amz-checksum-sha256: the same */
    CAPABILITIES,                    /* how many there are */
};

struct capabilities {
    struct {
        pthread_mutex_t mutex;
        int64_t clock_offset_ms; /* store's time minus ours, as requests are signed with it */
        int64_t clock_seen_ms;   /* the same, as the last answer had it; exact to about a second */
        bool clock_seen;         /* some answer had it */
        char region[ENDPOINT_REGION_SIZE];
        bool missing[CAPABILITIES];
        size_t metadata_max; /* bytes, names and values together */
    } locked;
};

/* The region must be valid (endpoint_region_valid). */
void capabilities_init(struct capabilities *capabilities, const char *region);
void capabilities_finish(struct capabilities *capabilities);

/* How far the store's clock is ahead of ours, as far as we know. */
int64_t capabilities_clock_offset_ms(struct capabilities *capabilities);
void capabilities_region(struct capabilities *capabilities, char region[ENDPOINT_REGION_SIZE]);
bool capabilities_has(struct capabilities *capabilities, enum capability capability);

/* What an answer's Date says about the store's clock, and what the last one said (false: none did).
 */
void capabilities_note_clock(struct capabilities *capabilities, int64_t offset_ms);
bool capabilities_clock_seen(struct capabilities *capabilities, int64_t *ret_offset_ms);

/* Each takes what the store said and what the request was signed with; true if that makes the
 * request worth making again. */
bool capabilities_learn_clock(struct capabilities *capabilities, int64_t offset_ms,
                              int64_t signed_offset_ms);
bool capabilities_learn_region(struct capabilities *capabilities, const char *region,
                               const char *signed_region);

/* The store does not have it. */
void capabilities_learn_missing(struct capabilities *capabilities, enum capability capability);

/* How many bytes of metadata an object can carry, names (with their x-amz-meta-) and values
 * together: what S3 allows, until the store refuses so many. It is learned in two steps, since
 * limits differ in kind: as much as the strictest takes of a single value, then nothing. */
size_t capabilities_metadata_max(struct capabilities *capabilities);
void capabilities_learn_metadata(struct capabilities *capabilities, size_t refused);

#endif
