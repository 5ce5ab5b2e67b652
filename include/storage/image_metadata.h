/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_IMAGE_METADATA_H
#define STORAGE_IMAGE_METADATA_H

#include "base/buffer.h"
#include "base/property.h"

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

/* As object properties: prompt, model, timestamp (RFC 3339), category, parameters and sha256, each
 * value percent-encoded. When names and values (each name counted with the x-amz-meta- before it)
 * exceed `max` bytes, the longest are cut at a character boundary until they fit, a last property
 * "record" with the value "sidecar" says that the whole record is beside the image, and
 * *ret_complete is false. */
bool image_metadata_to_properties(const struct image_metadata *metadata, size_t max,
                                  struct properties *ret_properties, bool *ret_complete,
                                  struct error *error) MUST_CHECK;

/* The other way; what is missing stays NULL (prompt and model: ""). *ret_complete is false when the
 * properties point to the sidecar or are not there at all. */
bool image_metadata_from_properties(const struct properties *properties,
                                    struct image_metadata *ret_metadata, bool *ret_complete,
                                    struct error *error) MUST_CHECK;

/* The sidecar: one JSON object with the same names, parameters as an object. Unknown members are
 * ignored when reading. */
bool image_metadata_to_json(const struct image_metadata *metadata, struct buffer *buffer,
                            struct error *error) MUST_CHECK;
bool image_metadata_from_json(const char *text, size_t size, struct image_metadata *ret_metadata,
                              struct error *error) MUST_CHECK;

#endif
