/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_STORAGE_H
#define STORAGE_STORAGE_H

#include "base/blob.h"
#include "base/operation.h"
#include "image/image.h"
#include "storage/image_key.h"
#include "storage/image_metadata.h"
#include "storage/provider.h"

/* The image store: what the tools and the commands call. Thread-safe. */

struct storage;

/* Takes over the provider (also on failure). prefix: the first part of every key, e.g.
 * "generations" (may be empty); copied. */
bool storage_create(struct storage_provider *provider, const char *prefix,
                    struct storage **ret_storage, struct error *error) MUST_CHECK;
void storage_destroy(struct storage *storage);
DEFINE_CLEANUP(struct storage *, storage_destroy)

/* What is known of one stored image. */
struct stored_image {
    char *key; /* generations/2024-09-27/flux-schnell/0f3c9a5e7b12_1024x1024.png */
    struct image_key_parts parts; /* of key */
    const char *filename;         /* the last segment of key; borrowed from it */
    struct object_url url;
    const char *storage_type; /* the provider's name */
    uint64_t size;            /* bytes */
    int64_t modified_ms;      /* the store's date, or the day of the key where the store tells none;
                               * 0 when it was just saved */
    struct image_info image;
    char sha256[SHA256_HEX_SIZE]; /* empty: not known */
    bool deduplicated; /* these bytes were stored before; metadata is what was kept then */
    struct image_metadata metadata;
};
void stored_image_finish(struct stored_image *image);

/* Whether this is a key of an image of this store (image_key.h), be it there or not. */
bool storage_is_key(const struct storage *storage, const char *key);

/* What a key and a listing (or a look) tell of an image, and its URL; no traffic. *ret_image must
 * be zeroed. ERROR_INVALID: not a key of this store. */
bool storage_describe(struct storage *storage, const char *key, uint64_t size, int64_t modified_ms,
                      struct stored_image *ret_image, struct error *error) MUST_CHECK;

/* Stores the image under the key that its bytes, model and day give (image_key.h), with its
 * metadata; what does not fit into the object's fields goes into a JSON sidecar, put first. The
 * same bytes again (same model, same day) are found and not stored twice. metadata: prompt and
 * model are required, timestamp_ms picks the day, sha256 is filled in here. Progress: bytes.
 * ERROR_INVALID: not an image, or a damaged one; nothing is stored. Otherwise as the provider says.
 */
bool storage_save(struct storage *storage, const struct operation *operation,
                  const struct blob *image, const struct image_metadata *metadata,
                  struct stored_image *ret_image, struct error *error) MUST_CHECK;

/* Finds an image by whatever it is called (image_name.h): metadata and a fresh URL. A bare filename
 * is searched for from the newest day on, and the newest image of that name is meant; progress is
 * days then. ERROR_INVALID: not a name of an image of this store; ERROR_NOT_FOUND. */
bool storage_find(struct storage *storage, const struct operation *operation, const char *name,
                  struct stored_image *ret_image, struct error *error) MUST_CHECK;

/* The bytes of the image with this key, at most max (ERROR_TOO_LARGE); ERROR_NOT_FOUND. */
bool storage_read(struct storage *storage, const struct operation *operation, const char *key,
                  size_t max, struct blob **ret_image, struct error *error) MUST_CHECK;

/* Deletes an image, found as storage_find() does, and its sidecar. *ret_deleted: whether it was
 * there; then *ret_key is its key. ERROR_INVALID: not a name of an image of this store; nothing is
 * touched. */
bool storage_delete(struct storage *storage, const struct operation *operation, const char *name,
                    bool *ret_deleted, struct image_key *ret_key, struct error *error) MUST_CHECK;

/* What this process changes in the store is announced to observers, on the thread that changed it,
 * before its own call returns; changes by other processes are not. Each function is optional, and
 * must neither wait nor call the storage. */
struct storage_observer {
    /* An image was saved, or turned out to be there already (image->deduplicated). */
    void (*saved)(void *argument, const struct stored_image *image);
    /* The image with this key was deleted. */
    void (*deleted)(void *argument, const char *key);
    /* The set of images has changed: once for each save, deletion and clean-up that changed it,
     * after its images. */
    void (*changed)(void *argument);
    void *argument;
    struct storage_observer *next; /* the storage's */
};

/* The observer is the caller's, and stays in the storage's list until it is removed; when
 * storage_remove_observer() returns, it is not being called any more. */
void storage_add_observer(struct storage *storage, struct storage_observer *observer);
void storage_remove_observer(struct storage *storage, struct storage_observer *observer);

#endif
