/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_STORAGE_STATISTICS_H
#define STORAGE_STORAGE_STATISTICS_H

#include "storage/storage.h"

/* Counting what is stored, in one pass over the walk, in memory that depends on the number of days
 * and models and not of images. */

struct statistics_options {
    int64_t from_ms;   /* made at this moment (image_key_time_ms) or later; 0: no bound */
    int64_t until_ms;  /* made before this; 0: no bound */
    const char *model; /* NULL: all */
};

struct statistics_group {
    char name[IMAGE_KEY_SLUG_MAX + 1]; /* a model slug, or a day */
    uint64_t files, bytes;
};

struct statistics_image {
    struct image_key key; /* empty: there is none */
    int64_t time_ms;
};

struct statistics {
    uint64_t files, bytes; /* images; sidecars do not count */
    struct statistics_image oldest, newest;
    struct statistics_group *models; /* by name */
    size_t model_capacity;
    size_t model_count;
    struct statistics_group *days; /* newest first, only those with images */
    size_t day_capacity;
    size_t day_count;
    uint64_t drafts, draft_bytes; /* what saves that were killed have left, or are writing */
    uint64_t other_objects;       /* objects that are not images of the layout */
};
/* Takes a zeroed struct. */
void statistics_finish(struct statistics *statistics);

/* Progress: days of days. */
bool storage_statistics(struct storage *storage, const struct operation *operation,
                        const struct statistics_options *options, struct statistics *ret_statistics,
                        struct error *error) MUST_CHECK;

#endif
