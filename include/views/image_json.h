/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_IMAGE_JSON_H
#define VIEWS_IMAGE_JSON_H

#include "storage/storage_list.h"

#include <jansson.h>

/* Images as JSON with the names of the tools' output schemas: what is structured content in MCP,
 * and what commands print with --json; and as MCP resources. The caller owns what is returned;
 * NULL: no memory. */

/* An image that was just saved. */
json_t *image_json_saved(const struct stored_image *image);

/* An image that was found: its date instead of whether it was deduplicated. metadata: with what was
 * read of it. */
json_t *image_json_found(const struct stored_image *image, bool metadata);

/* An image that was asked for by name, with all that is known of it. data_included: the image
 * itself comes along. */
json_t *image_json_shown(const struct stored_image *image, bool data_included);

/* An image as an MCP Resource object, image://KEY, with what is known of its prompt and date. */
json_t *image_json_resource(const struct stored_image *image);

/* A page of a listing. */
json_t *image_json_list(const struct image_list *list, bool metadata);

#endif
