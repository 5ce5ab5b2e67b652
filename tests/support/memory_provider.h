/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_MEMORY_PROVIDER_H
#define SUPPORT_MEMORY_PROVIDER_H

#include "storage/provider.h"

#include <assert.h>
#include <string.h>

/* A provider that keeps objects in memory and misbehaves on demand. For one thread. */

enum { MEMORY_OBJECTS = 32, MEMORY_LOG_SIZE = 4096 };

struct memory_object {
    char *key; /* NULL: the place is free */
    char *content_type;
    char *cache_control;
    struct blob *blob;
    struct properties properties;
};

struct memory_provider {
    struct storage_provider provider;
    struct storage_provider_ops ops;
    struct memory_object objects[MEMORY_OBJECTS];
    char log[MEMORY_LOG_SIZE]; /* "put KEY", "list PREFIX", "delete KEY" and so on, one a line */

    bool ignores_if_absent;
    enum error_code put_failure; /* of keys that end with failing_suffix */
    const char *failing_suffix;
    enum error_code head_failure;
    enum error_code get_failure;
    enum error_code list_failure;
    enum error_code delete_failure; /* of keys that end with failing_suffix */
    /* What somebody else does just before an operation; they may call the memory_* functions. */
    void (*before_put)(struct memory_provider *memory, const char *key);
    void (*before_head)(struct memory_provider *memory, const char *key);
};

static inline struct memory_provider *memory_from(struct storage_provider *provider)
{
    return (struct memory_provider *)provider;
}

static inline struct memory_object *memory_find(struct memory_provider *memory, const char *key)
{
    for (size_t i = 0; i < MEMORY_OBJECTS; i++)
        if (memory->objects[i].key && strcmp(memory->objects[i].key, key) == 0)
            return &memory->objects[i];
    return NULL;
}

static inline size_t memory_count(const struct memory_provider *memory)
{
    size_t count = 0;
    for (size_t i = 0; i < MEMORY_OBJECTS; i++)
        count += memory->objects[i].key != NULL;
    return count;
}

static inline void memory_remove(struct memory_provider *memory, const char *key)
{
    struct memory_object *object = memory_find(memory, key);
    if (!object)
        return;
    free(object->key);
    free(object->content_type);
    free(object->cache_control);
    blob_destroy(object->blob);
    properties_finish(&object->properties);
    *object = (struct memory_object){0};
}

/* Puts an object there whatever the store is told to do wrong. */
static inline struct memory_object *memory_place(struct memory_provider *memory, const char *key,
                                                 const void *data, size_t size)
{
    struct error error;
    size_t i = 0;
    memory_remove(memory, key);
    while (memory->objects[i].key)
        i++;
    struct memory_object *object = &memory->objects[i];
    object->key = strdup(key);
    if (!blob_create(data, size, &object->blob, &error))
        abort();
    return object;
}

static inline void memory_set(struct memory_object *object, const char *name, const char *value)
{
    struct error error;
    if (!properties_add(&object->properties, name, value, strlen(value), &error))
        abort();
}

static inline void memory_note(struct memory_provider *memory, const char *what, const char *key)
{
    size_t length = strlen(memory->log);
    snprintf(memory->log + length, sizeof memory->log - length, "%s %s\n", what, key);
}

static inline bool memory_ends_with(const char *key, const char *suffix)
{
    size_t length = strlen(key), tail = strlen(suffix);
    return length >= tail && strcmp(key + length - tail, suffix) == 0;
}

static inline bool memory_put(struct storage_provider *provider, const struct operation *operation,
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
    if (put->if_absent && !memory->ignores_if_absent && memory_find(memory, put->key))
        return error_set(error, ERROR_EXISTS, "it is there");
    unsigned char digest[SHA256_SIZE];
    if (!sha256(put->data, put->size, digest, error) ||
        memcmp(digest, put->sha256, sizeof digest) != 0)
        return error_set(error, ERROR_INTERNAL, "the SHA-256 is not that of the data");

    struct memory_object *object = memory_place(memory, put->key, put->data, put->size);
    object->content_type = strdup(put->content_type);
    object->cache_control = put->cache_control ? strdup(put->cache_control) : NULL;
    for (size_t i = 0; i < put->properties->count; i++)
        memory_set(object, put->properties->items[i].name, put->properties->items[i].value);
    operation_progress(operation, put->size, put->size, NULL);
    return true;
}

static inline bool memory_head(struct storage_provider *provider, const struct operation *operation,
                               const char *key, struct object_info *ret_info, struct error *error)
{
    struct memory_provider *memory = memory_from(provider);
    memory_note(memory, "head", key);
    if (!operation_check(operation, error))
        return false;
    if (memory->before_head)
        memory->before_head(memory, key);
    if (memory->head_failure)
        return error_set(error, memory->head_failure, "the head fails");
    struct memory_object *object = memory_find(memory, key);
    if (!object)
        return error_set(error, ERROR_NOT_FOUND, "it is not there");
    *ret_info = (struct object_info){.size = object->blob->size};
    for (size_t i = 0; i < object->properties.count; i++) {
        const struct property *item = &object->properties.items[i];
        if (!properties_add(&ret_info->properties, item->name, item->value, strlen(item->value),
                            error))
            return false;
    }
    return true;
}

static inline bool memory_get(struct storage_provider *provider, const struct operation *operation,
                              const char *key, size_t max, struct blob **ret_blob,
                              struct error *error)
{
    struct memory_provider *memory = memory_from(provider);
    memory_note(memory, "get", key);
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

/* What the listing shows of a key: the key, or the roll-up it is in; false: nothing. */
static inline bool memory_listed(const struct list_request *request, const char *key,
                                 char shown[2048])
{
    size_t prefix = strlen(request->prefix);
    if (strncmp(key, request->prefix, prefix) != 0)
        return false;
    snprintf(shown, 2048, "%s", key);
    char *end = request->delimiter ? strstr(shown + prefix, request->delimiter) : NULL;
    if (end)
        end[strlen(request->delimiter)] = '\0';
    return !request->after || strcmp(shown, request->after) > 0;
}

/* The first entry after `last`. */
static inline bool memory_next(struct memory_provider *memory, const struct list_request *request,
                               const char *last, char found[2048], struct list_entry *ret_entry)
{
    bool any = false;
    for (size_t i = 0; i < MEMORY_OBJECTS; i++) {
        const struct memory_object *object = &memory->objects[i];
        char shown[2048];
        if (!object->key || !memory_listed(request, object->key, shown) ||
            strcmp(shown, last) <= 0 || (any && strcmp(shown, found) >= 0))
            continue;
        strcpy(found, shown);
        bool is_prefix = strcmp(shown, object->key) != 0;
        *ret_entry = (struct list_entry){
            .key = found, .is_prefix = is_prefix, .size = is_prefix ? 0 : object->blob->size};
        any = true;
    }
    return any;
}

static inline bool memory_list(struct storage_provider *provider, const struct operation *operation,
                               const struct list_request *request,
                               bool (*each)(void *argument, const struct list_entry *entry),
                               void *argument, struct error *error)
{
    struct memory_provider *memory = memory_from(provider);
    char last[2048] = "", found[2048];
    struct list_entry entry;
    memory_note(memory, "list", request->prefix);
    if (!operation_check(operation, error))
        return false;
    if (memory->list_failure)
        return error_set(error, memory->list_failure, "the list fails");
    while (memory_next(memory, request, last, found, &entry)) {
        if (!each(argument, &entry))
            return true;
        strcpy(last, found);
    }
    return true;
}

static inline bool memory_delete(struct storage_provider *provider,
                                 const struct operation *operation, const char *const *keys,
                                 size_t count, struct delete_result *results, struct error *error)
{
    struct memory_provider *memory = memory_from(provider);
    if (!operation_check(operation, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct error reason = {.code = memory->delete_failure, .text = "the delete fails"};
        memory_note(memory, "delete", keys[i]);
        results[i] = (struct delete_result){0};
        if (memory->delete_failure && memory_ends_with(keys[i], memory->failing_suffix))
            delete_result_set(&results[i], &reason);
        else
            memory_remove(memory, keys[i]);
    }
    return true;
}

static inline bool memory_url(struct storage_provider *provider, const char *key,
                              struct object_url *ret_url, struct error *error)
{
    (void)provider;
    char url[2048];
    snprintf(url, sizeof url, "memory://%s", key);
    if (!(ret_url->url = strdup(url)))
        return error_no_memory(error);
    return true;
}

static inline void memory_destroy(struct storage_provider *provider)
{
    struct memory_provider *memory = memory_from(provider);
    for (size_t i = 0; i < MEMORY_OBJECTS; i++)
        if (memory->objects[i].key)
            memory_remove(memory, memory->objects[i].key);
    free(memory);
}

static inline struct memory_provider *memory_create(size_t properties_max)
{
    struct memory_provider *memory = calloc(1, sizeof *memory);
    if (!memory)
        abort();
    memory->ops = (struct storage_provider_ops){
        .name = "memory",
        .properties_max = properties_max,
        .put = memory_put,
        .head = memory_head,
        .get = memory_get,
        .list = memory_list,
        .delete = memory_delete,
        .url = memory_url,
        .destroy = memory_destroy,
    };
    storage_provider_init(&memory->provider, &memory->ops);
    return memory;
}

#endif
