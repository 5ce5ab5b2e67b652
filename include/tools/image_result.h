/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_IMAGE_RESULT_H
#define TOOLS_IMAGE_RESULT_H

#include "base/buffer.h"
#include "storage/storage.h"

#include <jansson.h>

/* A stored image as tools show it: the same facts as JSON, as text for a model, and as a resource
 * link. */

/* The facts as a JSON object with the names of the output schemas (url, filename, key, size, ...).
 * The caller owns it; NULL when there is no memory. */
json_t *image_result_json(const struct stored_image *image);

/* The same facts as Markdown: the image itself, its URL, then a line each. */
bool image_result_markdown(const struct stored_image *image, struct buffer *text,
                           struct error *error) MUST_CHECK;

/* A resource_link content block (MCP 2025-06-18 and later). The caller owns it; NULL when there is
 * no memory. */
json_t *image_result_link(const struct stored_image *image);

#endif
