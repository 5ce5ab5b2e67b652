/* SPDX-License-Identifier: MIT */
#ifndef BASE_JSON_COUNT_H
#define BASE_JSON_COUNT_H

#include <stddef.h>

/* How many values there are in a JSON text, or a few more; of a text that is no JSON, anything. A
 * parser takes some hundred bytes for each, be it written in two: so this is for before parsing
 * what others have written. */
size_t json_count_values(const char *text, size_t size);

#endif
