/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_LIBRARY_H
#define SUPPORT_LIBRARY_H

#include "base/clock.h"
#include "storage/image_key.h"
#include "storage/storage.h"
#include "support/memory_provider.h"

/* A store in memory with images that are nothing but keys, dates and properties: what the library
 * (listing, finding, cleaning up) looks at. */

#define DAY_MS ((int64_t)IMAGE_KEY_DAY_MS)
static const int64_t first_day = 1726704000000; /* 2024-09-19 */

struct library {
    struct memory_provider *memory;
    struct storage *storage;
};

/* An empty one; storage_destroy() of its storage ends both. */
struct library library_create(void);

/* The key of image `number` of a model, made on day `day` after the first. */
struct image_key library_key(int day, const char *slug, unsigned number);

/* Places it, dated `minute` minutes after the beginning of its day. */
struct memory_object *library_place(struct library *library, int day, const char *slug,
                                    unsigned number, int minute);

#endif
