/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_STORAGE_PRIVATE_H
#define STORAGE_STORAGE_PRIVATE_H

#include "storage/metadata_cache.h"
#include "storage/storage.h"

/* What the parts of the image store (src/storage/storage*.c) share. */
struct storage {
    struct storage_provider *provider;
    char *prefix;
    char *url_base; /* what comes before the key in the provider's URLs */
    struct metadata_cache *metadata;
};

#endif
