/* SPDX-License-Identifier: MIT */
#ifndef MCP_ARGUMENTS_H
#define MCP_ARGUMENTS_H

#include "base/error.h"
#include "mcp/message.h"

#include <jansson.h>

/* The arguments of a tool call as hosts and models write them -> as the tool's schema has them. It
 * comes before the schema, and is the only place that forgives; nothing is guessed after it. */
struct argument_rules {
    const char *tool;
    const json_t *schema; /* the tool's inputSchema */

    /* An argument that looks like a misspelt one, or like "dry_run", is left for the schema to
     * refuse even if nothing that is required is missing: without it more could be destroyed than
     * was meant. */
    bool strict;
};

struct arguments {
    json_t *object;  /* to be validated against the schema */
    json_t *ignored; /* the names of what was left out, shortened, as an array of strings */
    size_t memory;   /* bytes, about, that the object takes beyond what `given` did */
};
/* Takes a zeroed struct. */
void arguments_finish(struct arguments *arguments);

/* given: params.arguments of the message, borrowed and perhaps changed; NULL: none.
 *
 * - null, "" and objects of nothing else are left out where they are not required;
 * - objects, arrays, numbers and booleans are read from a text that is their JSON, and numbers
 *   become strings, where the schema wants these; what is alone in an array is taken out of it, and
 *   [] is an empty object;
 * - {"arguments": {...}} is what it holds;
 * - what the schema does not know is left out, unless it looks like a known name that is not given
 *   while something that is required is missing.
 *
 * ERROR_INVALID: `given` is no object; ERROR_TOO_LARGE: a text has too many values for a message;
 * ERROR_NO_MEMORY. */
bool arguments_mend(const struct argument_rules *rules, const struct message *message,
                    json_t *given, struct arguments *ret_arguments, struct error *error) MUST_CHECK;

/* A sentence about what was ignored. NULL: nothing was, or there is no memory to say so. */
char *arguments_note(const struct arguments *arguments, const char *tool);

#endif
