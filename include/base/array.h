/* SPDX-License-Identifier: MIT */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include "base/error.h"

#include <stddef.h>

/* How many items an array has. */
#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* Makes room for one item more in a growing array: `items` is the variable that points at it (NULL
 * at first), `count` how many there are, *capacity how many there is room for. The room doubles.
 * ERROR_NO_MEMORY leaves everything as it was. */
#define ARRAY_RESERVE(items, count, capacity, error)                                               \
    array_reserve(&(items), sizeof *(items), count, capacity, error)

/* items: the address of the pointer. */
bool array_reserve(void *items, size_t item_size, size_t count, size_t *capacity,
                   struct error *error) MUST_CHECK;

#endif
