/* SPDX-License-Identifier: MIT */
#ifndef BASE_BASE64URL_H
#define BASE_BASE64URL_H

#include "base/blob.h"
#include "base/buffer.h"

/* Short opaque texts (cursors, handles): RFC 4648 section 5, without padding. */

bool base64url_encode(const void *data, size_t size, struct buffer *text,
                      struct error *error) MUST_CHECK;

/* Only what base64url_encode() makes, of at most `max` bytes; ERROR_INVALID for everything else.
 * The caller owns *ret_blob. */
bool base64url_decode(const char *text, size_t max, struct blob **ret_blob,
                      struct error *error) MUST_CHECK;

#endif
