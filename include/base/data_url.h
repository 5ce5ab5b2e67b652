/* SPDX-License-Identifier: MIT */
#ifndef BASE_DATA_URL_H
#define BASE_DATA_URL_H

#include <stddef.h>

/* The head of a base64 data URL (RFC 2397): "data:image/png;base64,". */

enum { DATA_URL_HEAD_MAX = 255 };

/* The length of the head, comma included, at the start of `size` bytes of text; 0 when there is
 * none, when it is longer than DATA_URL_HEAD_MAX, has characters that no media type has, or does
 * not say base64. */
size_t data_url_head(const char *text, size_t size);

#endif
