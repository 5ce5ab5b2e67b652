/* SPDX-License-Identifier: MIT */
#ifndef S3_LIST_H
#define S3_LIST_H

#include "s3/client.h"

/* Listing a bucket: ListObjectsV2, or ListObjects where a store knows only that (which is learned
 * once). */

/* Calls `each` for every entry, objects and roll-ups together in the order of their bytes, once
 * each. An object without a date is dated now. One page of at most 1,000 is held at a time. Errors
 * as client.h says; ERROR_UNAVAILABLE also when the pages of the store never end. */
bool s3_list_objects(struct s3_client *client, const struct operation *operation,
                     const struct object_query *query, object_each *each, void *argument,
                     struct error *error) MUST_CHECK;

#endif
