/* SPDX-License-Identifier: MIT */
/* Lists are short (some headers, a handful of metadata), so an array that is searched from its
 * beginning does. */
#include "base/field.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void fields_finish(struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        free(fields->items[i].name);
        free(fields->items[i].value);
    }
    free(fields->items);
    *fields = (struct fields){0};
}

bool fields_add(struct fields *fields, const char *name, const char *value, size_t value_size,
                struct error *error)
{
    struct field *items = realloc(fields->items, (fields->count + 1) * sizeof *fields->items);
    if (!items)
        return error_no_memory(error);
    fields->items = items;
    struct field *item = &items[fields->count];
    item->name = strdup(name);
    item->value = strndup(value, value_size);
    if (!item->name || !item->value) {
        free(item->name);
        free(item->value);
        return error_no_memory(error);
    }
    fields->count++;
    return true;
}

const char *fields_get(const struct fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (strcasecmp(fields->items[i].name, name) == 0)
            return fields->items[i].value;
    return NULL;
}
