/* SPDX-License-Identifier: MIT */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/error.h"

#include <stdint.h>
#include <time.h>

/* Wall-clock time in milliseconds since the epoch (UTC), and monotonic milliseconds. */
int64_t clock_wall_ms(void);
int64_t clock_monotonic_ms(void);

enum { CLOCK_TEXT_SIZE = 32 };

/* RFC 3339 date-time ("2024-09-27T10:00:00Z", "...T10:00:00.25+02:00", lower-case t and z, and a
 * leap second as the second before) -> milliseconds since the epoch; years 1970 to 9999.
 * ERROR_INVALID says what is wrong with the text. */
bool clock_parse_rfc3339(const char *text, int64_t *ret_ms, struct error *error) MUST_CHECK;

/* The same of what people and models write for it: a date alone (midnight), without seconds,
 * without an offset (UTC is meant), "+0200", "UTC", blanks around it; and seconds or milliseconds
 * since the epoch. */
bool clock_parse_time(const char *text, int64_t *ret_ms, struct error *error) MUST_CHECK;

/* Milliseconds since the epoch -> "2024-09-27T10:00:00Z", with ".250" when they are not whole
 * seconds. */
void clock_format_rfc3339(int64_t ms, char text[CLOCK_TEXT_SIZE]);

/* Milliseconds since the epoch -> the UTC day, "2024-09-27". */
void clock_format_day(int64_t ms, char text[CLOCK_TEXT_SIZE]);

#endif
