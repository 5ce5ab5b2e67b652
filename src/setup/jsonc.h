/* SPDX-License-Identifier: MIT */
#ifndef SETUP_JSONC_H
#define SETUP_JSONC_H

#include "base/error.h"

#include <jansson.h>
#include <stddef.h>

/* JSON as it is in the configuration files of editors: comments, trailing commas and a byte order
 * mark are allowed. It is parsed for what it means, and the places of its parts in the text are
 * found, so that one part can be changed and every other byte stays. */
struct jsonc {
    const char *text; /* borrowed */
    size_t size;
    char *plain;   /* the same text, comments and byte order mark overwritten with spaces */
    json_t *value; /* what it means; NULL: there is nothing but white space and comments */
};

/* ERROR_INVALID says where the text is not JSON, and nothing of what is in it. */
bool jsonc_parse(const char *text, size_t size, struct jsonc *ret_jsonc,
                 struct error *error) MUST_CHECK;

/* Takes a zeroed struct. */
void jsonc_finish(struct jsonc *jsonc);

/* A member of an object. The places are offsets in the text, and the ends are behind the last byte.
 */
struct jsonc_member {
    size_t name, name_end; /* with the quotes */
    size_t value, value_end;
    size_t comma; /* the comma behind it; 0: there is none */
};

/* Where the top-level value begins; only if there is one. */
size_t jsonc_root(const struct jsonc *jsonc);

/* Goes over the members of the object that begins at `object`: the first one when member->name_end
 * is 0, else the one behind *member. false: there are no more. */
bool jsonc_next_member(const struct jsonc *jsonc, size_t object, struct jsonc_member *member);

/* Whether the member has this name, however it is escaped. Fails only with ERROR_NO_MEMORY. */
bool jsonc_member_is(const struct jsonc *jsonc, const struct jsonc_member *member, const char *name,
                     bool *ret_same, struct error *error) MUST_CHECK;

/* Behind the bracket that closes the object or array that begins there. */
size_t jsonc_value_end(const struct jsonc *jsonc, size_t value);

#endif
