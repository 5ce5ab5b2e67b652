/* SPDX-License-Identifier: MIT */
/* How images and their records stay together, while any number of processes on any number of hosts
 * save and delete the same image. What there is to build on: an object is put and deleted in one
 * step, and an image is put only if it is absent.
 *
 *     a save                              a delete
 *     s1  put the sidecar                 d1  delete the image; if that fails, no more
 *     s2  put the image if absent         d2  get the sidecar; if there is none, no more
 *     s3  look for the sidecar, and       d3  look for the image; if it is there, no more
 *         put it anew if it is gone       d4  delete the sidecar
 *                                         d5  look for the image; if it is there, put the sidecar
 *                                             of d2 back, unless there is another one
 *
 * In the end no image is without its sidecar. Suppose one is, and s2 is the save that put it. The
 * sidecar was there before (s1), so a delete has taken it: the last d4. If that came before s3,
 * then s3 has put it anew. If it came after, then it came after s2 as well, and its d5 has seen the
 * image and put the sidecar back. A save that finds its image there already, but no sidecar, puts
 * the sidecar and looks for the image again, which is s3 with the parts exchanged.
 *
 * What d5 puts back is the record of d2, not that of a save which came in between d2 and d4: one
 * whole record of the same bytes, perhaps with an earlier prompt. And a process that is killed
 * between d4 and d5, or between s2 and s3 of a save beside a delete, puts nothing back. None of
 * this can happen where the provider has locks: a save holds a shared one from before s1 until
 * after s3, a delete an exclusive one from d2 to d5, and when d3 finds no image then, no save is
 * under way. A lock may fail to exclude (other hosts on a network file system), so with one
 * everything is done all the same.
 *
 * A save that is killed between s1 and s2 leaves a sidecar without an image, which no listing
 * shows, the next save replaces and a clean-up removes; a delete that is killed before d4 does the
 * same. */
#include "storage/record_delete.h"

#include "storage/image_key.h"
#include "storage/record.h"

/* The sidecar as far as it can be read; *ret_there: there is one. */
static bool get_sidecar(struct storage_provider *provider, const struct operation *operation,
                        const char *sidecar, struct blob **ret_blob, bool *ret_there,
                        struct error *error)
{
    *ret_there = true;
    if (provider->ops->get(provider, operation, sidecar, RECORD_SIDECAR_MAX, ret_blob, error))
        return true;
    *ret_there = error->code != ERROR_NOT_FOUND;
    return error->code == ERROR_NOT_FOUND || error->code == ERROR_DENIED ||
           error->code == ERROR_TOO_LARGE;
}

/* Credentials that may not look have not seen it. */
static bool look_for_image(struct storage_provider *provider, const struct operation *operation,
                           const char *key, bool *ret_there, struct error *error)
{
    CLEANUP(object_info_finish) struct object_info info = {0};
    *ret_there = provider->ops->head(provider, operation, key, &info, error);
    return *ret_there || error->code == ERROR_NOT_FOUND || error->code == ERROR_DENIED;
}

static bool delete_object(struct storage_provider *provider, const struct operation *operation,
                          const char *key, struct error *error)
{
    struct delete_result result;
    if (!provider->ops->delete (provider, operation, &key, 1, &result, error))
        return false;
    return result.code == ERROR_NONE || result.code == ERROR_NOT_FOUND ||
           error_set(error, result.code, "%s", result.text);
}

static bool put_back(struct storage_provider *provider, const struct operation *operation,
                     const char *sidecar, const struct blob *blob, struct error *error)
{
    static const struct fields none;
    const struct object_put put = {
        .key = sidecar,
        .data = blob->data,
        .size = blob->size,
        .sha256 = blob->sha256,
        .content_type = RECORD_SIDECAR_TYPE,
        .is_private = true,
        .fields = &none,
        .if_absent = true,
    };
    return provider->ops->put(provider, operation, &put, error) || error->code == ERROR_EXISTS;
}

/* d2 to d5. */
static bool delete_sidecar(struct storage_provider *provider, const struct operation *operation,
                           const char *key, const char *sidecar, struct error *error)
{
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    bool has_sidecar, has_image;
    if (!get_sidecar(provider, operation, sidecar, &blob, &has_sidecar, error))
        return false;
    if (!has_sidecar)
        return true;
    if (!look_for_image(provider, operation, key, &has_image, error))
        return false;
    if (has_image)
        return true;
    const struct operation whole = {0}; /* from here on it is not broken off */
    if (!delete_object(provider, operation, sidecar, error) ||
        !look_for_image(provider, &whole, key, &has_image, error))
        return false;
    return !has_image || !blob || put_back(provider, &whole, sidecar, blob, error);
}

bool record_delete(struct storage_provider *provider, const struct operation *operation,
                   const char *key, struct error *error)
{
    struct image_key sidecar;
    if (!image_key_sidecar(key, &sidecar, error))
        return false;
    void *lock = storage_provider_lock(provider, operation, key, true);
    bool done = delete_sidecar(provider, operation, key, sidecar.text, error);
    storage_provider_unlock(provider, lock);
    return done;
}
