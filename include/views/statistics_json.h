/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_STATISTICS_JSON_H
#define VIEWS_STATISTICS_JSON_H

#include "storage/storage_statistics.h"

#include <jansson.h>

/* Statistics as JSON with the names of get_statistics' output schema. The caller owns it; NULL: no
 * memory. */
json_t *statistics_json(const struct statistics *statistics);

#endif
