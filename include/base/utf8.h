/* SPDX-License-Identifier: MIT */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/* The largest length <= limit at which the UTF-8 text of `size` bytes can be cut without splitting
 * a character. The text must be valid UTF-8 up to `limit`. */
size_t utf8_cut(const char *text, size_t size, size_t limit);

#endif
