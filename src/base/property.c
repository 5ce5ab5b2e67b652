/* SPDX-License-Identifier: MIT */
#include "base/property.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void properties_finish(struct properties *properties)
{
    for (size_t i = 0; i < properties->count; i++) {
        free(properties->items[i].name);
        free(properties->items[i].value);
    }
    free(properties->items);
    *properties = (struct properties){0};
}

bool properties_add(struct properties *properties, const char *name, const char *value,
                    size_t value_size, struct error *error)
{
    struct property *items = realloc(properties->items,
                                     (properties->count + 1) * sizeof *properties->items);
    if (!items)
        return error_no_memory(error);
    properties->items = items;
    struct property *item = &items[properties->count];
    item->name = strdup(name);
    item->value = strndup(value, value_size);
    if (!item->name || !item->value) {
        free(item->name);
        free(item->value);
        return error_no_memory(error);
    }
    properties->count++;
    return true;
}

const char *properties_get(const struct properties *properties, const char *name)
{
    for (size_t i = 0; i < properties->count; i++)
        if (strcasecmp(properties->items[i].name, name) == 0)
            return properties->items[i].value;
    return NULL;
}
