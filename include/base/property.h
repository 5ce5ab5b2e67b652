/* SPDX-License-Identifier: MIT */
#ifndef BASE_PROPERTY_H
#define BASE_PROPERTY_H

#include "base/error.h"

#include <stddef.h>

/* A list of named texts: the user metadata of a stored object. Names are lower-case [a-z0-9-],
 * values printable US-ASCII (all that an HTTP header can carry everywhere); whoever has other
 * characters percent-encodes them first. */
struct property {
    char *name;
    char *value;
};

struct properties {
    struct property *items;
    size_t count;
};

/* Takes a zeroed struct. */
void properties_finish(struct properties *properties);

/* Adds copies of both; value_size is in bytes. */
bool properties_add(struct properties *properties, const char *name, const char *value,
                    size_t value_size, struct error *error) MUST_CHECK;

/* The value, or NULL; names compare without case. Borrowed. */
const char *properties_get(const struct properties *properties, const char *name);

#endif
