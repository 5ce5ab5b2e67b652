/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_IMAGE_METADATA_H
#define STORAGE_IMAGE_METADATA_H

#include "base/buffer.h"
#include "base/field.h"

#include <stdint.h>

/* What is kept about an image beside its bytes. All texts are UTF-8 of any language and length. */
struct image_metadata {
    char *prompt;
    char *model;
    int64_t timestamp_ms;
    char *category;   /* NULL: none */
    char *parameters; /* a JSON object as compact text; NULL: none */
    char *sha256;     /* of the image, lower-case hexadecimal */
};

/* Takes a zeroed struct. */
void image_metadata_finish(struct image_metadata *metadata);
bool image_metadata_copy(const struct image_metadata *metadata, struct image_metadata *ret_copy,
                         struct error *error) MUST_CHECK;

/* What its texts take in memory, bytes. */
size_t image_metadata_size(const struct image_metadata *metadata);

/* Puts in what a lost or damaged record does not tell and the key does: the model, as its slug, and
 * when the image was made, as far as the key and the store's date say (image_key_time_ms). */
bool image_metadata_fill(struct image_metadata *metadata, const char *slug, int64_t time_ms,
                         struct error *error) MUST_CHECK;

/* As object fields: prompt, model, timestamp (RFC 3339), category, parameters and sha256, each
 * value percent-encoded; what is empty is left out. When names and values (each name counted with
 * the x-amz-meta- before it) exceed `max` bytes, the longest are cut at a character boundary until
 * they fit (parameters are left out instead: half a JSON object is none), a field "record" with
 * the value "sidecar" says that the whole record is beside the image, and *ret_complete is false.
 * When `max` is too small even for that, there are no fields at all. *ret_fields must be
 * empty. */
bool image_metadata_to_fields(const struct image_metadata *metadata, size_t max,
                              struct fields *ret_fields, bool *ret_complete,
                              struct error *error) MUST_CHECK;

/* The other way; what is missing stays NULL (prompt and model: "", timestamp: 0; the caller fills
 * them in). A value that
 * somebody else wrote and that is not percent-encoded UTF-8 is taken as it is. *ret_complete is
 * false when the fields point to the sidecar or are not a record of this kind (no sha256). */
bool image_metadata_from_fields(const struct fields *fields, struct image_metadata *ret_metadata,
                                bool *ret_complete, struct error *error) MUST_CHECK;

/* The sidecar: one JSON object with the same names, parameters as an object. Unknown members are
 * ignored when reading. */
bool image_metadata_to_json(const struct image_metadata *metadata, struct buffer *buffer,
                            struct error *error) MUST_CHECK;
bool image_metadata_from_json(const char *text, size_t size, struct image_metadata *ret_metadata,
                              struct error *error) MUST_CHECK;

#endif
