/* SPDX-License-Identifier: MIT */
#ifndef BASE_SENTENCE_H
#define BASE_SENTENCE_H

#include <stddef.h>

/* Sentences kept in tables, with places for what they are about: "{host} cannot be reached". */
struct sentence_fact {
    const char *name;  /* "host" */
    const char *value; /* at most its first 128 bytes are shown */
};

/* Writes the text with every {name} replaced by that fact's value, or by nothing if there is none,
 * cut where `out` ends. */
void sentence_expand(const char *text, const struct sentence_fact *facts, size_t count, char *out,
                     size_t size);

#endif
