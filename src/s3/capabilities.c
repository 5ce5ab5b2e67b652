/* SPDX-License-Identifier: MIT */
/* What makes a request worth repeating is compared with what that very request was signed with, not
 * with what is known now: another thread may have learned the same thing a moment ago. */
#include "s3/capabilities.h"

#include <stdlib.h>
#include <string.h>

/* Stores allow 15 minutes; HTTP dates are whole seconds and the answer was some time on its way. A
 * clock this far off is worth setting right. */
enum { CLOCK_SKEW_MS = 4 * 60 * 1000 };

/* S3 allows 2 KB of metadata; OpenStack Swift 256 bytes a value. */
enum { METADATA_MAX = 2048, METADATA_SMALL = 256 };

void capabilities_init(struct capabilities *capabilities, const char *region)
{
    *capabilities = (struct capabilities){0};
    pthread_mutex_init(&capabilities->locked.mutex, NULL);
    capabilities->locked.metadata_max = METADATA_MAX;
    strncpy(capabilities->locked.region, region, sizeof capabilities->locked.region - 1);
}

void capabilities_finish(struct capabilities *capabilities)
{
    pthread_mutex_destroy(&capabilities->locked.mutex);
}

int64_t capabilities_clock_offset_ms(struct capabilities *capabilities)
{
    pthread_mutex_lock(&capabilities->locked.mutex);
    int64_t offset_ms = capabilities->locked.clock_offset_ms;
    pthread_mutex_unlock(&capabilities->locked.mutex);
    return offset_ms;
}

void capabilities_note_clock(struct capabilities *capabilities, int64_t offset_ms)
{
    pthread_mutex_lock(&capabilities->locked.mutex);
    capabilities->locked.clock_seen_ms = offset_ms;
    capabilities->locked.clock_seen = true;
    pthread_mutex_unlock(&capabilities->locked.mutex);
}

bool capabilities_clock_seen(struct capabilities *capabilities, int64_t *ret_offset_ms)
{
    pthread_mutex_lock(&capabilities->locked.mutex);
    bool seen = capabilities->locked.clock_seen;
    if (seen)
        *ret_offset_ms = capabilities->locked.clock_seen_ms;
    pthread_mutex_unlock(&capabilities->locked.mutex);
    return seen;
}

void capabilities_region(struct capabilities *capabilities, char region[ENDPOINT_REGION_SIZE])
{
    pthread_mutex_lock(&capabilities->locked.mutex);
    memcpy(region, capabilities->locked.region, ENDPOINT_REGION_SIZE);
    pthread_mutex_unlock(&capabilities->locked.mutex);
}

bool capabilities_has(struct capabilities *capabilities, enum capability capability)
{
    pthread_mutex_lock(&capabilities->locked.mutex);
    bool has = !capabilities->locked.missing[capability];
    pthread_mutex_unlock(&capabilities->locked.mutex);
    return has;
}

bool capabilities_learn_clock(struct capabilities *capabilities, int64_t offset_ms,
                              int64_t signed_offset_ms)
{
    if (llabs(offset_ms - signed_offset_ms) < CLOCK_SKEW_MS)
        return false;
    pthread_mutex_lock(&capabilities->locked.mutex);
    capabilities->locked.clock_offset_ms = offset_ms;
    pthread_mutex_unlock(&capabilities->locked.mutex);
    return true;
}

bool capabilities_learn_region(struct capabilities *capabilities, const char *region,
                               const char *signed_region)
{
    if (!endpoint_region_valid(region) || strcmp(region, signed_region) == 0)
        return false;
    pthread_mutex_lock(&capabilities->locked.mutex);
    memset(capabilities->locked.region, 0, sizeof capabilities->locked.region);
    memcpy(capabilities->locked.region, region, strlen(region));
    pthread_mutex_unlock(&capabilities->locked.mutex);
    return true;
}

void capabilities_learn_missing(struct capabilities *capabilities, enum capability capability)
{
    pthread_mutex_lock(&capabilities->locked.mutex);
    capabilities->locked.missing[capability] = true;
    pthread_mutex_unlock(&capabilities->locked.mutex);
}

size_t capabilities_metadata_max(struct capabilities *capabilities)
{
    pthread_mutex_lock(&capabilities->locked.mutex);
    size_t max = capabilities->locked.metadata_max;
    pthread_mutex_unlock(&capabilities->locked.mutex);
    return max;
}

/* Another thread may have learned more meanwhile: it never grows. */
void capabilities_learn_metadata(struct capabilities *capabilities, size_t refused)
{
    size_t max = refused > METADATA_SMALL ? METADATA_SMALL : 0;
    pthread_mutex_lock(&capabilities->locked.mutex);
    if (max < capabilities->locked.metadata_max)
        capabilities->locked.metadata_max = max;
    pthread_mutex_unlock(&capabilities->locked.mutex);
}
