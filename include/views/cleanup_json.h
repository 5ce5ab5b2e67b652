/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLEANUP_JSON_H
#define VIEWS_CLEANUP_JSON_H

#include "storage/storage_cleanup.h"

#include <jansson.h>

/* Clean-ups as JSON with the names of cleanup_images' output schema. The caller owns what is
 * returned; NULL: no memory. */

/* status "planned". */
json_t *cleanup_json_plan(const struct cleanup_plan *plan);

/* status "executed". */
json_t *cleanup_json_result(const struct cleanup_result *result);

#endif
