/* SPDX-License-Identifier: MIT */
/* Makes a store of images out of nothing but keys: what is listed, found and cleaned up is known by
 * its key and its date, and a test of thousands of images needs no thousands of files. */
#include "support/library.h"

#include <stdio.h>
#include <stdlib.h>

struct library library_create(void)
{
    struct error error;
    struct library library = {.memory = memory_create(2048)};
    library.memory->failing_suffix = "";
    if (!storage_create(&library.memory->provider, "generations", &library.storage, &error))
        abort();
    return library;
}

struct image_key library_key(int day, const char *slug, unsigned number)
{
    struct image_key key;
    char text[CLOCK_TEXT_SIZE];
    clock_format_day(first_day + day * DAY_MS, text);
    snprintf(key.text, sizeof key.text, "generations/%s/%s/%012x_8x4.png", text, slug, number);
    return key;
}

struct memory_object *library_place(struct library *library, int day, const char *slug,
                                    unsigned number, int minute)
{
    struct image_key key = library_key(day, slug, number);
    struct memory_object *object = memory_place(library->memory, key.text, "1234", 4);
    object->modified_ms = first_day + day * DAY_MS + minute * INT64_C(60000);
    return object;
}
