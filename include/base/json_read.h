/* SPDX-License-Identifier: MIT */
#ifndef BASE_JSON_READ_H
#define BASE_JSON_READ_H

#include "base/error.h"

#include <jansson.h>
#include <stddef.h>

/* JSON text that comes from outside (RFC 8259) -> jansson's values, within limits on what they
 * take. What JSON allows and a text of ours cannot hold is mended, not refused: U+0000 and half of
 * a surrogate pair become U+FFFD, an integer beyond 64 bits becomes a real number. */
struct json_reading {
    /* What is accepted. */
    size_t max_depth;  /* objects and arrays in one another */
    size_t max_values; /* objects, arrays, strings, numbers and so on, all counted */

    /* NULL: none. A string that begins with U+0000 and this text is left as it is. */
    const char *marker;
    bool hide_positions; /* the text is not quite what was sent: errors name no place in it */

    /* NULL: nobody asks. Told of each string that was mended and each number that is no integer of
     * 64 bits, with the objects and arrays that it is in and the text that it was written as.
     * false: out of memory. */
    bool (*note)(void *argument, const json_t *value, size_t depth, const char *text, size_t size);
    void *argument;

    size_t memory; /* set by json_read(): about how many bytes the values take */
};

/* Text of `size` bytes that a NUL follows. ERROR_INVALID says what is wrong and where (a member
 * name that stands twice, and bytes that are not UTF-8, among it), ERROR_TOO_LARGE which limit is
 * exceeded; ERROR_NO_MEMORY: there is never a value that lacks something. The caller owns what is
 * returned. */
json_t *json_read(struct json_reading *reading, const char *text, size_t size,
                  struct error *error) MUST_CHECK;

#endif
