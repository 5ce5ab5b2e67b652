/* SPDX-License-Identifier: MIT */
#ifndef CONFIG_BUCKET_ADDRESS_H
#define CONFIG_BUCKET_ADDRESS_H

#include "base/error.h"

/* S3_ENDPOINT as people paste it, with the bucket in its host or path, taken apart. Pure. */

struct bucket_address {
    char *endpoint; /* "https://host[:port][/base]", in which no bucket is left */
    char *bucket;   /* NULL: neither was it given nor does the endpoint name it */
    char *region;   /* that the host stands for; NULL: it does not tell */
    bool named;     /* the endpoint named the bucket */
};

/* Takes a zeroed struct. */
void bucket_address_finish(struct bucket_address *address);

/* endpoint: as of config_value_url(). bucket: S3_BUCKET, or NULL. style: S3_ADDRESSING_STYLE, or
 * NULL for auto. ERROR_INVALID: the endpoint cannot be that of the S3 API, contradicts the bucket,
 * or can be read in two ways; the text has the values to set. */
bool bucket_address_read(const char *endpoint, const char *bucket, const char *style,
                         struct bucket_address *ret_address, struct error *error) MUST_CHECK;

/* Whether S3_CDN_URL is the address of a store's API without the bucket, under which there are no
 * objects. ERROR_INVALID: it is, and the text has the value to set. */
bool bucket_address_check_cdn(const char *url, const char *bucket, struct error *error) MUST_CHECK;

#endif
