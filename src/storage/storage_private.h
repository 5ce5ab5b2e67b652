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
    pthread_mutex_t large_record; /* held while one is read (record.c) */
    struct {
        pthread_mutex_t mutex; /* held while observers are called */
        struct storage_observer *observers;
    } locked;
};

/* Announce to the observers (struct storage_observer). */
void storage_announce_saved(struct storage *storage, const struct stored_image *image);
void storage_announce_deleted(struct storage *storage, const char *key);
void storage_announce_changed(struct storage *storage);

/* Moves the metadata into the image, whose key and date fill in what a lost or damaged record does
 * not tell. */
bool stored_image_set_metadata(struct stored_image *image, struct image_metadata *metadata,
                               struct error *error) MUST_CHECK;

#endif
