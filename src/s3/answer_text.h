/* SPDX-License-Identifier: MIT */
#ifndef S3_ANSWER_TEXT_H
#define S3_ANSWER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* What can be told from the text of an answer that is no document of S3. Pure. */

/* Whether it is a web page: HTML, whatever stands in front of it. */
bool answer_text_is_page(const char *text, size_t size);

/* Whether it could be XML, judged by how it begins. */
bool answer_text_is_xml(const char *text, size_t size);

/* The words of an answer for people: the title of a web page, the "message" of JSON, or a text that
 * is short enough to be one. Cut to fit; empty if it has none. */
void answer_text_words(const char *text, size_t size, char *words, size_t capacity);

/* A region that the words of a refusal ask for ("expecting 'fr-par'"); false: they name none. It
 * need not be a valid one. */
bool answer_text_region(const char *words, char *region, size_t capacity);

#endif
