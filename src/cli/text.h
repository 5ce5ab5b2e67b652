/* SPDX-License-Identifier: MIT */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* UTF-8 texts of any origin, as a terminal takes them. */

/* The columns that a text takes. What is no character takes one. */
size_t text_width(const char *text);

/* The bytes at the front of the text that fit into so many columns, and how many they take. */
size_t text_fitting(const char *text, size_t columns, size_t *ret_width);
/* The same of a text that ends after `size` bytes. */
size_t text_fitting_bytes(const char *text, size_t size, size_t columns, size_t *ret_width);

/* Writes the text with a space for each character that could command a terminal or mislead its
 * reader (base/plain_text.h). Nothing that is not this program's own text is written otherwise. */
void text_put(FILE *file, const char *text, size_t size);

/* Writes a JSON text with such characters as \uXXXX: it stays the same JSON. */
void text_put_json(FILE *file, const char *text);

/* The word among `count` that a mistyped one was perhaps meant to be, or NULL. */
const char *text_nearest(const char *word, const char *const *words, size_t count);

#endif
