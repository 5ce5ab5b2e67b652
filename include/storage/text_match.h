/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_TEXT_MATCH_H
#define STORAGE_TEXT_MATCH_H

#include "base/cleanup.h"
#include "base/error.h"

/* Comparing UTF-8 texts without regard to case, in all scripts that have it, whatever the locale of
 * the process: characters are folded one by one (upper case, then lower case, so that final sigma
 * or the Kelvin sign match too) with the tables of the C library's own "C.UTF-8". Where that is
 * missing, only A-Z fold. Not folded: what takes more than one character ("ß" and "SS"), and
 * different spellings of one character (NFC and NFD). */

/* A query, taken apart once and matched often. */
struct text_match;

/* query: words with white space (of any script) between them. A query without words matches
 * everything. */
bool text_match_create(const char *query, struct text_match **ret_match,
                       struct error *error) MUST_CHECK;
void text_match_destroy(struct text_match *match);
DEFINE_CLEANUP(struct text_match *, text_match_destroy)

/* Whether all words are in the text, in any order, each anywhere (also inside a longer word). */
bool text_match_all(const struct text_match *match, const char *text, bool *ret_matches,
                    struct error *error) MUST_CHECK;

/* Whether both texts are the same but for case. */
bool text_match_equal(const char *a, const char *b);

#endif
