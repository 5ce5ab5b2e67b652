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

/* What a key says, and where in its text; it is taken apart once, by image_key_parse(), and goes
 * along with the text from there on. */
struct image_key_parts {
    int64_t day_ms;                    /* when its UTC day begins */
    struct image_info image;           /* as the filename says */
    uint16_t day, slug, id, slug_size; /* where they begin, in bytes; the id begins the filename */
    uint16_t id_size;
};

/* The last segment; borrowed from the key. */
static inline const char *image_key_filename(const char *key, const struct image_key_parts *parts)
{
    return key + parts->id;
}

/* The model's slug. */
void image_key_copy_slug(const char *key, const struct image_key_parts *parts,
                         char slug[IMAGE_KEY_SLUG_MAX + 1]);

/* Whether `key` is exactly a key that image_key_build() makes under this prefix, and what it says.
 * Everything else (sidecars, objects of others, "..", days that do not exist) is not an image of
 * this store: whoever lists skips it and leaves it alone. */
bool image_key_parse(const char *prefix, const char *key, struct image_key_parts *ret_parts);

/* The same for the last segment alone, "0f3c9a5e7b12_1024x1024.png". */
bool image_key_is_filename(const char *name);

/* Whether the id in `key`, a key of the layout, is made from this SHA-256 (hexadecimal). */
bool image_key_is_of(const char *key, const char *sha256);

/* "2024-09-27" (`size` bytes, nothing else) -> when that UTC day begins. */
bool image_key_parse_day(const char *text, size_t size, int64_t *ret_day_ms);

enum { IMAGE_KEY_DAY_MS = 24 * 60 * 60 * 1000 };

/* When an image came to be, as far as its key and the store's date tell: the date, but inside the
 * UTC day that the key names (an image can be stored later than it was made). Never grows along a
 * listing that goes from the newest day to the oldest and, in a day, from the newest date to the
 * oldest. */
int64_t image_key_time_ms(int64_t day_ms, int64_t modified_ms);

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
