/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_CLEANUP_DELETES_H
#define STORAGE_CLEANUP_DELETES_H

#include "storage/storage_cleanup.h"
#include "storage/walk.h"

/* The deletes of a clean-up, OBJECT_DELETE_MAX keys at a time and a few batches side by side, so
 * that the store's answers are not waited for one by one. For one caller; what became of the images
 * is noted in the order in which they were given. */
struct cleanup_deletes;

/* storage, the operation's cancel token and outcome are borrowed for the life of it. */
bool cleanup_deletes_create(struct storage *storage, const struct operation *operation,
                            struct cleanup_result *outcome, struct cleanup_deletes **ret_deletes,
                            struct error *error) MUST_CHECK;

/* Deletes the image, and its sidecar if it has one, soon. False when an earlier batch failed as a
 * whole, or the operation was cancelled. */
bool cleanup_deletes_add(struct cleanup_deletes *deletes, const struct walk_image *image,
                         int64_t time_ms, struct error *error) MUST_CHECK;

/* Deletes a sidecar whose image is not there; it counts only when that fails. */
bool cleanup_deletes_add_orphan(struct cleanup_deletes *deletes, const struct walk_image *orphan,
                                struct error *error) MUST_CHECK;

/* Deletes what is left and waits for everything; false when a batch failed as a whole. */
bool cleanup_deletes_finish(struct cleanup_deletes *deletes, struct error *error) MUST_CHECK;

/* What has not been sent is not deleted any more; what has is waited for and noted, unless the
 * operation was cancelled: then it is broken off. Takes NULL. */
void cleanup_deletes_destroy(struct cleanup_deletes *deletes);
DEFINE_CLEANUP(struct cleanup_deletes *, cleanup_deletes_destroy)

#endif
