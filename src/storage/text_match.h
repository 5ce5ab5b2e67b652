/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_TEXT_MATCH_H
#define STORAGE_TEXT_MATCH_H

#include "base/cleanup.h"
#include "base/error.h"

/* Comparing UTF-8 texts without regard to case and to how a character is spelled, in all scripts:
 * "STRASSE" is "straße", and a prompt typed on macOS, which takes accents apart (NFD), is found by
 * one that was typed elsewhere. Bytes that are not UTF-8 are passed over. */

/* The form in which two texts that match are the same bytes: case folded, NFC. The caller frees it;
 * ERROR_NO_MEMORY. */
bool text_match_fold(const char *text, char **ret_folded, struct error *error) MUST_CHECK;

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

#endif
