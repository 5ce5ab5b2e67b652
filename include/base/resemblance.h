/* SPDX-License-Identifier: MIT */
#ifndef BASE_RESEMBLANCE_H
#define BASE_RESEMBLANCE_H

#include <stdbool.h>

/* Whether a name looks like a misspelling of another: the same but for upper and lower case and
 * what separates the words, or off by a typing mistake or two. Pure. */
bool resembles(const char *name, const char *other);

#endif
