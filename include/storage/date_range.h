/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_DATE_RANGE_H
#define STORAGE_DATE_RANGE_H

#include "base/error.h"

#include <jansson.h>
#include <stdint.h>

/* A range of days or moments as people write it. */
struct date_range {
    const char *start, *end; /* an RFC 3339 date (the whole UTC day is meant) or date-time; both are
                              * included. NULL: no bound */
    const char *start_name, *end_name; /* what errors call them */
};

/* *ret_from_ms and *ret_until_ms are 0 where there is no bound; images are made at from_ms or
 * later, and before until_ms. ERROR_INVALID. */
bool date_range_parse(const struct date_range *range, int64_t *ret_from_ms, int64_t *ret_until_ms,
                      struct error *error) MUST_CHECK;

/* The same from the argument date_range {start, end}; NULL: no bounds. */
bool date_range_read(const json_t *date_range, int64_t *ret_from_ms, int64_t *ret_until_ms,
                     struct error *error) MUST_CHECK;

#endif
