/* SPDX-License-Identifier: MIT */
#ifndef S3_LIST_H
#define S3_LIST_H

#include "s3/client.h"

/* Listing a bucket: ListObjectsV2, or ListObjects where a store knows only that (which is learned
 * once). */

struct s3_list {
    const char *prefix;
    const char *delimiter; /* NULL: none */
    const char *after;     /* keys and roll-ups after this only; NULL: from the start */
};

struct s3_list_entry {
    const char *key; /* or the roll-up (CommonPrefixes), which ends with the delimiter */
    bool is_prefix;
    uint64_t size;
    int64_t modified_ms; /* LastModified; where the store gives no date, now */
};

/* Calls `each` for every entry, objects and roll-ups together in the order of their bytes, once
 * each, until it returns false (which is success). One page of at most 1,000 is held at a time.
 * Errors as client.h says; ERROR_UNAVAILABLE also when the pages of the store lead nowhere. */
bool s3_list_objects(struct s3_client *client, const struct operation *operation,
                     const struct s3_list *list,
                     bool (*each)(void *argument, const struct s3_list_entry *entry),
                     void *argument, struct error *error) MUST_CHECK;

#endif
