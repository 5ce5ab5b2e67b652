/* SPDX-License-Identifier: MIT */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest length <= limit at which the UTF-8 text of `size` bytes can be cut without splitting
 * a character. The text must be valid UTF-8 up to `limit`. */
size_t utf8_cut(const char *text, size_t size, size_t limit);

/* The first character of a text of `size` bytes and how many of them it takes; 0: the text is
 * empty, or does not begin with a whole UTF-8 character. */
size_t utf8_decode(const char *text, size_t size, uint32_t *ret_character);

/* Whether a NUL-terminated text is valid UTF-8. */
bool utf8_valid(const char *text);

/* Drops every byte of a NUL-terminated text that is not part of a whole UTF-8 character: what a cut
 * left over, or what was never UTF-8. */
void utf8_mend(char *text);

#endif
