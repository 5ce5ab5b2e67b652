/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_LIBRARY_H
#define SUPPORT_LIBRARY_H

#include "base/clock.h"
#include "storage/image_key.h"
#include "storage/storage.h"
#include "support/memory_provider.h"

#include <stdio.h>

/* A store in memory with images that are nothing but keys, dates and properties: what the library
 * (listing, finding, cleaning up) looks at. */

#define DAY_MS ((int64_t)IMAGE_KEY_DAY_MS)
static const int64_t first_day = 1726704000000; /* 2024-09-19 */

struct library {
    struct memory_provider *memory;
    struct storage *storage;
};

static inline struct library library_create(void)
{
    struct error error;
    struct library library = {.memory = memory_create(2048)};
    library.memory->failing_suffix = "";
    if (!storage_create(&library.memory->provider, "generations", &library.storage, &error))
        abort();
    return library;
}

/* The key of image `number` of a model, made on day `day` after the first. */
static inline struct image_key library_key(int day, const char *slug, unsigned number)
{
    struct image_key key;
    char text[CLOCK_TEXT_SIZE];
    clock_format_day(first_day + day * DAY_MS, text);
    snprintf(key.text, sizeof key.text, "generations/%s/%s/%012x_8x4.png", text, slug, number);
    return key;
}

/* Places it, dated `minute` minutes after the beginning of its day. */
static inline struct memory_object *library_place(struct library *library, int day,
                                                  const char *slug, unsigned number, int minute)
{
    struct image_key key = library_key(day, slug, number);
    struct memory_object *object = memory_place(library->memory, key.text, "1234", 4);
    object->modified_ms = first_day + day * DAY_MS + minute * INT64_C(60000);
    return object;
}

#endif
