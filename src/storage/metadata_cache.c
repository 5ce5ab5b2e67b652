/* SPDX-License-Identifier: MIT */
/* A table of chains by the hash of the key, and one ring of all entries in the order of their use,
 * with the most recent behind the head. */
#include "storage/metadata_cache.h"

#include <pthread.h>
#include <string.h>

struct entry {
    struct entry *next;            /* in the chain */
    struct entry *older, *younger; /* in the ring */
    char *key;
    int64_t modified_ms;
    size_t size;
    struct image_metadata metadata;
};

struct metadata_cache {
    size_t count_max, size_max;
    struct {
        pthread_mutex_t mutex;
        struct entry **chains; /* count_max; NULL before the first entry */
        struct entry ring;     /* ring.older: most recently used; ring.younger: the oldest */
        size_t count, size;
    } locked;
};

bool metadata_cache_create(size_t count_max, size_t size_max, struct metadata_cache **ret_cache,
                           struct error *error)
{
    struct metadata_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return error_no_memory(error);
    cache->count_max = count_max;
    cache->size_max = size_max;
    pthread_mutex_init(&cache->locked.mutex, NULL);
    cache->locked.ring.older = cache->locked.ring.younger = &cache->locked.ring;
    *ret_cache = cache;
    return true;
}

static void free_entry(struct entry *entry)
{
    image_metadata_finish(&entry->metadata);
    free(entry->key);
    free(entry);
}

/* FNV-1a. */
static size_t chain_of(const struct metadata_cache *cache, const char *key)
{
    uint64_t hash = 14695981039346656037u;
    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 1099511628211u;
    return (size_t)(hash ^ hash >> 32) & (cache->count_max - 1);
}

/* Where the entry hangs in its chain, or the end of the chain. */
static struct entry **find_locked(struct metadata_cache *cache, const char *key)
{
    struct entry **place = &cache->locked.chains[chain_of(cache, key)];
    while (*place && strcmp((*place)->key, key) != 0)
        place = &(*place)->next;
    return place;
}

static void unlink_from_ring(struct entry *entry)
{
    entry->older->younger = entry->younger;
    entry->younger->older = entry->older;
}

static void link_youngest_locked(struct metadata_cache *cache, struct entry *entry)
{
    struct entry *ring = &cache->locked.ring;
    entry->older = ring->older;
    entry->younger = ring;
    entry->older->younger = entry;
    ring->older = entry;
}

static void drop_locked(struct metadata_cache *cache, struct entry **place)
{
    struct entry *entry = *place;
    *place = entry->next;
    unlink_from_ring(entry);
    cache->locked.count--;
    cache->locked.size -= entry->size;
    free_entry(entry);
}

bool metadata_cache_get(struct metadata_cache *cache, const char *key, int64_t modified_ms,
                        struct image_metadata *ret_metadata, bool *ret_found, struct error *error)
{
    bool copied = true;
    pthread_mutex_lock(&cache->locked.mutex);
    struct entry *entry = cache->locked.chains ? *find_locked(cache, key) : NULL;
    *ret_found = entry && entry->modified_ms == modified_ms;
    if (*ret_found) {
        unlink_from_ring(entry);
        link_youngest_locked(cache, entry);
        copied = image_metadata_copy(&entry->metadata, ret_metadata, error);
    }
    pthread_mutex_unlock(&cache->locked.mutex);
    return copied;
}

static struct entry *make_entry(const char *key, int64_t modified_ms,
                                const struct image_metadata *metadata)
{
    struct error error;
    struct entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        return NULL;
    entry->modified_ms = modified_ms;
    entry->size = sizeof *entry + strlen(key) + 1 + image_metadata_size(metadata);
    if ((entry->key = strdup(key)) && image_metadata_copy(metadata, &entry->metadata, &error))
        return entry;
    free_entry(entry);
    return NULL;
}

static bool make_chains_locked(struct metadata_cache *cache)
{
    if (!cache->locked.chains)
        cache->locked.chains = calloc(cache->count_max, sizeof *cache->locked.chains);
    return cache->locked.chains;
}

static void insert_locked(struct metadata_cache *cache, struct entry *entry)
{
    struct entry **place = find_locked(cache, entry->key);
    if (*place)
        drop_locked(cache, place);
    while (cache->locked.count == cache->count_max ||
           cache->locked.size + entry->size > cache->size_max)
        drop_locked(cache, find_locked(cache, cache->locked.ring.younger->key));
    place = find_locked(cache, entry->key);
    entry->next = NULL;
    *place = entry;
    link_youngest_locked(cache, entry);
    cache->locked.count++;
    cache->locked.size += entry->size;
}

void metadata_cache_put(struct metadata_cache *cache, const char *key, int64_t modified_ms,
                        const struct image_metadata *metadata)
{
    struct entry *entry = make_entry(key, modified_ms, metadata);
    if (!entry)
        return;
    pthread_mutex_lock(&cache->locked.mutex);
    bool kept = entry->size <= cache->size_max && make_chains_locked(cache);
    if (kept)
        insert_locked(cache, entry);
    pthread_mutex_unlock(&cache->locked.mutex);
    if (!kept)
        free_entry(entry);
}

void metadata_cache_destroy(struct metadata_cache *cache)
{
    if (!cache)
        return;
    while (cache->locked.count > 0)
        drop_locked(cache, find_locked(cache, cache->locked.ring.younger->key));
    pthread_mutex_destroy(&cache->locked.mutex);
    free(cache->locked.chains);
    free(cache);
}
