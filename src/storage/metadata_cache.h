/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_METADATA_CACHE_H
#define STORAGE_METADATA_CACHE_H

#include "base/cleanup.h"
#include "storage/image_metadata.h"

/* The records of images that were looked at, so that the next search need not fetch them again: an
 * image does not change as long as its key and date are the same. The least recently used are
 * dropped when their number or size reaches a bound. Thread-safe. */
struct metadata_cache;

/* count_max: a power of two; size_max: bytes of texts. No memory to speak of is taken before
 * something is kept. */
bool metadata_cache_create(size_t count_max, size_t size_max, struct metadata_cache **ret_cache,
                           struct error *error) MUST_CHECK;
void metadata_cache_destroy(struct metadata_cache *cache);

/* Copies the record into *ret_metadata, which must be zeroed, if it is there (*ret_found). */
bool metadata_cache_get(struct metadata_cache *cache, const char *key, int64_t modified_ms,
                        struct image_metadata *ret_metadata, bool *ret_found,
                        struct error *error) MUST_CHECK;

/* Keeps a copy, in place of what had this key; without memory for it, or when it is too large, it
 * does not. */
void metadata_cache_put(struct metadata_cache *cache, const char *key, int64_t modified_ms,
                        const struct image_metadata *metadata);

#endif
