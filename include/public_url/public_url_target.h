/* SPDX-License-Identifier: MIT */
#ifndef PUBLIC_URL_PUBLIC_URL_TARGET_H
#define PUBLIC_URL_PUBLIC_URL_TARGET_H

#include "config/config.h"
#include "storage/provider.h"

/* A public URL of a stored image, and what must be behind it. */

enum public_url_kind {
    PUBLIC_URL_CDN,       /* it begins with S3_CDN_URL */
    PUBLIC_URL_BUCKET,    /* the object's own on AWS */
    PUBLIC_URL_PRESIGNED, /* on the store's API, with a signature in it */
    PUBLIC_URL_DIRECTORY, /* it begins with IMAGE_STORAGE_URL */
};

/* The kind of a URL that a provider of this configuration made. */
enum public_url_kind public_url_kind(const struct config *config, const struct object_url *url);

/* Whether it leads to a web server at all, and not to a file of this computer. */
bool public_url_is_web(const char *url);

struct public_url_target {
    const char *url;
    enum public_url_kind kind;
    const struct config *config; /* what the URL comes from */
    const char *content_type;
    const char *sha256; /* of the stored bytes, lower-case hexadecimal */
    size_t size;
};

#endif
