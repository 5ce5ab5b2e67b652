/* SPDX-License-Identifier: MIT */
/* A list of blocks, each filled from its beginning. Blocks double in size, so that a small pool
 * costs little and a large one few allocations. */
#include "base/text_pool.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_FIRST = 1024, BLOCK_LARGEST = 256 * 1024 };

struct text_block {
    struct text_block *next;
    size_t used, capacity;
    char texts[];
};

static struct text_block *add_block(struct text_pool *pool, size_t size)
{
    size_t capacity = pool->blocks ? 2 * pool->blocks->capacity : BLOCK_FIRST;
    if (capacity > BLOCK_LARGEST)
        capacity = BLOCK_LARGEST;
    if (capacity < size)
        capacity = size;
    struct text_block *block = malloc(sizeof *block + capacity);
    if (!block)
        return NULL;
    *block = (struct text_block){.next = pool->blocks, .capacity = capacity};
    pool->blocks = block;
    return block;
}

char *text_pool_add(struct text_pool *pool, const char *text, size_t size, struct error *error)
{
    struct text_block *block = pool->blocks;
    if (pool->max && size + 1 > pool->max - pool->size) {
        error_set(error, ERROR_TOO_LARGE, "there is more text than is accepted");
        return NULL;
    }
    if ((!block || size + 1 > block->capacity - block->used) &&
        !(block = add_block(pool, size + 1))) {
        error_no_memory(error);
        return NULL;
    }
    char *place = block->texts + block->used;
    memcpy(place, text, size);
    place[size] = '\0';
    block->used += size + 1;
    pool->size += size + 1;
    return place;
}

void text_pool_finish(struct text_pool *pool)
{
    while (pool->blocks) {
        struct text_block *block = pool->blocks;
        pool->blocks = block->next;
        free(block);
    }
    pool->size = 0;
}
