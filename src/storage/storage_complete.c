/* SPDX-License-Identifier: MIT */
/* The level of a beginning is the number of slashes after the prefix. What an entry of a level
 * lacks to be a key is the same for all of them, so whether it belongs to the layout, and what day
 * it is of, is found out by adding that and parsing the key. */
#include "storage/storage_complete.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "storage/storage_private.h"

#include <stdio.h>
#include <string.h>

enum level { LEVEL_DAY, LEVEL_MODEL, LEVEL_IMAGE, LEVEL_COUNT };

/* What makes an entry of the level, which ends with its slash, a key. */
static const char *const missing[LEVEL_COUNT] = {
    [LEVEL_DAY] = "m/000000000000_1x1.png",
    [LEVEL_MODEL] = "000000000000_1x1.png",
    [LEVEL_IMAGE] = "",
};

struct candidate {
    char *text;
    int64_t newest; /* the larger comes first; names decide where it is the same */
};

struct completing {
    const struct storage *storage;
    enum level level;
    size_t looked_at;
    struct candidate *items;
    size_t count, capacity;
    bool bounded;
};

static void completing_finish(struct completing *completing)
{
    for (size_t i = 0; i < completing->count; i++)
        free(completing->items[i].text);
    free(completing->items);
}

void key_completions_finish(struct key_completions *completions)
{
    for (size_t i = 0; i < completions->count; i++)
        free(completions->keys[i]);
    *completions = (struct key_completions){0};
}

static bool complete_key(const struct storage *storage, const char *text, enum level level,
                         struct image_key_parts *ret_parts)
{
    char key[IMAGE_KEY_MAX + 1];
    int length = snprintf(key, sizeof key, "%s%s", text, missing[level]);
    return length < (int)sizeof key && image_key_parse(storage->prefix, key, ret_parts);
}

static bool add(struct completing *completing, const char *text, int64_t newest,
                struct error *error)
{
    if (!ARRAY_RESERVE(completing->items, completing->count, &completing->capacity, error))
        return false;
    char *copy = strdup(text);
    if (!copy)
        return error_no_memory(error);
    completing->items[completing->count++] = (struct candidate){.text = copy, .newest = newest};
    return true;
}

static bool take_entry(void *argument, const struct object_entry *entry, bool *stop,
                       struct error *error)
{
    struct completing *completing = argument;
    struct image_key_parts parts;
    if (completing->looked_at == STORAGE_COMPLETE_LOOKED_MAX) {
        completing->bounded = *stop = true;
        return true;
    }
    completing->looked_at++;
    if (!complete_key(completing->storage, entry->key, completing->level, &parts))
        return true;
    const int64_t newest[LEVEL_COUNT] = {
        [LEVEL_DAY] = parts.day_ms,
        [LEVEL_IMAGE] = entry->modified_ms,
    };
    return add(completing, entry->key, newest[completing->level], error);
}

static int compare(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->newest != b->newest)
        return a->newest > b->newest ? -1 : 1;
    return strcmp(a->text, b->text);
}

/* Whether a key can begin like this, and at which level it goes on. `listed` is what to list: the
 * beginning, or the whole prefix where it is not there yet. */
static bool find_level(const struct storage *storage, const char *beginning,
                       char listed[IMAGE_KEY_MAX + 1], enum level *ret_level)
{
    char directory[IMAGE_KEY_MAX + 1];
    struct image_key_parts parts;
    size_t length = strlen(beginning);
    snprintf(directory, sizeof directory, "%s%s", storage->prefix, *storage->prefix ? "/" : "");
    size_t root = strlen(directory);
    if (length > IMAGE_KEY_MAX || strncmp(beginning, directory, length < root ? length : root) != 0)
        return false;
    strcpy(listed, length < root ? directory : beginning);

    size_t level = 0;
    for (const char *at = listed + root; (at = strchr(at, '/')); at++)
        level++;
    const char *slash = strrchr(listed + root, '/');
    const char *last = slash ? slash + 1 : listed + root;
    if (level >= LEVEL_COUNT ||
        last[strspn(last, "abcdefghijklmnopqrstuvwxyz0123456789._-")] != '\0')
        return false;
    snprintf(directory, sizeof directory, "%.*s", (int)(last - listed), listed);
    *ret_level = (enum level)level;
    return level == 0 || complete_key(storage, directory, (enum level)(level - 1), &parts);
}

bool storage_complete(struct storage *storage, const struct operation *operation,
                      const char *beginning, struct key_completions *ret_completions,
                      struct error *error)
{
    CLEANUP(completing_finish)
    struct completing completing = {.storage = storage};
    char listed[IMAGE_KEY_MAX + 1];
    const struct object_query query = {.prefix = listed, .delimiter = "/"};
    if (!find_level(storage, beginning, listed, &completing.level)) {
        *ret_completions = (struct key_completions){0};
        return true;
    }
    if (!storage->provider->ops->list(storage->provider, operation, &query, take_entry, &completing,
                                      error))
        return false;
    if (completing.count > 0)
        qsort(completing.items, completing.count, sizeof *completing.items, compare);
    struct key_completions completions = {.total = completing.count, .bounded = completing.bounded};
    for (size_t i = 0; i < completing.count && i < STORAGE_COMPLETE_MAX; i++)
        completions.keys[completions.count++] = TAKE(completing.items[i].text);
    *ret_completions = completions;
    return true;
}
