/* SPDX-License-Identifier: MIT */
/* On a file system that knows no files without a name a save writes to a hidden one, and when it is
 * killed that stays. No save takes a day, so what is older is nobody's. */
#include "storage/drafts.h"

#include "base/buffer.h"
#include "base/cleanup.h"

#include <string.h>

struct draft_count {
    uint64_t count, bytes;
};

static bool count_draft(void *argument, const struct object_entry *entry, bool *stop,
                        struct error *error)
{
    (void)stop, (void)error;
    struct draft_count *drafts = argument;
    drafts->count++;
    drafts->bytes += entry->size;
    return true;
}

/* Those of a batch. */
struct old_drafts {
    int64_t before_ms;
    char *keys[OBJECT_DELETE_MAX];
    struct delete_result results[OBJECT_DELETE_MAX];
    size_t count;
};

static void old_drafts_free(struct old_drafts **place)
{
    struct old_drafts *drafts = *place;
    for (size_t i = 0; drafts && i < drafts->count; i++)
        free(drafts->keys[i]);
    free(drafts);
}

static bool note_draft(void *argument, const struct object_entry *entry, bool *stop,
                       struct error *error)
{
    struct old_drafts *drafts = argument;
    if (entry->modified_ms >= drafts->before_ms)
        return true;
    char *key = strdup(entry->key);
    if (!key)
        return error_no_memory(error);
    drafts->keys[drafts->count++] = key;
    *stop = drafts->count == OBJECT_DELETE_MAX;
    return true;
}

static bool list_drafts(struct storage_provider *provider, const struct operation *operation,
                        const char *prefix, object_each *each, void *argument, struct error *error)
{
    CLEANUP(buffer_finish) struct buffer directory = BUFFER_INIT(IMAGE_KEY_MAX);
    return !provider->ops->list_drafts ||
           (buffer_printf(&directory, error, "%s%s", prefix, *prefix ? "/" : "") &&
            provider->ops->list_drafts(provider, operation, directory.data, each, argument, error));
}

bool drafts_count(struct storage_provider *provider, const struct operation *operation,
                  const char *prefix, uint64_t *ret_count, uint64_t *ret_bytes, struct error *error)
{
    struct draft_count drafts = {0};
    if (!list_drafts(provider, operation, prefix, count_draft, &drafts, error))
        return false;
    *ret_count = drafts.count;
    *ret_bytes = drafts.bytes;
    return true;
}

bool drafts_delete(struct storage_provider *provider, const struct operation *operation,
                   const char *prefix, struct error *error)
{
    CLEANUP(old_drafts_free) struct old_drafts *drafts = calloc(1, sizeof *drafts);
    if (!drafts)
        return error_no_memory(error);
    drafts->before_ms = storage_provider_now(provider) - DRAFTS_AGE_MS;
    if (!list_drafts(provider, operation, prefix, note_draft, drafts, error))
        return false;
    return drafts->count == 0 ||
           provider->ops->delete (provider, operation, (const char *const *)drafts->keys,
                                  drafts->count, drafts->results, error);
}
