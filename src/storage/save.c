/* SPDX-License-Identifier: MIT */
/* Saving an image without a lock between the processes that save. The key follows from the bytes,
 * so everybody who saves the same image (of one model and day) aims at the same object, and the
 * image is put with if_absent: one of them stores it, the others get ERROR_EXISTS, look at what is
 * there and answer with its record, once it is durable. A sidecar is put before its image; how it
 * stays with it while others delete the same image stands in record_delete.c. So that a save that
 * will turn out to be a repetition does not replace the record of the first one, it looks for the
 * image before it puts a sidecar. Two first saves can still both see nothing and both put theirs;
 * then the later sidecar is the record, which is one whole record of these bytes, and when the
 * image that won carries all of its own record the sidecar is not read at all. A sidecar that is
 * missing or damaged, or that names other bytes, is put anew by the save that finds it so. A store
 * that ignores if_absent replaces the object by the same bytes and the later record; only there
 * could a second image with the same 48 bits of id, model and day go unnoticed. */
#include "storage/storage_private.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/json_count.h"
#include "storage/image_key.h"
#include "storage/record.h"

#include <string.h>

enum { PUT_ATTEMPTS = 3 }; /* when the object that is in the way is gone at the next look */

static const char immutable[] = "public, max-age=31536000, immutable";

/* One save on its way: what stays the same whatever key the image ends up under. */
struct save {
    struct storage *storage;
    struct storage_provider *provider; /* its own */
    const struct operation *operation; /* for the image: its bytes are the progress */
    struct operation quiet;            /* for everything else: cancelled together, no progress */
    const struct blob *image;
    struct image_info info;
    struct image_metadata metadata; /* as given, with the sha256 */
    struct fields fields;           /* the same as far as they fit */
    size_t fields_max;              /* into so many bytes */
    bool complete;                  /* they hold all of it: there is no sidecar */
};

static void save_finish(struct save *save)
{
    image_metadata_finish(&save->metadata);
    fields_finish(&save->fields);
}

enum outcome {
    OUTCOME_STORED,
    OUTCOME_FOUND,     /* these bytes were there already */
    OUTCOME_COLLISION, /* other bytes are there */
    OUTCOME_ABSENT,    /* nothing is there */
    OUTCOME_HIDDEN,    /* the credentials do not allow a look */
};

static bool put_image(const struct save *save, const char *key, struct error *error)
{
    struct object_put put = {
        .key = key,
        .data = save->image->data,
        .size = save->image->size,
        .sha256 = save->image->sha256,
        .content_type = image_mime_type(save->info.format),
        .cache_control = immutable,
        .fields = &save->fields,
        .if_absent = true,
    };
    return save->provider->ops->put(save->provider, save->operation, &put, error);
}

static bool put_sidecar(const struct save *save, const char *key, struct error *error)
{
    static const struct fields none;
    CLEANUP(buffer_finish) struct buffer json = BUFFER_INIT(RECORD_SIDECAR_MAX);
    unsigned char digest[SHA256_SIZE];
    struct image_key sidecar;
    if (!image_key_sidecar(key, &sidecar, error) ||
        !image_metadata_to_json(&save->metadata, &json, error) ||
        !sha256(json.data, json.size, digest, error))
        return false;
    if (json_count_values(json.data, json.size) > RECORD_VALUES_MAX)
        return error_set(error, ERROR_INVALID,
                         "parameters have more than %d values: leave out what need not be kept",
                         RECORD_VALUES_MAX);
    struct object_put put = {
        .key = sidecar.text,
        .data = json.data,
        .size = json.size,
        .sha256 = digest,
        .content_type = RECORD_SIDECAR_TYPE,
        .fields = &none,
        .is_private = true,
    };
    return save->provider->ops->put(save->provider, &save->quiet, &put, error);
}

static bool same_sha256(const struct save *save, const struct image_metadata *metadata)
{
    return metadata->sha256 && strcmp(metadata->sha256, save->metadata.sha256) == 0;
}

static void move_metadata(struct image_metadata *from, struct image_metadata *to)
{
    image_metadata_finish(to);
    *to = *from;
    *from = (struct image_metadata){0};
}

/* Compares the bytes themselves, for an object that does not tell its SHA-256. When they cannot be
 * fetched, the id (48 bits of the hash) and the size have to do. */
static bool compare_bytes(const struct save *save, const char *key, enum outcome *ret_outcome,
                          struct error *error)
{
    CLEANUP(blob_destroy_cleanup) struct blob *stored = NULL;
    if (save->provider->ops->get(save->provider, &save->quiet, key, save->image->size, &stored,
                                 error)) {
        bool same = memcmp(stored->sha256, save->image->sha256, SHA256_SIZE) == 0;
        *ret_outcome = same ? OUTCOME_FOUND : OUTCOME_COLLISION;
        return true;
    }
    switch (error->code) {
    case ERROR_DENIED:
        *ret_outcome = OUTCOME_FOUND;
        return true;
    case ERROR_TOO_LARGE:
        *ret_outcome = OUTCOME_COLLISION;
        return true;
    case ERROR_NOT_FOUND:
        *ret_outcome = OUTCOME_ABSENT;
        return true;
    default:
        return false;
    }
}

/* Whether there is something under this key; what may not be looked at counts as there. */
static bool is_there(const struct save *save, const char *key, bool *ret_there, struct error *error)
{
    CLEANUP(object_info_finish) struct object_info info = {0};
    *ret_there = save->provider->ops->head(save->provider, &save->quiet, key, &info, error) ||
                 error->code == ERROR_DENIED;
    return *ret_there || error->code == ERROR_NOT_FOUND;
}

/* Puts the sidecar anew if a delete of the same image has taken it meanwhile. */
static bool keep_sidecar(const struct save *save, const char *key, struct error *error)
{
    struct image_key sidecar;
    bool there;
    return image_key_sidecar(key, &sidecar, error) && is_there(save, sidecar.text, &there, error) &&
           (there || put_sidecar(save, key, error));
}

/* Puts the sidecar that is missing beside an image; it may be missing because the image is just
 * being deleted. */
static bool add_sidecar(const struct save *save, const char *key, enum outcome *outcome,
                        struct error *error)
{
    bool there;
    if (!put_sidecar(save, key, error) || !is_there(save, key, &there, error))
        return false;
    *outcome = there ? *outcome : OUTCOME_ABSENT;
    return true;
}

/* An image that was found may be one whose save has not come to its end, or never will. */
static bool make_durable(const struct save *save, const char *key, enum outcome *outcome,
                         struct error *error)
{
    const struct storage_provider_ops *ops = save->provider->ops;
    struct image_key sidecar;
    if (!ops->sync || *outcome != OUTCOME_FOUND)
        return true;
    if (!image_key_sidecar(key, &sidecar, error))
        return false;
    if ((save->complete || ops->sync(save->provider, &save->quiet, sidecar.text, error)) &&
        ops->sync(save->provider, &save->quiet, key, error))
        return true;
    *outcome = OUTCOME_ABSENT;
    return error->code == ERROR_NOT_FOUND;
}

/* There may be something in *ret_kept from the try before. */
static bool keep_own_metadata(const struct save *save, struct image_metadata *ret_kept,
                              struct error *error)
{
    image_metadata_finish(ret_kept);
    return image_metadata_copy(&save->metadata, ret_kept, error);
}

/* What an object of the right size is, and for OUTCOME_FOUND the record kept with it. */
static bool recognise(const struct save *save, const char *key, const struct fields *fields,
                      enum outcome *ret_outcome, struct image_metadata *ret_kept,
                      struct error *error)
{
    CLEANUP(record_finish) struct record record = {0};
    if (!record_read(save->storage, &save->quiet, key, fields, save->metadata.sha256, &record,
                     error))
        return false;
    bool known = record.metadata.sha256;
    enum outcome outcome = same_sha256(save, &record.metadata) ? OUTCOME_FOUND : OUTCOME_COLLISION;
    if (!known && !compare_bytes(save, key, &outcome, error))
        return false;
    if (outcome == OUTCOME_FOUND) {
        if (record.state == RECORD_MISSING && !add_sidecar(save, key, &outcome, error))
            return false;
        if (record.state == RECORD_WHOLE || (record.state == RECORD_HIDDEN && known))
            move_metadata(&record.metadata, ret_kept);
        else if (!keep_own_metadata(save, ret_kept, error))
            return false;
    }
    *ret_outcome = outcome;
    return true;
}

static bool look(const struct save *save, const char *key, enum outcome *ret_outcome,
                 struct image_metadata *ret_kept, struct error *error)
{
    CLEANUP(object_info_finish) struct object_info info = {0};
    if (!save->provider->ops->head(save->provider, &save->quiet, key, &info, error)) {
        *ret_outcome = error->code == ERROR_DENIED ? OUTCOME_HIDDEN : OUTCOME_ABSENT;
        return error->code == ERROR_DENIED || error->code == ERROR_NOT_FOUND;
    }
    if (!info.size_unknown && info.size != save->image->size) {
        *ret_outcome = OUTCOME_COLLISION;
        return true;
    }
    return recognise(save, key, &info.fields, ret_outcome, ret_kept, error) &&
           make_durable(save, key, ret_outcome, error);
}

/* One try to have the image under `key`: OUTCOME_ABSENT when something was in the way and then
 * gone. */
static bool try_place(const struct save *save, const char *key, enum outcome *ret_outcome,
                      struct image_metadata *ret_kept, struct error *error)
{
    if (!save->complete) {
        if (!look(save, key, ret_outcome, ret_kept, error))
            return false;
        if (*ret_outcome == OUTCOME_FOUND || *ret_outcome == OUTCOME_COLLISION)
            return true;
        if (!put_sidecar(save, key, error))
            return false;
    }
    if (put_image(save, key, error)) {
        *ret_outcome = OUTCOME_STORED;
        return save->complete || keep_sidecar(save, key, error);
    }
    return error->code == ERROR_EXISTS && look(save, key, ret_outcome, ret_kept, error);
}

static bool place(const struct save *save, const char *key, enum outcome *ret_outcome,
                  struct image_metadata *ret_kept, struct error *error)
{
    void *lock = storage_provider_lock(save->provider, &save->quiet, key, false);
    bool done = try_place(save, key, ret_outcome, ret_kept, error);
    storage_provider_unlock(save->provider, lock);
    return done;
}

static bool fill_fields(struct save *save, struct error *error)
{
    fields_finish(&save->fields);
    save->fields_max = storage_provider_fields_max(save->provider);
    return image_metadata_to_fields(&save->metadata, save->fields_max, &save->fields,
                                    &save->complete, error);
}

/* One try with the fields that the store takes: if it turns out to take fewer than were sent,
 * the sidecar gets what does not fit any more. */
static bool place_fitting(struct save *save, const char *key, enum outcome *ret_outcome,
                          struct image_metadata *ret_kept, struct error *error)
{
    while (!place(save, key, ret_outcome, ret_kept, error)) {
        if (storage_provider_fields_max(save->provider) >= save->fields_max)
            return false;
        if (!fill_fields(save, error))
            return false;
    }
    return true;
}

/* Places the image under the key of an id of `id_digits`; OUTCOME_COLLISION asks for a longer one.
 */
static bool place_under_id(struct save *save, const char *prefix, int id_digits,
                           struct image_key *ret_key, enum outcome *ret_outcome,
                           struct image_metadata *ret_kept, struct error *error)
{
    if (!image_key_build(prefix, save->metadata.timestamp_ms, save->metadata.model,
                         save->image->sha256, &save->info, id_digits, ret_key, error))
        return false;
    for (int i = 0; i < PUT_ATTEMPTS; i++) {
        if (!place_fitting(save, ret_key->text, ret_outcome, ret_kept, error))
            return false;
        if (*ret_outcome != OUTCOME_ABSENT)
            return true;
    }
    return error_set(error, ERROR_UNAVAILABLE,
                     "\"%s\" was stored and deleted by other programs again and again while it was "
                     "being saved; save the image again",
                     ret_key->text);
}

static bool place_anywhere(struct save *save, const char *prefix, struct image_key *ret_key,
                           enum outcome *ret_outcome, struct image_metadata *ret_kept,
                           struct error *error)
{
    static const int id_digits[] = {IMAGE_KEY_ID_SHORT, IMAGE_KEY_ID_LONG};
    for (size_t i = 0; i < LENGTH(id_digits); i++) {
        if (!place_under_id(save, prefix, id_digits[i], ret_key, ret_outcome, ret_kept, error))
            return false;
        if (*ret_outcome != OUTCOME_COLLISION)
            return true;
    }
    return error_set(error, ERROR_EXISTS,
                     "\"%s\" holds other bytes than those its name was made from; move it away and "
                     "save the image again",
                     ret_key->text);
}

static bool save_init(struct save *save, struct storage *storage, const struct operation *operation,
                      const struct blob *image, const struct image_metadata *metadata,
                      struct error *error)
{
    save->storage = storage;
    save->provider = storage->provider;
    save->operation = operation;
    save->quiet.cancel = operation->cancel;
    save->image = image;
    if (!image_inspect(image->data, image->size, &save->info, error) ||
        !image_metadata_copy(metadata, &save->metadata, error))
        return false;
    free(save->metadata.sha256);
    if (!(save->metadata.sha256 = malloc(SHA256_HEX_SIZE)))
        return error_no_memory(error);
    hex_encode(image->sha256, SHA256_SIZE, save->metadata.sha256);
    return fill_fields(save, error);
}

static bool describe(struct storage *storage, struct save *save, const struct image_key *key,
                     enum outcome outcome, struct image_metadata *kept,
                     struct stored_image *ret_image, struct error *error)
{
    struct image_metadata *metadata = outcome == OUTCOME_FOUND ? kept : &save->metadata;
    CLEANUP(stored_image_finish) struct stored_image stored = {0};
    if (!storage_describe(storage, key->text, save->image->size, 0, &stored, error))
        return false;
    stored.modified_ms = 0;
    stored.image = save->info;
    stored.deduplicated = outcome == OUTCOME_FOUND || outcome == OUTCOME_HIDDEN;
    memcpy(stored.sha256, save->metadata.sha256, SHA256_HEX_SIZE);
    if (!stored_image_set_metadata(&stored, metadata, error))
        return false;
    *ret_image = TAKE_STRUCT(stored);
    return true;
}

bool storage_save(struct storage *storage, const struct operation *operation,
                  const struct blob *image, const struct image_metadata *metadata,
                  struct stored_image *ret_image, struct error *error)
{
    CLEANUP(save_finish) struct save save = {0};
    CLEANUP(image_metadata_finish) struct image_metadata kept = {0};
    struct image_key key;
    enum outcome outcome;
    if (!save_init(&save, storage, operation, image, metadata, error) ||
        !place_anywhere(&save, storage->prefix, &key, &outcome, &kept, error))
        return false;
    bool described = describe(storage, &save, &key, outcome, &kept, ret_image, error);
    if (described)
        storage_announce_saved(storage, ret_image);
    if (outcome == OUTCOME_STORED)
        storage_announce_changed(storage);
    return described;
}
