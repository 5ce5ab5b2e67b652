/* SPDX-License-Identifier: MIT */
#ifndef S3_DELETE_H
#define S3_DELETE_H

#include "s3/client.h"

/* Deleting many objects: DeleteObjects, or DeleteObject one after the other where a store has no
 * batch delete (which is learned once). */

/* Deletes up to OBJECT_DELETE_MAX objects; results[i] says what became of keys[i]. Objects that are
 * not there count as deleted. False when nothing is known of any key (the store was not reached,
 * refused, or the operation was cancelled first); the results mean nothing then. */
bool s3_delete_objects(struct s3_client *client, const struct operation *operation,
                       const char *const *keys, size_t count, struct delete_result *results,
                       struct error *error) MUST_CHECK;

#endif
