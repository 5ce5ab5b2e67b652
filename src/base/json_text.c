/* SPDX-License-Identifier: MIT */
/* jansson prints every number with 17 digits, so that 0.1 comes back as 0.10000000000000001, which
 * users see in their own parameters. */
#include "base/json_text.h"

#include "base/buffer.h"

#include <stdint.h>
#include <stdlib.h>

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

struct sink {
    struct buffer text;
    bool failed;
};

static int write_text(const char *text, size_t size, void *argument)
{
    struct sink *sink = argument;
    struct error error;
    sink->failed = sink->failed || !buffer_append(&sink->text, text, size, &error);
    return sink->failed ? -1 : 0;
}

/* json_dumps() passes over a member name for which there is no memory, and goes on; this writes all
 * of the value or returns NULL. */
static char *dump(const json_t *value, size_t flags)
{
    struct sink sink = {.text = BUFFER_INIT(SIZE_MAX / 4)};
    if (write_text("", 0, &sink) == 0 && json_dump_callback(value, write_text, &sink, flags) == 0 &&
        !sink.failed)
        return buffer_take(&sink.text);
    buffer_finish(&sink.text);
    return NULL;
}

char *json_text(const json_t *value, size_t flags)
{
    const size_t all = flags | JSON_COMPACT | JSON_ENCODE_ANY;
    if (!has_real(value))
        return dump(value, all);
    char *text = dump(value, (all & ~(size_t)JSON_EMBED) | JSON_REAL_PRECISION(SHORT_DIGITS));
    bool exact = text && is_exact(value, text);
    if (!exact || flags & JSON_EMBED) {
        free(text);
        text = dump(value, all | (exact ? JSON_REAL_PRECISION(SHORT_DIGITS) : 0));
    }
    return text;
}
