/* SPDX-License-Identifier: MIT */
#ifndef S3_DIGEST_H
#define S3_DIGEST_H

#include "base/field.h"

/* Headers with a digest of a request's body. */

/* Whether this OpenSSL has MD5, which some policies take away. */
bool digest_has_md5(void);

/* Content-MD5 (RFC 1864). ERROR_INTERNAL where there is no MD5. */
bool digest_add_md5(struct fields *headers, const void *data, size_t size,
                    struct error *error) MUST_CHECK;

/* x-amz-checksum-sha256. */
bool digest_add_sha256(struct fields *headers, const unsigned char *sha256,
                       struct error *error) MUST_CHECK;

#endif
