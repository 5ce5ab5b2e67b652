/* SPDX-License-Identifier: MIT */
#ifndef S3_ENDPOINT_H
#define S3_ENDPOINT_H

#include "base/error.h"

#include <stddef.h>

/* Where a bucket is: which host, port and path an object has, path style
 * (https://host/bucket/key) or virtual-host style (https://bucket.host/key). Pure. */

enum s3_addressing { S3_ADDRESSING_AUTO, S3_ADDRESSING_PATH, S3_ADDRESSING_VIRTUAL };

enum { ENDPOINT_REGION_SIZE = 64 };

struct endpoint {
    bool aws;            /* AWS itself, under whatever name */
    bool host_by_region; /* AWS, and `host` is only the domain that follows the region */
    bool virtual_host;   /* the bucket's name is part of the host name */
    char scheme[sizeof "https"];
    char host[256];                    /* lower case; IPv6 in brackets */
    char port[sizeof ":65535"];        /* empty when it is the scheme's own */
    char region[ENDPOINT_REGION_SIZE]; /* what the host name says; empty: nothing */
    char *base; /* path before the bucket: empty, or "/..." without end '/' */
    char *bucket;
};

/* url: "https://host[:port][/base]" without the bucket, or NULL for AWS. AUTO is virtual-host style
 * for AWS and services that know no other (path style when the bucket's name has dots, which
 * certificates do not cover), and path style elsewhere.
 * ERROR_INVALID: a bucket name that S3 does not allow, a URL that cannot be used, or plain http to
 * another host than loopback without allow_http. */
bool endpoint_init(struct endpoint *endpoint, const char *url, const char *bucket,
                   enum s3_addressing addressing, bool allow_http, struct error *error) MUST_CHECK;
/* Takes a zeroed struct. */
void endpoint_finish(struct endpoint *endpoint);

/* Whether the name can stand in a signature and in a host name. */
bool endpoint_region_valid(const char *region);

/* Where an object is in a region. Both strings are the place's. */
struct endpoint_place {
    char *host; /* the Host header: with the port, where it is not the scheme's own */
    char *path; /* percent-encoded once */
};

bool endpoint_locate(const struct endpoint *endpoint, const char *region, const char *key,
                     struct endpoint_place *ret_place, struct error *error) MUST_CHECK;
/* Takes a zeroed struct. */
void endpoint_place_finish(struct endpoint_place *place);

/* The address under which people know the object: endpoint_locate(), except that the bucket of
 * AWS's first region goes by its name without a region. The caller frees it. */
char *endpoint_object_url(const struct endpoint *endpoint, const char *region, const char *key,
                          struct error *error) MUST_CHECK;

#endif
