/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_STORAGE_PRIVATE_H
#define STORAGE_STORAGE_PRIVATE_H

#include "storage/metadata_cache.h"
#include "storage/storage.h"

#include <pthread.h>

/* What the parts of the image store (src/storage/storage*.c) share. */
struct storage {
    struct storage_provider *provider;
    char *prefix;
    struct metadata_cache *metadata;
    struct {
        pthread_mutex_t mutex; /* held while the observer is told */
        struct storage_observer observer;
    } locked;
};

/* Tell the observer (struct storage_observer). */
void storage_image_changed(struct storage *storage, const char *key);
void storage_images_changed(struct storage *storage);

/* Fills in what the key and a listing (or a look) tell, and the URL; *ret_image must be zeroed. */
bool storage_describe(struct storage *storage, const char *key, uint64_t size, int64_t modified_ms,
                      struct stored_image *ret_image, struct error *error) MUST_CHECK;

/* Moves the metadata into the image. */
void stored_image_set_metadata(struct stored_image *image, struct image_metadata *metadata);

#endif
