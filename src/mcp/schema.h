/* SPDX-License-Identifier: MIT */
#ifndef MCP_SCHEMA_H
#define MCP_SCHEMA_H

#include "base/error.h"

#include <jansson.h>

/* Validation of tool arguments against the tool's own inputSchema: the JSON Schema 2020-12 keywords
 * that the schemas in schemas/ use, and no others. */

/* Whether the schema uses known keywords only, in the forms that schema_validate() understands.
 * ERROR_INTERNAL names the first that it does not. */
bool schema_check(const json_t *schema, struct error *error) MUST_CHECK;

/* ERROR_INVALID says for each field that is wrong (a few of them) its name, what was expected and
 * what came. */
bool schema_validate(const json_t *schema, const json_t *value, struct error *error) MUST_CHECK;

/* Whether a value is of the type that schemas call so: "object", "integer" (1.0 is one) ... */
bool schema_has_type(const json_t *value, const char *type);

#endif
