/* SPDX-License-Identifier: MIT */
/* The days are an array of times, oldest first as they are listed; the lookahead gets them from its
 * end. Each day is listed by one fetcher and is complete when the consumer gets it: a day is put
 * into order as a whole, since keys come in the order of their bytes and not of their dates. While
 * a day is listed, images name their keys by where those begin in the buffer of keys, which moves
 * as it grows. A sidecar comes after its image in a listing, so a search among the images seen so
 * far tells whose it is. */
#include "storage/walk.h"

#include "base/array.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/lookahead.h"
#include "storage/image_key.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    /* Days listed side by side. More than there are exchanges at once (s3/transport.h), so that
     * days are asked for while others are read: measured, 32 leave the store idle for a third of
     * the time. A few are listed first, to see how large days are. */
    WALK_WIDTH = 48,
    WALK_START = 4,
    WALK_AHEAD_MAX = 12 * 1024 * 1024, /* bytes of days that wait for the consumer */
    KEYS_MAX = 1024 * 1024 * 1024,     /* bytes of keys in one day */
};

struct walk {
    struct storage_provider *provider;
    struct operation operation; /* the consumer's */
    const char *prefix;
    const char *slug;
    int64_t until_ms;
    int64_t *days; /* oldest first */
    size_t count, capacity;
    size_t done;
    uint64_t other_objects;
    struct lookahead *lookahead;
};

void walk_day_destroy(struct walk_day *day)
{
    if (!day)
        return;
    text_pool_finish(&day->keys);
    free(day->images);
    free(day->orphans);
    free(day);
}

/* One day being listed. */
struct listing {
    const struct walk *walk;
    struct walk_day *day;
    size_t capacity, orphan_capacity;
};

static bool add(struct listing *listing, const struct object_entry *entry,
                const struct image_key_parts *parts, struct walk_image **images, size_t *count,
                size_t *capacity, struct error *error)
{
    const char *key = text_pool_add(&listing->day->keys, entry->key, strlen(entry->key), error);
    if (!key || !ARRAY_RESERVE(*images, *count, capacity, error))
        return false;
    (*images)[(*count)++] = (struct walk_image){
        .key = key,
        .parts = *parts,
        .size = entry->size,
        .modified_ms = entry->modified_ms,
    };
    return true;
}

/* The length of the image's key in that of a sidecar; 0: it is none. */
static size_t owner_length(const char *key)
{
    static const char suffix[] = ".json";
    size_t length = strlen(key), tail = sizeof suffix - 1;
    bool is_sidecar = length > tail && strcmp(key + length - tail, suffix) == 0;
    return is_sidecar ? length - tail : 0;
}

/* The image of which this is the sidecar, or NULL. */
static struct walk_image *find_owner(const struct listing *listing, const char *sidecar)
{
    size_t length = owner_length(sidecar);
    size_t low = 0, high = listing->day->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct walk_image *image = &listing->day->images[middle];
        int order = strncmp(image->key, sidecar, length);
        if (order == 0 && image->key[length] == '\0')
            return image;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool is_sidecar(const char *prefix, const char *key, struct image_key_parts *ret_parts)
{
    size_t length = owner_length(key);
    if (length == 0 || length > IMAGE_KEY_MAX)
        return false;
    char owner[IMAGE_KEY_MAX + 1];
    memcpy(owner, key, length);
    owner[length] = '\0';
    return image_key_parse(prefix, owner, ret_parts);
}

static bool take_object(void *argument, const struct object_entry *entry, bool *stop,
                        struct error *error)
{
    struct listing *listing = argument;
    struct walk_day *day = listing->day;
    struct image_key_parts parts;
    struct walk_image *owner = NULL;
    (void)stop;
    if (image_key_parse(listing->walk->prefix, entry->key, &parts))
        return add(listing, entry, &parts, &day->images, &day->count, &listing->capacity, error);
    if ((owner = find_owner(listing, entry->key)))
        owner->has_sidecar = true;
    else if (is_sidecar(listing->walk->prefix, entry->key, &parts))
        return add(listing, entry, &parts, &day->orphans, &day->orphan_count,
                   &listing->orphan_capacity, error);
    else
        day->other_objects++;
    return true;
}

static int newest_first(const void *left, const void *right)
{
    const struct walk_image *a = left, *b = right;
    if (a->modified_ms != b->modified_ms)
        return a->modified_ms > b->modified_ms ? -1 : 1;
    return strcmp(a->key, b->key);
}

/* What the keys of a day begin with: <prefix>/<day>/ or <prefix>/<day>/<slug>/. */
static bool format_directory(const struct walk *walk, const char *day, struct buffer *directory,
                             struct error *error)
{
    return buffer_printf(directory, error, "%s%s%s/%s%s", walk->prefix, *walk->prefix ? "/" : "",
                         day, walk->slug ? walk->slug : "", walk->slug ? "/" : "");
}

static bool list_day(void *argument, size_t index, const struct operation *operation,
                     void **ret_item, struct error *error)
{
    const struct walk *walk = argument;
    CLEANUP(buffer_finish) struct buffer directory = BUFFER_INIT(IMAGE_KEY_MAX);
    CLEANUP(walk_day_destroy_cleanup) struct walk_day *day = calloc(1, sizeof *day);
    if (!day)
        return error_no_memory(error);
    char text[CLOCK_TEXT_SIZE];
    day->keys.max = KEYS_MAX;
    day->day_ms = walk->days[walk->count - 1 - index];
    clock_format_day(day->day_ms, text);
    memcpy(day->day, text, sizeof day->day);
    if (!format_directory(walk, day->day, &directory, error))
        return false;
    const struct object_query query = {.prefix = directory.data};
    struct listing listing = {.walk = walk, .day = day};
    if (!walk->provider->ops->list(walk->provider, operation, &query, take_object, &listing, error))
        return false;
    if (day->count > 0)
        qsort(day->images, day->count, sizeof *day->images, newest_first);
    *ret_item = TAKE(day);
    return true;
}

static size_t weigh_day(const void *item)
{
    const struct walk_day *day = item;
    return sizeof *day + day->keys.size + (day->count + day->orphan_count) * sizeof *day->images;
}

static void discard_day(void *item)
{
    walk_day_destroy(item);
}

/* A roll-up under the prefix: a day, the end of the range, or not ours. */
static bool take_day(void *argument, const struct object_entry *entry, bool *stop,
                     struct error *error)
{
    struct walk *walk = argument;
    const char *name = entry->key + strlen(walk->prefix) + (*walk->prefix ? 1 : 0);
    size_t length = strlen(name);
    int64_t day_ms;
    if (!entry->is_prefix || length == 0 || !image_key_parse_day(name, length - 1, &day_ms)) {
        walk->other_objects++;
        return true;
    }
    *stop = walk->until_ms && day_ms >= walk->until_ms;
    if (*stop)
        return true;
    if (!ARRAY_RESERVE(walk->days, walk->count, &walk->capacity, error))
        return false;
    walk->days[walk->count++] = day_ms;
    return true;
}

static bool find_days(struct walk *walk, const struct operation *operation, int64_t from_ms,
                      struct error *error)
{
    CLEANUP(buffer_finish) struct buffer directory = BUFFER_INIT(IMAGE_KEY_MAX);
    CLEANUP(buffer_finish) struct buffer after = BUFFER_INIT(IMAGE_KEY_MAX);
    const struct operation quiet = {.cancel = operation->cancel};
    char first[CLOCK_TEXT_SIZE];
    clock_format_day(from_ms, first);
    if (!buffer_printf(&directory, error, "%s%s", walk->prefix, *walk->prefix ? "/" : "") ||
        !buffer_printf(&after, error, "%s%s", directory.data, first))
        return false;
    const struct object_query query = {
        .prefix = directory.data,
        .delimiter = "/",
        .after = from_ms > 0 ? after.data : NULL,
    };
    return walk->provider->ops->list(walk->provider, &quiet, &query, take_day, walk, error);
}

bool walk_create(struct storage_provider *provider, const char *prefix,
                 const struct operation *operation, const struct walk_options *options,
                 struct walk **ret_walk, struct error *error)
{
    CLEANUP(walk_destroy_cleanup) struct walk *walk = calloc(1, sizeof *walk);
    if (!walk)
        return error_no_memory(error);
    walk->provider = provider;
    walk->operation = *operation;
    walk->prefix = prefix;
    walk->slug = options->slug;
    walk->until_ms = options->until_ms;
    if (!find_days(walk, operation, options->from_ms, error))
        return false;
    const struct lookahead_source source = {
        .count = walk->count,
        .width_start = options->whole ? WALK_START : 1,
        .width_max = WALK_WIDTH,
        .fetch = list_day,
        .discard = discard_day,
        .weigh = weigh_day,
        .weight_max = WALK_AHEAD_MAX,
        .argument = walk,
    };
    if (!lookahead_create(&source, operation->cancel, &walk->lookahead, error))
        return false;
    *ret_walk = TAKE(walk);
    return true;
}

bool walk_next(struct walk *walk, struct walk_day **ret_day, struct error *error)
{
    void *item;
    if (walk->done > 0)
        operation_progress(&walk->operation, walk->done, walk->count, "days looked at");
    if (!lookahead_next(walk->lookahead, &item, error))
        return false;
    walk->done += item != NULL;
    *ret_day = item;
    return true;
}

size_t walk_days_left(const struct walk *walk)
{
    return walk->count - walk->done;
}

uint64_t walk_other_objects(const struct walk *walk)
{
    return walk->other_objects;
}

void walk_destroy(struct walk *walk)
{
    if (!walk)
        return;
    lookahead_destroy(walk->lookahead);
    free(walk->days);
    free(walk);
}
