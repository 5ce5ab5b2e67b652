/* SPDX-License-Identifier: MIT */
#ifndef S3_STORE_TIME_H
#define S3_STORE_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a time as stores write it, in lists and headers: RFC 3339 (without a zone it is UTC), or
 * any form of HTTP dates. Milliseconds UTC. Pure. */
bool store_time_parse(const char *text, int64_t *ret_ms);

#endif
