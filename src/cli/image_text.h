/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_TEXT_H
#define CLI_IMAGE_TEXT_H

#include "cli/output.h"
#include "storage/storage.h"

/* Stored images as people read them. */

enum { IMAGE_SUMMARY_SIZE = 64 };

/* "png, 1024x1024, 1.4 MB" */
void image_summary(const struct stored_image *image, char text[IMAGE_SUMMARY_SIZE]);

/* "until 2024-09-27 18:05" in the user's time zone; "" for a URL that works as long as the image is
 * stored. */
void image_url_expiry(const struct object_url *url, char text[CLOCK_TEXT_SIZE]);

#endif
