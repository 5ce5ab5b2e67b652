/* SPDX-License-Identifier: MIT */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include <jansson.h>

/* Compact JSON text as json_dumps() makes it with `flags`, but with numbers as people write them:
 * 0.1, not 0.10000000000000001, as long as the text still means exactly the same. The caller frees
 * it; NULL when the value cannot be written (no memory). */
char *json_text(const json_t *value, size_t flags);

#endif
