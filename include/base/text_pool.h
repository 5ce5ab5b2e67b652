/* SPDX-License-Identifier: MIT */
#ifndef BASE_TEXT_POOL_H
#define BASE_TEXT_POOL_H

#include "base/error.h"

#include <stddef.h>

/* Many small texts that are kept together and freed together. They never move, so pointers to them
 * stay good while the pool grows. A zeroed struct is an empty pool without a limit. */
struct text_pool {
    struct text_block *blocks; /* the newest first */
    size_t size;               /* bytes of all texts, with their NULs */
    size_t max;                /* of size; 0: no limit */
};

/* A copy of the text (`size` bytes and a NUL), which may be changed in place but not made longer;
 * NULL: ERROR_NO_MEMORY, or ERROR_TOO_LARGE beyond max. */
char *text_pool_add(struct text_pool *pool, const char *text, size_t size,
                    struct error *error) MUST_CHECK;

/* Frees all texts. Takes a zeroed struct. */
void text_pool_finish(struct text_pool *pool);

#endif
