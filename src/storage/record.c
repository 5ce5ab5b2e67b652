/* SPDX-License-Identifier: MIT */
#include "storage/record.h"

#include "storage/image_key.h"

#include <string.h>

void record_finish(struct record *record)
{
    image_metadata_finish(&record->metadata);
}

/* sha256: of the image, or NULL when it is not known; then its key tells whether the record is of
 * another image. A text that is no SHA-256 tells nothing. */
static bool is_of_image(const struct image_metadata *metadata, const char *key, const char *sha256)
{
    const char *named = metadata->sha256;
    if (sha256)
        return named && strcmp(named, sha256) == 0;
    return !named || strlen(named) != SHA256_HEX_SIZE - 1 || image_key_is_of(key, named);
}

static bool read_sidecar(struct storage_provider *provider, const struct operation *operation,
                         const char *key, const char *sha256, struct record *record,
                         struct error *error)
{
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    CLEANUP(image_metadata_finish) struct image_metadata metadata = {0};
    struct image_key sidecar;
    if (!image_key_sidecar(key, &sidecar, error))
        return false;
    if (!provider->ops->get(provider, operation, sidecar.text, RECORD_SIDECAR_MAX, &blob, error)) {
        record->state = error->code == ERROR_DENIED ? RECORD_HIDDEN : RECORD_MISSING;
        return error->code == ERROR_DENIED || error->code == ERROR_NOT_FOUND ||
               error->code == ERROR_TOO_LARGE;
    }
    record->state = RECORD_MISSING;
    if (!image_metadata_from_json((const char *)blob->data, blob->size, &metadata, error))
        return error->code == ERROR_INVALID;
    if (!is_of_image(&metadata, key, sha256))
        return true;
    record->state = RECORD_WHOLE;
    image_metadata_finish(&record->metadata);
    record->metadata = metadata;
    metadata = (struct image_metadata){0};
    return true;
}

bool record_read(struct storage_provider *provider, const struct operation *operation,
                 const char *key, const struct fields *fields, const char *sha256,
                 struct record *ret_record, struct error *error)
{
    bool complete;
    if (!image_metadata_from_fields(fields, &ret_record->metadata, &complete, error))
        return false;
    ret_record->state = RECORD_WHOLE;
    const char *own = ret_record->metadata.sha256;
    bool of_other_bytes = own && sha256 && strcmp(own, sha256) != 0;
    if (complete || of_other_bytes)
        return true;
    return read_sidecar(provider, operation, key, sha256 ? sha256 : own, ret_record, error);
}
