/* SPDX-License-Identifier: MIT */
/* The provider of most tests: a table of objects under one mutex, which is recursive so that a hook
 * can change the store in the middle of an operation, as another client would. It is slow where it
 * may be (each page is looked up in the whole table), so that it is simple enough to be right. */
#include "support/memory_provider.h"

#include "base/cleanup.h"
#include "base/crypto.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct memory_provider *memory_from(struct storage_provider *provider)
{
    return (struct memory_provider *)provider;
}

struct memory_object *memory_find(struct memory_provider *memory, const char *key)
{
    for (size_t i = 0; i < MEMORY_OBJECTS; i++)
        if (memory->objects[i].key && strcmp(memory->objects[i].key, key) == 0)
            return &memory->objects[i];
    return NULL;
}

size_t memory_count(const struct memory_provider *memory)
{
    size_t count = 0;
    for (size_t i = 0; i < MEMORY_OBJECTS; i++)
        count += memory->objects[i].key != NULL;
    return count;
}

static void memory_object_finish(struct memory_object *object)
{
    free(object->key);
    free(object->content_type);
    free(object->cache_control);
    blob_destroy(object->blob);
    fields_finish(&object->fields);
    *object = (struct memory_object){0};
}

void memory_remove(struct memory_provider *memory, const char *key)
{
    pthread_mutex_lock(&memory->mutex);
    struct memory_object *object = memory_find(memory, key);
    if (object)
        memory_object_finish(object);
    pthread_mutex_unlock(&memory->mutex);
}

/* Puts the object in the place of the one that has its key, if there is one. */
static struct memory_object *memory_take(struct memory_provider *memory,
                                         struct memory_object *object)
{
    size_t i = 0;
    pthread_mutex_lock(&memory->mutex);
    memory_remove(memory, object->key);
    while (memory->objects[i].key)
        i++;
    object->modified_ms = memory->now_ms;
    memory->objects[i] = *object;
    pthread_mutex_unlock(&memory->mutex);
    return &memory->objects[i];
}

struct memory_object *memory_place(struct memory_provider *memory, const char *key,
                                   const void *data, size_t size)
{
    struct error error;
    struct memory_object object = {.key = strdup(key)};
    if (!object.key || !blob_create(data, size, &object.blob, &error))
        abort();
    return memory_take(memory, &object);
}

void memory_set(struct memory_object *object, const char *name, const char *value)
{
    struct error error;
    if (!fields_add(&object->fields, name, value, strlen(value), &error))
        abort();
}

static void memory_note(struct memory_provider *memory, const char *what, const char *key)
{
    size_t length = strlen(memory->log);
    snprintf(memory->log + length, sizeof memory->log - length, "%s %s\n", what, key);
}

bool memory_ends_with(const char *key, const char *suffix)
{
    size_t length = strlen(key), tail = strlen(suffix);
    return length >= tail && strcmp(key + length - tail, suffix) == 0;
}

/* Like stores that refuse what S3 allows, and are found out by that. */
static bool memory_accepts(struct memory_provider *memory, const struct fields *fields)
{
    size_t size = 0;
    for (size_t i = 0; i < fields->count; i++)
        size += strlen(fields->items[i].value);
    if (memory->fields_accepted == 0 || size <= memory->fields_accepted)
        return true;
    memory->fields_limit = memory->fields_limit > 256 ? 256 : 0;
    return false;
}

static size_t memory_limit(struct storage_provider *provider)
{
    return memory_from(provider)->fields_limit;
}

static bool memory_fill(struct memory_object *object, const struct object_put *put,
                        struct error *error)
{
    object->key = strdup(put->key);
    object->content_type = strdup(put->content_type);
    object->cache_control = put->cache_control ? strdup(put->cache_control) : NULL;
    if (!object->key || !object->content_type || (put->cache_control && !object->cache_control))
        return error_no_memory(error);
    for (size_t i = 0; i < put->fields->count; i++) {
        const struct field *item = &put->fields->items[i];
        if (!fields_add(&object->fields, item->name, item->value, strlen(item->value), error))
            return false;
    }
    return blob_create(put->data, put->size, &object->blob, error);
}

static bool memory_put_locked(struct storage_provider *provider, const struct operation *operation,
                              const struct object_put *put, struct error *error)
{
    struct memory_provider *memory = memory_from(provider);
    memory_note(memory, "put", put->key);
    if (!operation_check(operation, error))
        return false;
    if (memory->before_put)
        memory->before_put(memory, put->key);
    if (memory->put_failure && memory_ends_with(put->key, memory->failing_suffix))
        return error_set(error, memory->put_failure, "the put fails");
    if (!memory_accepts(memory, put->fields))
        return error_set(error, ERROR_TOO_LARGE, "so many fields are not accepted");
    if (put->if_absent && !memory->ignores_if_absent && memory_find(memory, put->key))
        return error_set(error, ERROR_EXISTS, "it is there");
    unsigned char digest[SHA256_SIZE];
    if (!sha256(put->data, put->size, digest, error) ||
        memcmp(digest, put->sha256, sizeof digest) != 0)
        return error_set(error, ERROR_INTERNAL, "the SHA-256 is not that of the data");

    struct memory_object object = {0};
    if (!memory_fill(&object, put, error)) {
        memory_object_finish(&object);
        return false;
    }
    memory_take(memory, &object);
    operation_progress(operation, put->size, put->size, NULL);
    return true;
}

static bool memory_put(struct storage_provider *provider, const struct operation *operation,
                       const struct object_put *put, struct error *error)
{
    struct memory_provider *memory = memory_from(provider);
    pthread_mutex_lock(&memory->mutex);
    bool done = memory_put_locked(provider, operation, put, error);
    pthread_mutex_unlock(&memory->mutex);
    return done;
}

static bool memory_head_locked(struct storage_provider *provider, const struct operation *operation,
                               const char *key, struct object_info *ret_info, struct error *error)
{
    struct memory_provider *memory = memory_from(provider);
    memory_note(memory, "head", key);
    memory->head_requests++;
    if (!operation_check(operation, error))
        return false;
    if (memory->before_head)
        memory->before_head(memory, key);
    if (memory->head_failure)
        return error_set(error, memory->head_failure, "the head fails");
    struct memory_object *object = memory_find(memory, key);
    if (!object)
        return error_set(error, ERROR_NOT_FOUND, "it is not there");
    *ret_info = (struct object_info){
        .size = memory->hides_sizes ? 0 : object->blob->size,
        .size_unknown = memory->hides_sizes,
        .modified_ms = object->modified_ms,
    };
    for (size_t i = 0; i < object->fields.count; i++) {
        const struct field *item = &object->fields.items[i];
        if (!fields_add(&ret_info->fields, item->name, item->value, strlen(item->value), error)) {
            object_info_finish(ret_info);
            return false;
        }
    }
    return true;
}

static bool memory_head(struct storage_provider *provider, const struct operation *operation,
                        const char *key, struct object_info *ret_info, struct error *error)
{
    struct memory_provider *memory = memory_from(provider);
    pthread_mutex_lock(&memory->mutex);
    bool done = memory_head_locked(provider, operation, key, ret_info, error);
    pthread_mutex_unlock(&memory->mutex);
    return done;
}

static bool memory_get_locked(struct storage_provider *provider, const struct operation *operation,
                              const char *key, size_t max, struct blob **ret_blob,
                              struct error *error)
{
    struct memory_provider *memory = memory_from(provider);
    memory_note(memory, "get", key);
    memory->get_requests++;
    if (!operation_check(operation, error))
        return false;
    if (memory->get_failure)
        return error_set(error, memory->get_failure, "the get fails");
    struct memory_object *object = memory_find(memory, key);
    if (!object)
        return error_set(error, ERROR_NOT_FOUND, "it is not there");
    if (object->blob->size > max)
        return error_set(error, ERROR_TOO_LARGE, "it is too large");
    operation_progress(operation, object->blob->size, object->blob->size, NULL);
    return blob_create(object->blob->data, object->blob->size, ret_blob, error);
}

static bool memory_get(struct storage_provider *provider, const struct operation *operation,
                       const char *key, size_t max, struct blob **ret_blob, struct error *error)
{
    struct memory_provider *memory = memory_from(provider);
    pthread_mutex_lock(&memory->mutex);
    bool done = memory_get_locked(provider, operation, key, max, ret_blob, error);
    pthread_mutex_unlock(&memory->mutex);
    return done;
}

/* One entry of a page, copied out so that the store can change while it is handed on. */
struct memory_entry {
    char *key;
    bool is_prefix;
    uint64_t size;
    int64_t modified_ms;
};

/* The first key after `after` that begins with the prefix, or NULL. */
static struct memory_object *memory_next(struct memory_provider *memory, const char *prefix,
                                         const char *after)
{
    struct memory_object *next = NULL;
    for (size_t i = 0; i < MEMORY_OBJECTS; i++) {
        struct memory_object *object = &memory->objects[i];
        if (object->key && strncmp(object->key, prefix, strlen(prefix)) == 0 &&
            strcmp(object->key, after) > 0 && (!next || strcmp(object->key, next->key) < 0))
            next = object;
    }
    return next;
}

/* Where a listing goes on after this entry: behind all keys with its roll-up. */
static char *memory_after(const struct memory_entry *entry)
{
    size_t length = strlen(entry->key);
    char *after = calloc(1, length + 2);
    if (!after)
        return NULL;
    memcpy(after, entry->key, length);
    if (entry->is_prefix)
        after[length] = (char)0xff;
    return after;
}

/* Reads the entry after *after, and moves *after behind it. Without memory there is none, and
 * *after is NULL. */
static bool memory_read_entry(struct memory_provider *memory, const struct object_query *query,
                              char **after, struct memory_entry *entry)
{
    struct memory_object *object = memory_next(memory, query->prefix, *after);
    if (!object)
        return false;
    const char *rest = object->key + strlen(query->prefix);
    const char *cut = query->delimiter ? strstr(rest, query->delimiter) : NULL;
    *entry = (struct memory_entry){
        .key = cut ? strndup(object->key, (size_t)(cut - object->key) + strlen(query->delimiter))
                   : strdup(object->key),
        .is_prefix = cut,
        .size = cut ? 0 : object->blob->size,
        .modified_ms = cut ? 0 : object->modified_ms,
    };
    free(*after);
    *after = entry->key ? memory_after(entry) : NULL;
    if (!*after)
        free(entry->key);
    return *after;
}

static size_t memory_read_page(struct memory_provider *memory, const struct object_query *query,
                               char **after, struct memory_entry *entries)
{
    size_t count = 0;
    pthread_mutex_lock(&memory->mutex);
    while (count < memory->page_size && memory_read_entry(memory, query, after, &entries[count]))
        count++;
    pthread_mutex_unlock(&memory->mutex);
    return count;
}

static bool memory_begin_page(struct memory_provider *memory, const struct operation *operation,
                              const char *prefix, struct error *error)
{
    if (memory->before_list)
        memory->before_list(memory, operation, prefix);
    if (!operation_check(operation, error))
        return false;
    pthread_mutex_lock(&memory->mutex);
    memory->list_requests++;
    memory_note(memory, "list", prefix);
    bool fails = memory->list_failures > 0 && memory_ends_with(prefix, memory->failing_suffix);
    memory->list_failures -= fails;
    pthread_mutex_unlock(&memory->mutex);
    return !fails || error_set(error, memory->list_failure, "the list fails");
}

static bool memory_list(struct storage_provider *provider, const struct operation *operation,
                        const struct object_query *query, object_each *each, void *argument,
                        struct error *error)
{
    struct memory_provider *memory = memory_from(provider);
    CLEANUP(free_cleanup) struct memory_entry *page = calloc(memory->page_size, sizeof *page);
    CLEANUP(free_cleanup) char *after = strdup(query->after ? query->after : "");
    size_t count;
    bool good = true, stop = false;
    if (!page || !after)
        return error_no_memory(error);
    do {
        if (!memory_begin_page(memory, operation, query->prefix, error))
            return false;
        count = memory_read_page(memory, query, &after, page);
        for (size_t i = 0; i < count; i++) {
            const struct object_entry entry = {
                .key = page[i].key,
                .is_prefix = page[i].is_prefix,
                .size = page[i].size,
                .modified_ms = page[i].modified_ms,
            };
            bool skipped = query->after && strcmp(entry.key, query->after) <= 0;
            if (good && !stop && !skipped)
                good = each(argument, &entry, &stop, error);
            free(page[i].key);
        }
        if (!after)
            good = good && error_no_memory(error);
    } while (good && !stop && count == memory->page_size);
    return good;
}

static bool memory_delete(struct storage_provider *provider, const struct operation *operation,
                          const char *const *keys, size_t count, struct delete_result *results,
                          struct error *error)
{
    struct memory_provider *memory = memory_from(provider);
    assert(count > 0 && count <= OBJECT_DELETE_MAX);
    if (memory->before_delete)
        memory->before_delete(memory, operation);
    if (!operation_check(operation, error))
        return false;
    pthread_mutex_lock(&memory->mutex);
    bool fails = memory->batch_failure && memory->delete_requests >= memory->batches_good;
    memory->delete_requests++;
    for (size_t i = 0; i < count && !fails; i++) {
        results[i] = (struct delete_result){.code = ERROR_NONE};
        memory->deleted_keys++;
        if (memory->delete_failure && memory_ends_with(keys[i], memory->failing_suffix)) {
            results[i].code = memory->delete_failure;
            snprintf(results[i].text, sizeof results[i].text, "the delete fails");
        } else {
            memory_remove(memory, keys[i]);
        }
    }
    pthread_mutex_unlock(&memory->mutex);
    return !fails || error_set(error, memory->batch_failure, "the batch fails");
}

static bool memory_store_url(struct storage_provider *provider, const char *key, char **ret_url,
                             struct error *error)
{
    (void)provider;
    char url[2048];
    snprintf(url, sizeof url, "https://memory.example/%s", key);
    if (!(*ret_url = strdup(url)))
        return error_no_memory(error);
    return true;
}

static bool memory_url(struct storage_provider *provider, const char *key,
                       struct object_url *ret_url, struct error *error)
{
    (void)provider;
    char url[2048];
    snprintf(url, sizeof url, "memory://%s", key);
    if (!(ret_url->url = strdup(url)))
        return error_no_memory(error);
    return true;
}

static int64_t memory_now(struct storage_provider *provider)
{
    struct memory_provider *memory = memory_from(provider);
    pthread_mutex_lock(&memory->mutex);
    int64_t now_ms = memory->now_ms;
    pthread_mutex_unlock(&memory->mutex);
    return now_ms;
}

static void memory_destroy(struct storage_provider *provider)
{
    struct memory_provider *memory = memory_from(provider);
    for (size_t i = 0; i < MEMORY_OBJECTS; i++)
        if (memory->objects[i].key)
            memory_remove(memory, memory->objects[i].key);
    pthread_mutex_destroy(&memory->mutex);
    free(memory);
}

struct memory_provider *memory_create(size_t fields_max)
{
    struct memory_provider *memory = calloc(1, sizeof *memory);
    if (!memory)
        abort();
    memory->ops = (struct storage_provider_ops){
        .name = "memory",
        .fields_max = fields_max,
        .fields_limit = memory_limit,
        .put = memory_put,
        .head = memory_head,
        .get = memory_get,
        .list = memory_list,
        .delete = memory_delete,
        .url = memory_url,
        .store_url = memory_store_url,
        .now = memory_now,
        .destroy = memory_destroy,
    };
    memory->page_size = MEMORY_PAGE;
    memory->fields_limit = fields_max;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&memory->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    storage_provider_init(&memory->provider, &memory->ops);
    return memory;
}
