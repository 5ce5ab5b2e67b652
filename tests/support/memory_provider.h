/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_MEMORY_PROVIDER_H
#define SUPPORT_MEMORY_PROVIDER_H

#include "storage/provider.h"

#include <pthread.h>

/* A provider that keeps objects in memory and misbehaves on demand. Its operations may be called
 * from several threads; the counters are for when they have ended. */

enum { MEMORY_OBJECTS = 4096, MEMORY_LOG_SIZE = 4096, MEMORY_PAGE = 1000 };

struct memory_object {
    char *key; /* NULL: the place is free */
    char *content_type;
    char *cache_control;
    struct blob *blob;
    struct fields fields;
    int64_t modified_ms;
};

struct memory_provider {
    struct storage_provider provider;
    struct storage_provider_ops ops;
    struct memory_object objects[MEMORY_OBJECTS];
    char log[MEMORY_LOG_SIZE]; /* "put KEY", "head KEY", "get KEY", one a line */

    bool ignores_if_absent;
    bool hides_sizes;
    size_t fields_accepted; /* so many bytes of values, and puts with more are refused; 0: any */
    size_t fields_limit;    /* what it admits to take */
    enum error_code put_failure; /* of keys that end with failing_suffix */
    const char *failing_suffix;
    enum error_code head_failure;
    enum error_code get_failure;
    enum error_code list_failure; /* of the next list_failures pages whose prefix ends with
                                   * failing_suffix */
    size_t list_failures;
    enum error_code delete_failure; /* of keys that end with failing_suffix */
    enum error_code batch_failure;  /* of whole deletes, from the batches_good-th on */
    size_t batches_good;

    pthread_mutex_t mutex; /* recursive: hooks use the memory_* functions */
    int64_t now_ms;        /* the date of what is placed */
    size_t page_size;
    size_t list_requests; /* pages */
    size_t head_requests, get_requests, delete_requests, deleted_keys;
    void *hook_argument;
    /* Called before each page, not under the mutex. */
    void (*before_list)(struct memory_provider *memory, const struct operation *operation,
                        const char *prefix);
    void (*before_delete)(struct memory_provider *memory, const struct operation *operation);
    /* What somebody else does just before an operation; they may call the memory_* functions. */
    void (*before_put)(struct memory_provider *memory, const char *key);
    void (*before_head)(struct memory_provider *memory, const char *key);
};

/* The object with this key, or NULL. */
struct memory_object *memory_find(struct memory_provider *memory, const char *key);

/* How many objects there are. */
size_t memory_count(const struct memory_provider *memory);

/* Deletes it as somebody else would; nothing if it is not there. */
void memory_remove(struct memory_provider *memory, const char *key);

/* Puts an object there whatever the store is told to do wrong. */
struct memory_object *memory_place(struct memory_provider *memory, const char *key,
                                   const void *data, size_t size);

/* Adds a field, as a put would. */
void memory_set(struct memory_object *object, const char *name, const char *value);

/* Whether a key ends with the suffix. */
bool memory_ends_with(const char *key, const char *suffix);

/* An empty store whose provider takes so many bytes of fields; aborts where memory is short. The
 * storage that is made over it, or storage_provider_destroy(), destroys it. */
struct memory_provider *memory_create(size_t fields_max);

#endif
