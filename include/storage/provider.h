/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_PROVIDER_H
#define STORAGE_PROVIDER_H

#include "base/blob.h"
#include "base/object.h"
#include "base/operation.h"

#include <stdint.h>

/* What a place that keeps objects must be able to do. Everything that is the same for all of them
 * (keys, metadata, sidecars, deduplication, retention) is written once, in storage.c, over these
 * operations. A provider is a struct that begins with struct storage_provider and a static const
 * ops table; it must be safe to call from several threads at once. Keys are those of the layout
 * (image_key.h), of sidecars and of the doctor's probe: never with "." or ".." segments, never
 * beginning with '/'. */

struct object_url {
    char *url;          /* the owner frees it */
    int64_t expires_ms; /* when it stops working (UTC); 0: never */
    const char *hint;   /* advice about the URL for whoever runs the server, static; NULL: none */
};
void object_url_finish(struct object_url *url);

struct storage_provider;

struct storage_provider_ops {
    const char *name; /* "s3", "local": the storageType of results */

    /* How many bytes of fields (names and values together) an object can carry; with 0, put is
     * given none and the whole record goes into the sidecar. */
    size_t fields_max;

    /* Optional. The same, where a store may turn out to take less: so many as it has not refused
     * yet. After a put that failed because of them the answer is less than they were. */
    size_t (*fields_limit)(struct storage_provider *provider);

    /* Required. Stores the object whole and durably, or not at all: after success a crash does not
     * lose it, after failure or a crash the old state is there. With if_absent an existing object
     * stays as it is and the answer is ERROR_EXISTS (a store that cannot do that overwrites).
     * Progress: bytes, never
     * fewer than before; a quick transfer may have none. */
    bool (*put)(struct storage_provider *provider, const struct operation *operation,
                const struct object_put *put, struct error *error);

    /* Required. Size, date and fields; ERROR_NOT_FOUND; ERROR_DENIED when the credentials may
     * not look. The caller finishes *ret_info. */
    bool (*head)(struct storage_provider *provider, const struct operation *operation,
                 const char *key, struct object_info *ret_info, struct error *error);

    /* Required. The bytes, at most max (ERROR_TOO_LARGE); ERROR_NOT_FOUND. The caller owns
     * *ret_blob. */
    bool (*get)(struct storage_provider *provider, const struct operation *operation,
                const char *key, size_t max, struct blob **ret_blob, struct error *error);

    /* Required. Calls `each` (object_each) for every entry, until there are no more or it stops or
     * fails. Pages are asked for one after the other and
     * handed on as they are read, so memory does not grow with the listing. A key that is added or
     * removed meanwhile may be in it or not; all others are in it once. */
    bool (*list)(struct storage_provider *provider, const struct operation *operation,
                 const struct object_query *query, object_each *each, void *argument,
                 struct error *error);

    /* Required. Deletes up to OBJECT_DELETE_MAX objects; results[i] says how keys[i] fared. False
     * only when nothing is known of the keys (the store was not reached, cancelled): results are
     * not set then. */
    bool (*delete)(struct storage_provider *provider, const struct operation *operation,
                   const char *const *keys, size_t count, struct delete_result *results,
                   struct error *error);

    /* Optional. As list() without delimiter, but of what puts that were killed have left, which no
     * listing shows; such a key can be given to delete(). NULL: nothing is left. */
    bool (*list_drafts)(struct storage_provider *provider, const struct operation *operation,
                        const char *prefix, object_each *each, void *argument, struct error *error);

    /* Optional. Makes durable what is there under this key, whoever put it and however far they
     * came; ERROR_NOT_FOUND. NULL: what can be seen is durable. */
    bool (*sync)(struct storage_provider *provider, const struct operation *operation,
                 const char *key, struct error *error);

    /* Optional. Keeps the save of an image with this key (shared) and the removal of its record
     * (exclusive) apart, in all processes of this machine, until unlock(). NULL, as result: that
     * cannot be had here or not soon, and the caller goes on without. */
    void *(*lock)(struct storage_provider *provider, const struct operation *operation,
                  const char *key, bool exclusive);
    void (*unlock)(struct storage_provider *provider, void *lock);

    /* Required. Where people fetch the object from; no network traffic, the object need not exist.
     */
    bool (*url)(struct storage_provider *provider, const char *key, struct object_url *ret_url,
                struct error *error);

    /* Optional. The object's plain address on the store itself, where url() may give another one:
     * an image can be named by either. The caller frees *ret_url. */
    bool (*store_url)(struct storage_provider *provider, const char *key, char **ret_url,
                      struct error *error);

    /* Optional. The present, milliseconds UTC, by the clock that dates the objects, as far as the
     * store's answers have told it: at most a second behind, never ahead. NULL: this machine's
     * clock does. */
    int64_t (*now)(struct storage_provider *provider);

    /* Required. Ends what is under way and frees the provider. */
    void (*destroy)(struct storage_provider *provider);
};

struct storage_provider {
    const struct storage_provider_ops *ops;
};

/* For implementations: sets the table and asserts that the required slots are there. */
void storage_provider_init(struct storage_provider *provider,
                           const struct storage_provider_ops *ops);
/* ops->fields_limit, or what the table says. */
size_t storage_provider_fields_max(struct storage_provider *provider);
/* ops->now, or this machine's clock. */
int64_t storage_provider_now(struct storage_provider *provider);
/* ops->lock and ops->unlock, where there are any; NULL: no lock. */
void *storage_provider_lock(struct storage_provider *provider, const struct operation *operation,
                            const char *key, bool exclusive);
void storage_provider_unlock(struct storage_provider *provider, void *lock);

/* Takes NULL. */
void storage_provider_destroy(struct storage_provider *provider);
DEFINE_CLEANUP(struct storage_provider *, storage_provider_destroy)

#endif
