/* SPDX-License-Identifier: MIT */
#include "base/json_read.h"
#include "base/json_text.h"

#include "fuzz.h"

/* JSON from outside, against jansson's own reader: what that accepts is accepted and means the
 * same, and what is accepted can be written and read by it. The first byte is the most values that
 * there may be, where it is not 0. */

enum { MAX_DEPTH = 8 };

/* Jansson takes a NUL behind a value for the end. */
static json_t *read_by_jansson(const char *text, size_t size)
{
    if (memchr(text, 0, size))
        return NULL;
    return json_loadb(text, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
}

/* The values in a value, itself included; *ret_depth grows to how deep they are in one another. */
static size_t count(const json_t *value, size_t depth, size_t *ret_depth)
{
    size_t result = 1, index;
    const char *name;
    json_t *child;
    bool holds = json_is_object(value) || json_is_array(value);
    if (holds && depth + 1 > *ret_depth)
        *ret_depth = depth + 1;
    json_object_foreach((json_t *)value, name, child)
    {
        result += count(child, depth + 1, ret_depth);
    }
    json_array_foreach(value, index, child)
    {
        result += count(child, depth + 1, ret_depth);
    }
    return result;
}

static void check_written(const json_t *value)
{
    char *text = json_text(value, JSON_ENCODE_ANY | JSON_COMPACT);
    check(text != NULL);
    json_t *again = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    check(json_equal(again, value));
    json_decref(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct json_reading reading = {.max_depth = MAX_DEPTH, .max_values = take_byte(&input)};
    struct error error = {0};
    size_t length = input.size, depth = 0, values;
    if (reading.max_values == 0)
        reading.max_values = SIZE_MAX;
    char *text = take_bytes(&input, length);
    json_t *value = json_read(&reading, text, length, &error);
    json_t *known = read_by_jansson(text, length);
    if (value) {
        values = count(value, 0, &depth);
        check(values <= reading.max_values && depth <= MAX_DEPTH);
        check(!known || json_equal(value, known));
        check_written(value);
    } else if (known) {
        values = count(known, 0, &depth);
        check(error.code == ERROR_TOO_LARGE);
        check(values > reading.max_values || depth > MAX_DEPTH);
    } else {
        check(error.text[0] && (error.code == ERROR_INVALID || error.code == ERROR_TOO_LARGE));
    }
    json_decref(known);
    json_decref(value);
    free(text);
    return 0;
}
