/* SPDX-License-Identifier: MIT */
#ifndef BASE_BASE64_SIMD_H
#define BASE_BASE64_SIMD_H

#include <stddef.h>

/* Decodes base64 of the standard alphabet from the front of `text`, as far as vector instructions
 * of this processor reach: whole groups, and never the last ones. Returns how many characters that
 * was (a multiple of 4, 0 where there are no such instructions); it stops before the first vector
 * that holds any other character. `out` must have room for size / 4 * 3 bytes, all of which may be
 * written to. */
size_t base64_simd_decode(const char *text, size_t size, unsigned char *out);

#endif
