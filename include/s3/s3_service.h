/* SPDX-License-Identifier: MIT */
#ifndef S3_S3_SERVICE_H
#define S3_S3_SERVICE_H

#include "s3/endpoint.h"

#include <stdbool.h>

/* What a host name says where it is that of a well-known service: consoles show a bucket as
 * https://BUCKET.REGION.example.com, and people paste that. One table (src/s3/s3_service.c); a
 * service is a line there. Pure. */

enum { S3_SERVICE_HOST_SIZE = 256 };

struct s3_service {
    const char *name;                  /* "Wasabi" */
    char host[S3_SERVICE_HOST_SIZE];   /* of the API, without a bucket */
    char bucket[S3_SERVICE_HOST_SIZE]; /* what stands before it; empty: nothing */
    char region[ENDPOINT_REGION_SIZE]; /* empty: the name does not tell */
    const char *base;                  /* path of the API, as "/storage/v1/s3"; mostly "" */
    bool virtual_host;                 /* no bucket is accepted in the path */
    const char *instead; /* not the API: what the host is for. `host` is then that of the API, with
                            a word in capitals for what the name does not tell */
};

/* Of a host in lower case, without port; false: of no service in the table. */
bool s3_service_find(const char *host, struct s3_service *ret_service);

#endif
