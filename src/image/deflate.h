/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_DEFLATE_H
#define IMAGE_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes a zlib stream (RFC 1950 and 1951) unpacks to, found without unpacking it. */

/* Where the stream comes from, piece by piece: next() gives the next piece, which has to stay where
 * it is until the end of the count, and false after the last. Pieces may be empty. */
struct deflate_source {
    bool (*next)(void *argument, const unsigned char **ret_data, size_t *ret_size);
    void *argument;
};

/* Counts until the stream ends or `wanted` bytes have come out of it, and returns how many did (it
 * may be a few more, and a few less where the stream was cut). Where they are fewer, *ret_reason
 * says why ("it ends too early"), a string that stays. All that inflate() stops at is found, up to
 * there, save a wrong Adler-32: that needs the bytes. Memory is fixed, time is linear in the size
 * of the stream, whatever it unpacks to. */
uint64_t deflate_count(const struct deflate_source *source, uint64_t wanted,
                       const char **ret_reason);

#endif
