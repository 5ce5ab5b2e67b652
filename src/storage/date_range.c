/* SPDX-License-Identifier: MIT */
/* A range of days or moments, as people write it. An end that is a day includes all of it, which is
 * what everybody means by "until the 30th". */
#include "storage/date_range.h"

#include "base/clock.h"
#include "storage/image_key.h"

#include <string.h>

/* *ret_length: how long the moment lasts; a day, or a millisecond. */
static bool read_moment(const char *text, const char *name, int64_t *ret_ms, int64_t *ret_length,
                        struct error *error)
{
    *ret_ms = *ret_length = 0;
    if (!text)
        return true;
    if (image_key_parse_day(text, strlen(text), ret_ms)) {
        *ret_length = IMAGE_KEY_DAY_MS;
        return true;
    }
    *ret_length = 1;
    return clock_parse_time(text, ret_ms, error) ||
           error_set(error, ERROR_INVALID,
                     "%s is \"%.40s\", but must be a date such as 2024-09-27 or an RFC 3339 date "
                     "and time",
                     name, text);
}

bool date_range_parse(const struct date_range *range, int64_t *ret_from_ms, int64_t *ret_until_ms,
                      struct error *error)
{
    int64_t from, until, ignored, length;
    if (!read_moment(range->start, range->start_name, &from, &ignored, error) ||
        !read_moment(range->end, range->end_name, &until, &length, error))
        return false;
    until += length;
    if (until && from >= until)
        return error_set(error, ERROR_INVALID, "%s is after %s", range->start_name,
                         range->end_name);
    *ret_from_ms = from;
    *ret_until_ms = until;
    return true;
}

bool date_range_read(const json_t *date_range, int64_t *ret_from_ms, int64_t *ret_until_ms,
                     struct error *error)
{
    const struct date_range range = {
        .start = json_string_value(json_object_get(date_range, "start")),
        .end = json_string_value(json_object_get(date_range, "end")),
        .start_name = "date_range.start",
        .end_name = "date_range.end",
    };
    return date_range_parse(&range, ret_from_ms, ret_until_ms, error);
}
