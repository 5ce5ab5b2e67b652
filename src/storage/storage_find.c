/* SPDX-License-Identifier: MIT */
/* One image: what its key and its record tell, finding it by its name, and deleting it. A key leads
 * to the object at once; a bare filename is looked for day by day, from the newest on. */
#include "storage/storage_private.h"

#include "base/cleanup.h"
#include "storage/image_name.h"
#include "storage/record.h"
#include "storage/record_delete.h"
#include "storage/walk.h"

#include <string.h>

bool storage_is_key(const struct storage *storage, const char *key)
{
    struct image_key_parts parts;
    return image_key_parse(storage->prefix, key, &parts);
}

bool storage_describe(struct storage *storage, const char *key, uint64_t size, int64_t modified_ms,
                      struct stored_image *ret_image, struct error *error)
{
    struct image_key_parts parts;
    if (!image_key_parse(storage->prefix, key, &parts))
        return error_set(error, ERROR_INVALID, "\"%.200s\" is not a key of this store", key);
    CLEANUP(stored_image_finish)
    struct stored_image image = {
        .storage_type = storage->provider->ops->name,
        .size = size,
        .modified_ms = modified_ms > 0 ? modified_ms : parts.day_ms,
        .image = parts.image,
        .parts = parts,
    };
    if (!(image.key = strdup(key)))
        return error_no_memory(error);
    image.filename = image_key_filename(image.key, &parts);
    if (!storage->provider->ops->url(storage->provider, key, &image.url, error))
        return false;
    *ret_image = TAKE_STRUCT(image);
    return true;
}

bool stored_image_set_metadata(struct stored_image *image, struct image_metadata *metadata,
                               struct error *error)
{
    char slug[IMAGE_KEY_SLUG_MAX + 1];
    image_key_copy_slug(image->key, &image->parts, slug);
    image_metadata_finish(&image->metadata);
    image->metadata = *metadata;
    *metadata = (struct image_metadata){0};
    const char *sha256 = image->metadata.sha256;
    if (sha256 && strlen(sha256) == SHA256_HEX_SIZE - 1)
        memcpy(image->sha256, sha256, SHA256_HEX_SIZE);
    return image_metadata_fill(&image->metadata, slug,
                               image_key_time_ms(image->parts.day_ms, image->modified_ms), error);
}

static bool no_image(const char *name, struct error *error)
{
    error_set(error, ERROR_NOT_FOUND, "no image is stored as \"%.200s\"", name);
    return error_because(error, REASON_NO_IMAGE);
}

/* Walks until a day has an image of that filename. */
static bool find_filename(struct storage *storage, const struct operation *operation,
                          const char *filename, struct image_key *ret_key, struct error *error)
{
    static const struct walk_options everything = {0};
    CLEANUP(walk_destroy_cleanup) struct walk *walk = NULL;
    if (!walk_create(storage->provider, storage->prefix, operation, &everything, &walk, error))
        return false;
    for (;;) {
        CLEANUP(walk_day_destroy_cleanup) struct walk_day *day = NULL;
        if (!walk_next(walk, &day, error))
            return false;
        if (!day)
            return no_image(filename, error);
        for (size_t i = 0; i < day->count; i++) {
            const struct walk_image *image = &day->images[i];
            if (strcmp(image_key_filename(image->key, &image->parts), filename) != 0)
                continue;
            strcpy(ret_key->text, image->key);
            return true;
        }
    }
}

/* What comes before the key in URLs of images, found out with a key of the layout: in those that
 * are given out, and in those of the store itself (NULL where there are none). */
struct url_bases {
    char *given_out, *store;
};

static void url_bases_finish(struct url_bases *bases)
{
    free(bases->given_out);
    free(bases->store);
}

static bool find_url_bases(struct storage *storage, struct url_bases *bases, struct error *error)
{
    const struct storage_provider_ops *ops = storage->provider->ops;
    const struct image_info image = {.format = IMAGE_PNG, .width = 1, .height = 1};
    const unsigned char digest[SHA256_SIZE] = {0};
    CLEANUP(object_url_finish) struct object_url url = {0};
    CLEANUP(free_cleanup) char *store_url = NULL;
    struct image_key key;
    return image_key_build(storage->prefix, 0, "", digest, &image, IMAGE_KEY_ID_SHORT, &key,
                           error) &&
           ops->url(storage->provider, key.text, &url, error) &&
           image_name_url_base(url.url, key.text, &bases->given_out, error) &&
           (!ops->store_url || (ops->store_url(storage->provider, key.text, &store_url, error) &&
                                image_name_url_base(store_url, key.text, &bases->store, error)));
}

static bool find_key(struct storage *storage, const struct operation *operation, const char *text,
                     struct image_key *ret_key, struct error *error)
{
    CLEANUP(url_bases_finish) struct url_bases bases = {0};
    struct image_name name;
    if (!find_url_bases(storage, &bases, error))
        return false;
    const struct image_name_origin origin = {
        .prefix = storage->prefix,
        .url_bases = (const char *const[]){bases.given_out, bases.store},
        .url_base_count = bases.store ? 2 : 1,
    };
    if (!image_name_parse(&origin, text, &name, error))
        return false;
    if (name.kind == IMAGE_NAME_FILENAME)
        return find_filename(storage, operation, name.text, ret_key, error);
    strcpy(ret_key->text, name.text);
    return true;
}

bool storage_find(struct storage *storage, const struct operation *operation, const char *name,
                  struct stored_image *ret_image, struct error *error)
{
    CLEANUP(object_info_finish) struct object_info info = {0};
    CLEANUP(record_finish) struct record record = {0};
    CLEANUP(stored_image_finish) struct stored_image image = {0};
    const struct operation quiet = {.cancel = operation->cancel};
    struct storage_provider *provider = storage->provider;
    struct image_key key;
    if (!find_key(storage, operation, name, &key, error))
        return false;
    if (!provider->ops->head(provider, &quiet, key.text, &info, error)) {
        if (error->code == ERROR_NOT_FOUND)
            no_image(key.text, error);
        return false;
    }
    if (!record_read(storage, &quiet, key.text, &info.fields, NULL, &record, error) ||
        !storage_describe(storage, key.text, info.size, info.modified_ms, &image, error) ||
        !stored_image_set_metadata(&image, &record.metadata, error))
        return false;
    *ret_image = TAKE_STRUCT(image);
    return true;
}

/* The record goes only when its image is gone. */
static bool delete_both(struct storage *storage, const struct operation *operation, const char *key,
                        struct error *error)
{
    struct delete_result result;
    if (!storage->provider->ops->delete (storage->provider, operation, &key, 1, &result, error))
        return false;
    if (result.code != ERROR_NONE && result.code != ERROR_NOT_FOUND)
        return error_set(error, result.code, "cannot delete %.200s: %s", key, result.text);
    if (result.code == ERROR_NONE) {
        storage_announce_deleted(storage, key);
        storage_announce_changed(storage);
    }
    return record_delete(storage->provider, operation, key, error) ||
           error_prefix(error, "the image is deleted, but its record is not");
}

bool storage_read(struct storage *storage, const struct operation *operation, const char *key,
                  size_t max, struct blob **ret_image, struct error *error)
{
    return storage->provider->ops->get(storage->provider, operation, key, max, ret_image, error);
}

bool storage_delete(struct storage *storage, const struct operation *operation, const char *name,
                    bool *ret_deleted, struct image_key *ret_key, struct error *error)
{
    CLEANUP(object_info_finish) struct object_info info = {0};
    const struct operation quiet = {.cancel = operation->cancel};
    struct image_key key;
    bool found = find_key(storage, operation, name, &key, error) &&
                 storage->provider->ops->head(storage->provider, &quiet, key.text, &info, error);
    if (!found && error->code == ERROR_NOT_FOUND) {
        *ret_deleted = false;
        return true;
    }
    if (!found || !delete_both(storage, &quiet, key.text, error))
        return false;
    *ret_deleted = true;
    *ret_key = key;
    return true;
}
