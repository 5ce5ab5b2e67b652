/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_DRAFTS_H
#define STORAGE_DRAFTS_H

#include "storage/image_key.h"
#include "storage/provider.h"

/* What saves that were killed have left (storage_provider_ops.list_drafts). */

/* prefix: of the store (image_key.h). How many there are, and their bytes; also those of saves that
 * are under way. */
bool drafts_count(struct storage_provider *provider, const struct operation *operation,
                  const char *prefix, uint64_t *ret_count, uint64_t *ret_bytes,
                  struct error *error) MUST_CHECK;

/* Deletes those that are older than DRAFTS_AGE_MS by the store's clock. One that cannot be deleted
 * stays until the next time. */
enum { DRAFTS_AGE_MS = IMAGE_KEY_DAY_MS };
bool drafts_delete(struct storage_provider *provider, const struct operation *operation,
                   const char *prefix, struct error *error) MUST_CHECK;

#endif
