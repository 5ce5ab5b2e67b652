/* SPDX-License-Identifier: MIT */
/* The one way in which arrays grow. The pointer goes through memcpy() because it may be of any
 * type. */
#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_FIRST = 32 };

bool array_reserve(void *items, size_t item_size, size_t count, size_t *capacity,
                   struct error *error)
{
    if (count < *capacity)
        return true;
    size_t more = *capacity ? 2 * *capacity : CAPACITY_FIRST;
    void *old, *moved;
    memcpy(&old, items, sizeof old);
    if (more < *capacity || more > SIZE_MAX / item_size ||
        !(moved = realloc(old, more * item_size)))
        return error_no_memory(error);
    memcpy(items, &moved, sizeof moved);
    *capacity = more;
    return true;
}
