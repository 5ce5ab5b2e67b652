/* SPDX-License-Identifier: MIT */
#ifndef SETUP_ENTRY_TEXT_H
#define SETUP_ENTRY_TEXT_H

#include "base/buffer.h"

#include <jansson.h>
#include <stddef.h>

/* The text of a host's configuration file with one entry changed, and every other byte as it was:
 * comments, order, indentation, line ends. Pure functions; the old text is followed by a NUL. */

/* Which entry: the member `name` of the object that the top-level object calls `list`. */
struct entry_place {
    const char *list; /* "mcpServers" */
    const char *name;
};

/* Puts `entry` there, in place of the one of that name if there is one; the list and the top-level
 * object are made where they are missing (an empty text is fine). When the entry means the same
 * already, *text gets what it was given. Appends to *text. ERROR_INVALID: the text is not JSON
 * (jsonc.h), or something on the way is not an object or is there twice. */
bool entry_text_put(const char *old, size_t size, const struct entry_place *place,
                    const json_t *entry, struct buffer *text, struct error *error) MUST_CHECK;

/* Takes the entry out; when there is none, *text gets what it was given. */
bool entry_text_remove(const char *old, size_t size, const struct entry_place *place,
                       struct buffer *text, struct error *error) MUST_CHECK;

/* The entry that is there, or NULL; the caller releases it. */
bool entry_text_get(const char *text, size_t size, const struct entry_place *place,
                    json_t **ret_entry, struct error *error) MUST_CHECK;

#endif
