/* SPDX-License-Identifier: MIT */
/* How old an image must be, as people write it: a number and a unit, or a date. Months and years
 * have a fixed number of days, so that the same text always means the same age. */
#include "storage/age.h"

#include "base/array.h"
#include "base/clock.h"
#include "storage/image_key.h"

#include <string.h>

static const int64_t MINUTE_MS = 60 * 1000;
static const int64_t DAY_MS = IMAGE_KEY_DAY_MS;

static const struct {
    const char *name;
    int64_t minutes;
} units[] = {
    {"min", 1},           {"h", 60}, {"d", 24 * 60}, {"w", 7 * 24 * 60}, {"mon", 30 * 24 * 60},
    {"y", 365 * 24 * 60},
};

/* A number and a unit -> milliseconds; what is longer than `max_ms` becomes max_ms + 1. */
static bool parse_duration(const char *text, int64_t max_ms, int64_t *ret_ms)
{
    size_t digits = strspn(text, "0123456789");
    int64_t value = 0;
    if (digits == 0)
        return false;
    for (size_t i = 0; i < digits; i++)
        if (value <= max_ms)
            value = value * 10 + (text[i] - '0');
    for (size_t i = 0; i < LENGTH(units); i++) {
        if (strcmp(text + digits, units[i].name) != 0)
            continue;
        int64_t unit_ms = units[i].minutes * MINUTE_MS;
        *ret_ms = value > max_ms / unit_ms ? max_ms + 1 : value * unit_ms;
        return true;
    }
    return false;
}

static bool parse_moment(const char *text, int64_t *ret_ms)
{
    struct error error;
    return image_key_parse_day(text, strlen(text), ret_ms) ||
           clock_parse_time(text, ret_ms, &error);
}

bool age_parse(const char *text, int64_t now_ms, int64_t *ret_ms, struct error *error)
{
    int64_t duration_ms, moment_ms;
    if (parse_duration(text, now_ms, &duration_ms))
        moment_ms = now_ms - duration_ms;
    else if (!parse_moment(text, &moment_ms))
        return error_set(error, ERROR_INVALID,
                         "\"%.64s\" is neither an age (45min, 12h, 30d, 2w, 6mon, 1y) nor a date "
                         "(2024-09-27, 2024-09-27T10:00:00Z)",
                         text);
    if (moment_ms > now_ms)
        return error_set(error, ERROR_INVALID,
                         "\"%.64s\" is in the future; give a moment in the past", text);
    if (moment_ms < DAY_MS)
        return error_set(error, ERROR_INVALID,
                         "\"%.64s\" is before there were any images; give a later moment", text);
    *ret_ms = moment_ms;
    return true;
}
