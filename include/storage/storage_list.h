/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_STORAGE_LIST_H
#define STORAGE_STORAGE_LIST_H

#include "storage/storage.h"

/* Lists images, newest first: by day of the key, in a day by the store's date. Costs what is asked
 * for: one listing of the days, the newest days of the range until there are enough images, and for
 * filters that need metadata a look at each candidate. */

enum {
    STORAGE_LIST_MAX = 1000,        /* the largest limit */
    STORAGE_LIST_LOOKED_MAX = 2000, /* images whose metadata one call looks at */
};

struct list_options {
    int64_t from_ms;      /* made at this moment (image_key_time_ms) or later; 0: no bound */
    int64_t until_ms;     /* made before this; 0: no bound */
    const char *model;    /* NULL: any; models that make the same slug (image_key_slug) are one */
    const char *category; /* NULL: any; case does not count */
    const char *query;    /* words that must all be in the prompt (text_match.h); NULL: none */
    size_t limit;         /* 1 to STORAGE_LIST_MAX */
    const char *cursor;   /* of the page before; NULL: from the newest */
    bool metadata;        /* fetch it for every image, also when no filter needs it */
};

struct image_list {
    struct stored_image *items; /* metadata and sha256 only if a filter or the caller needs them */
    size_t count;
    char *cursor;        /* for the next page, which may turn out empty; NULL: this was the last */
    uint64_t looked_at;  /* images that were looked at to find these */
    char oldest_day[11]; /* how far back that went; "": there was no day */
    bool bounded;        /* STORAGE_LIST_LOOKED_MAX ended it; the cursor goes on from there */
    uint64_t other_objects; /* objects passed over that are not images of the layout */
};
/* Takes a zeroed struct. */
void image_list_finish(struct image_list *list);

/* Progress: days of days, or images looked at when metadata is needed. ERROR_INVALID: a limit out
 * of range, or a cursor that is damaged or of another listing. */
bool storage_list(struct storage *storage, const struct operation *operation,
                  const struct list_options *options, struct image_list *ret_list,
                  struct error *error) MUST_CHECK;

#endif
