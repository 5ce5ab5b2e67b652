/* SPDX-License-Identifier: MIT */
#include "s3/profile.h"

#include <stdlib.h>
#include <string.h>

/* What makes a request worth repeating is compared with what that very request was signed with, not
 * with what is known now: another thread may have learned the same thing a moment ago. */

/* Stores allow 15 minutes; HTTP dates are whole seconds and the answer was some time on its way. A
 * clock this far off is worth setting right. */
enum { PROFILE_SKEW_MS = 4 * 60 * 1000 };

/* S3 allows 2 KB of metadata; OpenStack Swift 256 bytes a value. */
enum { PROFILE_METADATA_MAX = 2048, PROFILE_METADATA_SMALL = 256 };

void profile_init(struct profile *profile, const char *region)
{
    *profile = (struct profile){0};
    pthread_mutex_init(&profile->locked.mutex, NULL);
    profile->locked.metadata_max = PROFILE_METADATA_MAX;
    strncpy(profile->locked.region, region, sizeof profile->locked.region - 1);
}

void profile_finish(struct profile *profile)
{
    pthread_mutex_destroy(&profile->locked.mutex);
}

int64_t profile_clock_offset_ms(struct profile *profile)
{
    pthread_mutex_lock(&profile->locked.mutex);
    int64_t offset_ms = profile->locked.clock_offset_ms;
    pthread_mutex_unlock(&profile->locked.mutex);
    return offset_ms;
}

void profile_note_clock(struct profile *profile, int64_t offset_ms)
{
    pthread_mutex_lock(&profile->locked.mutex);
    profile->locked.clock_seen_ms = offset_ms;
    profile->locked.clock_seen = true;
    pthread_mutex_unlock(&profile->locked.mutex);
}

bool profile_clock_seen(struct profile *profile, int64_t *ret_offset_ms)
{
    pthread_mutex_lock(&profile->locked.mutex);
    bool seen = profile->locked.clock_seen;
    if (seen)
        *ret_offset_ms = profile->locked.clock_seen_ms;
    pthread_mutex_unlock(&profile->locked.mutex);
    return seen;
}

void profile_region(struct profile *profile, char region[ENDPOINT_REGION_SIZE])
{
    pthread_mutex_lock(&profile->locked.mutex);
    memcpy(region, profile->locked.region, ENDPOINT_REGION_SIZE);
    pthread_mutex_unlock(&profile->locked.mutex);
}

bool profile_has(struct profile *profile, enum profile_feature feature)
{
    pthread_mutex_lock(&profile->locked.mutex);
    bool has = !profile->locked.missing[feature];
    pthread_mutex_unlock(&profile->locked.mutex);
    return has;
}

bool profile_learn_clock(struct profile *profile, int64_t offset_ms, int64_t signed_offset_ms)
{
    if (llabs(offset_ms - signed_offset_ms) < PROFILE_SKEW_MS)
        return false;
    pthread_mutex_lock(&profile->locked.mutex);
    profile->locked.clock_offset_ms = offset_ms;
    pthread_mutex_unlock(&profile->locked.mutex);
    return true;
}

bool profile_learn_region(struct profile *profile, const char *region, const char *signed_region)
{
    if (!endpoint_region_valid(region) || strcmp(region, signed_region) == 0)
        return false;
    pthread_mutex_lock(&profile->locked.mutex);
    memset(profile->locked.region, 0, sizeof profile->locked.region);
    memcpy(profile->locked.region, region, strlen(region));
    pthread_mutex_unlock(&profile->locked.mutex);
    return true;
}

void profile_learn_missing(struct profile *profile, enum profile_feature feature)
{
    pthread_mutex_lock(&profile->locked.mutex);
    profile->locked.missing[feature] = true;
    pthread_mutex_unlock(&profile->locked.mutex);
}

size_t profile_metadata_max(struct profile *profile)
{
    pthread_mutex_lock(&profile->locked.mutex);
    size_t max = profile->locked.metadata_max;
    pthread_mutex_unlock(&profile->locked.mutex);
    return max;
}

/* Another thread may have learned more meanwhile: it never grows. */
void profile_learn_metadata(struct profile *profile, size_t refused)
{
    size_t max = refused > PROFILE_METADATA_SMALL ? PROFILE_METADATA_SMALL : 0;
    pthread_mutex_lock(&profile->locked.mutex);
    if (max < profile->locked.metadata_max)
        profile->locked.metadata_max = max;
    pthread_mutex_unlock(&profile->locked.mutex);
}
