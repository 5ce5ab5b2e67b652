/* SPDX-License-Identifier: MIT */
#ifndef BASE_PLAIN_TEXT_H
#define BASE_PLAIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts that a stranger may have written (prompts, file names, messages of a store), made harmless
 * for whoever reads them. */

/* The first character of a text that is not empty, and its bytes. Bytes that are no UTF-8 are
 * U+FFFD each. */
size_t plain_text_next(const char *text, size_t size, uint32_t *ret_character);

/* Whether a character is never to be written as it is: it would command a terminal (C0, DEL, C1),
 * change the direction or the lines of the text around it, or stand there unseen. Joiners are not
 * among them, since scripts and emoji need them. */
bool plain_text_is_hidden(uint32_t character);

/* Puts one space in the place of each such character and of each byte that is no UTF-8. */
void plain_text_clean(char *text);

/* Writes a text as a quotation of at most `max` bytes: in double quotes, on one line, those within
 * it replaced by single ones, so that its end cannot be forged; what is cut off ends in "...".
 * `out` must hold max + 6 bytes. */
void plain_text_quote(const char *text, size_t max, char *out);

#endif
