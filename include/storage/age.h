/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_AGE_H
#define STORAGE_AGE_H

#include "base/error.h"

#include <stdint.h>

/* "Older than what", as people write it: how long ago (45min, 12h, 30d, 2w, 6mon, 1y; a month has
 * 30 days and a year 365, so that the same text always means the same length), or since when, an
 * RFC 3339 date (the beginning of that day, UTC) or date-time. *ret_ms: that moment, milliseconds
 * UTC, after 1970. ERROR_INVALID, also for a moment in the future. */
bool age_parse(const char *text, int64_t now_ms, int64_t *ret_ms, struct error *error) MUST_CHECK;

#endif
