/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_IMAGE_NAME_H
#define STORAGE_IMAGE_NAME_H

#include "base/error.h"
#include "storage/image_key.h"

#include <stddef.h>

/* What comes before the key in the URI of an image's MCP resource. */
#define IMAGE_NAME_RESOURCE "image://"

/* What a caller may call an image by: its key; any URL of it that this store gives out, with or
 * without a query (a presigned one), or image://KEY; or its filename alone. */
struct image_name {
    enum { IMAGE_NAME_KEY, IMAGE_NAME_FILENAME } kind;
    char text[IMAGE_KEY_MAX + 1]; /* the key, or the filename */
};

/* Where the store's URLs come from. */
struct image_name_origin {
    const char *prefix;           /* of the keys */
    const char *const *url_bases; /* each is followed by the percent-encoded key */
    size_t url_base_count;
};

/* URLs are percent-decoded once; scheme and host may be in any case. ERROR_INVALID for everything
 * that is not, in the end, a key of the layout under the prefix (image_key_parse) or a filename of
 * it. Says nothing about whether the image exists. */
bool image_name_parse(const struct image_name_origin *origin, const char *text,
                      struct image_name *ret_name, struct error *error) MUST_CHECK;

/* What comes before `key` in a URL of it: the caller frees it. Keys must be of the layout. */
bool image_name_url_base(const char *url, const char *key, char **ret_base,
                         struct error *error) MUST_CHECK;

#endif
