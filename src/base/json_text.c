/* SPDX-License-Identifier: MIT */
#include "base/json_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Any double survives 17 digits, and most that people write are exact with 15. Which of the two a
 * text needs is found out by reading it again. */
enum { SHORT_DIGITS = 15 };

static bool has_real(const json_t *value)
{
    size_t index;
    const char *name;
    json_t *child;
    if (json_is_array(value)) {
        json_array_foreach((json_t *)value, index, child)
        {
            if (has_real(child))
                return true;
        }
    } else if (json_is_object(value)) {
        json_object_foreach((json_t *)value, name, child)
        {
            if (has_real(child))
                return true;
        }
    }
    return json_is_real(value);
}

static bool is_exact(const json_t *value, const char *text)
{
    json_t *again = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    bool equal = json_equal((json_t *)value, again);
    json_decref(again);
    return equal;
}

char *json_text(const json_t *value, size_t flags)
{
    const size_t all = flags | JSON_COMPACT | JSON_ENCODE_ANY;
    if (!has_real(value))
        return json_dumps(value, all);
    char *text = json_dumps(value, (all & ~(size_t)JSON_EMBED) | JSON_REAL_PRECISION(SHORT_DIGITS));
    bool exact = text && is_exact(value, text);
    if (!exact || flags & JSON_EMBED) {
        free(text);
        text = json_dumps(value, all | (exact ? JSON_REAL_PRECISION(SHORT_DIGITS) : 0));
    }
    return text;
}
