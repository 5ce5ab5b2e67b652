/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_IMAGE_KEY_H
#define STORAGE_IMAGE_KEY_H

#include "base/blob.h"
#include "image/image.h"

#include <stdint.h>

/* The key layout, a pure function of its inputs:
 *     <prefix>/<YYYY-MM-DD>/<model-slug>/<id>_<width>x<height>.<ext>
 * The id is the beginning of the name-based (version 5, RFC 9562 section 5.5) UUID of the image's
 * SHA-256 in lower-case hexadecimal, so that the same bytes have the same name. The namespace of
 * these UUIDs is 0d758a47-4255-5afe-9b16-28be84e40c4a, itself the version 5 UUID of
 * "image-storage-mcp" in the DNS namespace. */

enum {
    IMAGE_KEY_MAX = 1024,    /* S3's own limit, bytes */
    IMAGE_KEY_SLUG_MAX = 64, /* bytes */
    IMAGE_KEY_ID_SHORT = 12, /* hex digits: the ordinary id */
    IMAGE_KEY_ID_LONG = 32,  /* hex digits: after a collision of short ids */
};

struct image_key {
    char text[IMAGE_KEY_MAX + 1];
};

/* prefix: "" or one or more segments without leading or trailing '/'. timestamp_ms picks the UTC
 * day. id_digits: IMAGE_KEY_ID_SHORT or IMAGE_KEY_ID_LONG. */
bool image_key_build(const char *prefix, int64_t timestamp_ms, const char *model,
                     const unsigned char sha256[SHA256_SIZE], const struct image_info *image,
                     int id_digits, struct image_key *ret_key, struct error *error) MUST_CHECK;

/* The model's last path segment, lower case, [a-z0-9.-], runs of '-' and of all other bytes one
 * '-', none at either end, at most IMAGE_KEY_SLUG_MAX bytes, "unknown" when nothing is left (or
 * only dots). */
void image_key_slug(const char *model, char slug[IMAGE_KEY_SLUG_MAX + 1]);

/* The key of the metadata record beside an image: key + ".json". */
bool image_key_sidecar(const char *key, struct image_key *ret_key, struct error *error) MUST_CHECK;

/* Checks a configured prefix: segments of [A-Za-z0-9._-], no "." or "..", at most 256 bytes; "" is
 * fine. ERROR_INVALID. */
bool image_key_check_prefix(const char *prefix, struct error *error) MUST_CHECK;

#endif
