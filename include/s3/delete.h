/* SPDX-License-Identifier: MIT */
#ifndef S3_DELETE_H
#define S3_DELETE_H

#include "s3/client.h"

/* Deleting many objects: DeleteObjects, or DeleteObject one after the other where a store has no
 * batch delete (which is learned once). */

enum { S3_DELETE_MAX = 1000 };

/* Deletes up to S3_DELETE_MAX objects; those that are not there count as deleted. Calls `failed`
 * for each key that is still there, or may be, with the reason. False when nothing is known of any
 * key (the store was not reached, refused, or the operation was cancelled first); `failed` was not
 * called then. */
bool s3_delete_objects(struct s3_client *client, const struct operation *operation,
                       const char *const *keys, size_t count,
                       void (*failed)(void *argument, size_t index, const struct error *error),
                       void *argument, struct error *error) MUST_CHECK;

#endif
