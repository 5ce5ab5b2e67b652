/* SPDX-License-Identifier: MIT */
/* Only ever written, as new tables at the end of a file: there is nothing to parse, and what is in
 * the file stays as it is. */
#include "setup/toml.h"

#include "base/cleanup.h"

#include <string.h>

/* A string of JSON is one of TOML, but for the DEL that only TOML escapes. */
static bool append_string(struct buffer *text, const json_t *string, struct error *error)
{
    CLEANUP(free_cleanup) char *dumped = json_dumps(string, JSON_ENCODE_ANY);
    if (!dumped)
        return error_no_memory(error);
    for (const char *at = dumped; *at; at++)
        if (!(*at == 0x7F ? buffer_append_string(text, "\\u007F", error)
                          : buffer_append_char(text, *at, error)))
            return false;
    return true;
}

bool toml_entry(const char *list, const char *name, const json_t *entry, struct buffer *text,
                struct error *error)
{
    const char *variable;
    json_t *value, *environment = json_object_get(entry, "env");
    if (!buffer_printf(text, error, "[%s.%s]\ncommand = ", list, name) ||
        !append_string(text, json_object_get(entry, "command"), error) ||
        !buffer_append_char(text, '\n', error))
        return false;
    if (json_object_size(environment) > 0 &&
        !buffer_printf(text, error, "\n[%s.%s.env]\n", list, name))
        return false;
    json_object_foreach(environment, variable, value)
    {
        if (!buffer_printf(text, error, "%s = ", variable) || !append_string(text, value, error) ||
            !buffer_append_char(text, '\n', error))
            return false;
    }
    return true;
}
