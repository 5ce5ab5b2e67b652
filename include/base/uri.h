/* SPDX-License-Identifier: MIT */
#ifndef BASE_URI_H
#define BASE_URI_H

#include "base/buffer.h"

/* Percent-encoding of RFC 3986 section 2, exactly as S3 signatures want it: unreserved characters
 * (A-Z a-z 0-9 - . _ ~) stay, every other byte becomes %XX in upper case. */

enum uri_part {
    URI_COMPONENT, /* a query name or value, a header value: '/' is encoded */
    URI_PATH,      /* an object key: '/' stays */
};

bool uri_encode(struct buffer *buffer, const char *text, size_t size, enum uri_part part,
                struct error *error) MUST_CHECK;

/* The encoded form as a string of the caller's, or NULL. */
char *uri_encoded(const char *text, enum uri_part part, struct error *error) MUST_CHECK;

/* The length that `size` bytes have when encoded. */
size_t uri_encoded_length(const char *text, size_t size, enum uri_part part);

/* Decodes %XX in a NUL-terminated text ('+' is a plus sign). ERROR_INVALID for a bad escape or %00;
 * *ret_text is the caller's. */
bool uri_decode(const char *text, char **ret_text, struct error *error) MUST_CHECK;

#endif
