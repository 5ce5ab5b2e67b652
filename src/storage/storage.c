/* SPDX-License-Identifier: MIT */
/* The image store is a provider, a prefix, and a memory of records that were read; what it does
 * stands in files of its own: save.c, storage_find.c, storage_list.c, storage_cleanup.c,
 * storage_statistics.c, storage_complete.c, storage_observe.c. */
#include "storage/storage_private.h"

#include "base/cleanup.h"
#include "storage/image_key.h"

#include <string.h>

enum {
    CACHE_COUNT = 8192,
    CACHE_SIZE = 4 * 1024 * 1024, /* bytes */
};

bool storage_create(struct storage_provider *provider, const char *prefix,
                    struct storage **ret_storage, struct error *error)
{
    CLEANUP(storage_provider_destroy_cleanup) struct storage_provider *owned = provider;
    if (!image_key_check_prefix(prefix, error))
        return false;
    CLEANUP(storage_destroy_cleanup) struct storage *storage = calloc(1, sizeof *storage);
    if (!storage)
        return error_no_memory(error);
    pthread_mutex_init(&storage->locked.mutex, NULL);
    pthread_mutex_init(&storage->large_record, NULL);
    if (!(storage->prefix = strdup(prefix)))
        return error_no_memory(error);
    storage->provider = TAKE(owned);
    if (!metadata_cache_create(CACHE_COUNT, CACHE_SIZE, &storage->metadata, error))
        return false;
    *ret_storage = TAKE(storage);
    return true;
}

void storage_destroy(struct storage *storage)
{
    if (!storage)
        return;
    storage_provider_destroy(storage->provider);
    metadata_cache_destroy(storage->metadata);
    pthread_mutex_destroy(&storage->locked.mutex);
    pthread_mutex_destroy(&storage->large_record);
    free(storage->prefix);
    free(storage);
}

void stored_image_finish(struct stored_image *image)
{
    free(image->key);
    object_url_finish(&image->url);
    image_metadata_finish(&image->metadata);
    *image = (struct stored_image){0};
}
