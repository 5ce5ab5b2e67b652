/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_WALK_H
#define STORAGE_WALK_H

#include "base/cleanup.h"
#include "base/text_pool.h"
#include "storage/image_key.h"
#include "storage/provider.h"

/* The listing walk: the images under a prefix, day by day from the newest to the oldest. One
 * delimiter listing finds the days; days outside the range cost nothing; days inside are listed
 * side by side, ahead of the consumer, in memory that depends on the size of the days and not of
 * the store. Objects that are not images of the layout are counted and passed over. */

struct walk_options {
    int64_t from_ms;  /* days that end before this are skipped; 0: none */
    int64_t until_ms; /* days that begin at this or later are skipped; 0: none */
    const char *slug; /* only images of this model slug; NULL: all */
    bool whole;       /* the consumer will take every day: list several at once from the start,
                       * instead of seeing first whether the newest are enough */
};

/* One image of a day, newest first: by the store's date, and by key where that is the same. */
struct walk_image {
    const char *key;              /* borrowed from the day */
    struct image_key_parts parts; /* of key; of an orphan: of its image's key */
    uint64_t size;
    int64_t modified_ms;
    bool has_sidecar;
};

struct walk_day {
    int64_t day_ms; /* when it begins, UTC */
    char day[11];   /* 2024-09-27 */
    struct walk_image *images;
    size_t count;
    struct walk_image *orphans; /* sidecars whose image is not there: a save broke off, or is under
                                 * way; in no order */
    size_t orphan_count;
    uint64_t other_objects; /* objects that are neither images of the layout nor their sidecars */
    struct text_pool keys;
};
void walk_day_destroy(struct walk_day *day);
DEFINE_CLEANUP(struct walk_day *, walk_day_destroy)

struct walk;

/* Finds the days. provider, prefix, the options' slug and what *operation points at are borrowed
 * for the life of the walk. */
bool walk_create(struct storage_provider *provider, const char *prefix,
                 const struct operation *operation, const struct walk_options *options,
                 struct walk **ret_walk, struct error *error) MUST_CHECK;

/* The next day, which the caller owns; NULL when there are no more. Progress: days done of days,
 * reported when the caller comes back for another one. */
bool walk_next(struct walk *walk, struct walk_day **ret_day, struct error *error) MUST_CHECK;

/* Days that walk_next() has still to give. */
size_t walk_days_left(const struct walk *walk);

/* Objects and directories beside the days, under the prefix. */
uint64_t walk_other_objects(const struct walk *walk);

/* Cancels what is listed ahead. Takes NULL. */
void walk_destroy(struct walk *walk);
DEFINE_CLEANUP(struct walk *, walk_destroy)

#endif
