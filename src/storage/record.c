/* SPDX-License-Identifier: MIT */
/* Many sidecars are read side by side, and each may be as large as somebody has cared to make it.
 * So those that take much memory to parse, by their bytes or by the number of their values, are
 * read one after the other. */
#include "storage/record.h"

#include "base/json_count.h"
#include "storage/image_key.h"
#include "storage/storage_private.h"

#include <string.h>

/* What nearly every record is below of. */
enum { SMALL_MAX = 64 * 1024, SMALL_VALUES_MAX = 5000 };

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

static bool parse_sidecar(const struct blob *blob, const char *key, const char *sha256,
                          struct record *record, struct error *error)
{
    CLEANUP(image_metadata_finish) struct image_metadata metadata = {0};
    record->state = RECORD_MISSING;
    if (json_count_values((const char *)blob->data, blob->size) > RECORD_VALUES_MAX)
        return true;
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

/* A sidecar that cannot be got. */
static bool judge_failure(struct record *record, const struct error *error)
{
    record->state = error->code == ERROR_DENIED ? RECORD_HIDDEN : RECORD_MISSING;
    return error->code == ERROR_DENIED || error->code == ERROR_NOT_FOUND ||
           error->code == ERROR_TOO_LARGE;
}

static bool read_large(struct storage *storage, const struct operation *operation,
                       const char *sidecar, const char *key, const char *sha256,
                       struct record *record, struct error *error)
{
    struct storage_provider *provider = storage->provider;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    if (!provider->ops->get(provider, operation, sidecar, RECORD_SIDECAR_MAX, &blob, error))
        return judge_failure(record, error);
    return parse_sidecar(blob, key, sha256, record, error);
}

static bool read_sidecar(struct storage *storage, const struct operation *operation,
                         const char *key, const char *sha256, struct record *record,
                         struct error *error)
{
    struct storage_provider *provider = storage->provider;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    struct image_key sidecar;
    if (!image_key_sidecar(key, &sidecar, error))
        return false;
    bool got = provider->ops->get(provider, operation, sidecar.text, SMALL_MAX, &blob, error);
    if (!got && error->code != ERROR_TOO_LARGE)
        return judge_failure(record, error);
    if (got && json_count_values((const char *)blob->data, blob->size) <= SMALL_VALUES_MAX)
        return parse_sidecar(blob, key, sha256, record, error);
    pthread_mutex_lock(&storage->large_record);
    bool read = got ? parse_sidecar(blob, key, sha256, record, error)
                    : read_large(storage, operation, sidecar.text, key, sha256, record, error);
    pthread_mutex_unlock(&storage->large_record);
    return read;
}

bool record_read(struct storage *storage, const struct operation *operation, const char *key,
                 const struct fields *fields, const char *sha256, struct record *ret_record,
                 struct error *error)
{
    bool complete;
    if (!image_metadata_from_fields(fields, &ret_record->metadata, &complete, error))
        return false;
    ret_record->state = RECORD_WHOLE;
    const char *own = ret_record->metadata.sha256;
    bool of_other_bytes = own && sha256 && strcmp(own, sha256) != 0;
    if (complete || of_other_bytes)
        return true;
    return read_sidecar(storage, operation, key, sha256 ? sha256 : own, ret_record, error);
}
