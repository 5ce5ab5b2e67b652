/* SPDX-License-Identifier: MIT */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include "base/error.h"

#include <stddef.h>

/* Named texts in order: the headers of an HTTP message, the parameters of a query, the user
 * metadata of a stored object. A name may be there several times. Any text without a NUL is taken
 * as it is; what names and values may consist of is up to the protocol that they go to:
 * image_metadata and sigv4 encode before, or check. */
struct field {
    char *name;
    char *value;
};

struct fields {
    struct field *items;
    size_t count;
};

/* Takes a zeroed struct. */
void fields_finish(struct fields *fields);

/* Adds copies of both; value_size is in bytes. */
bool fields_add(struct fields *fields, const char *name, const char *value, size_t value_size,
                struct error *error) MUST_CHECK;

/* The value of the first field of that name, or NULL; case does not matter in names. Borrowed. */
const char *fields_get(const struct fields *fields, const char *name);

#endif
