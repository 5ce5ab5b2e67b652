/* SPDX-License-Identifier: MIT */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include "base/error.h"

#include <stddef.h>

/* SHA-256 (FIPS 180-4) and HMAC-SHA256 (RFC 2104), by OpenSSL. All fail with ERROR_NO_MEMORY, or
 * ERROR_INTERNAL where this OpenSSL does not have them. */

enum { SHA256_SIZE = 32, SHA256_HEX_SIZE = 2 * SHA256_SIZE + 1 };

/* The digest of `size` bytes. */
bool sha256(const void *data, size_t size, unsigned char digest[SHA256_SIZE],
            struct error *error) MUST_CHECK;

/* The same of bytes that come by pieces. A zeroed struct has not begun. */
struct sha256_stream {
    void *context;
};
bool sha256_begin(struct sha256_stream *stream, struct error *error) MUST_CHECK;
bool sha256_add(struct sha256_stream *stream, const void *data, size_t size,
                struct error *error) MUST_CHECK;
bool sha256_end(struct sha256_stream *stream, unsigned char digest[SHA256_SIZE],
                struct error *error) MUST_CHECK;
/* Takes a zeroed struct. */
void sha256_finish(struct sha256_stream *stream);

/* key_size: bytes. */
bool sha256_hmac(const void *key, size_t key_size, const void *data, size_t size,
                 unsigned char code[SHA256_SIZE], struct error *error) MUST_CHECK;

/* Lower-case hexadecimal, NUL-terminated: text must hold 2 * size + 1 characters. */
void hex_encode(const unsigned char *data, size_t size, char *text);

#endif
