/* SPDX-License-Identifier: MIT */
/* How an image is described in a line: several commands show the same, and it must be the same
 * words. */
#include "cli/image_text.h"

#include <string.h>

void image_summary(const struct stored_image *image, char text[IMAGE_SUMMARY_SIZE])
{
    char size[SIZE_TEXT_SIZE];
    format_size(image->size, size);
    snprintf(text, IMAGE_SUMMARY_SIZE, "%s, %ux%u, %s", image_format_name(image->image.format),
             image->image.width, image->image.height, size);
}

void image_url_expiry(const struct object_url *url, char text[CLOCK_TEXT_SIZE])
{
    char time[CLOCK_TEXT_SIZE];
    *text = '\0';
    if (url->expires_ms == 0)
        return;
    format_local_time(url->expires_ms, time);
    snprintf(text, CLOCK_TEXT_SIZE, "until %.24s", time);
}
