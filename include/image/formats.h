/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_FORMATS_H
#define IMAGE_FORMATS_H

#include "image/image.h"

/* What image.c asks the formats; nothing outside src/image includes this.
 *
 * FORMAT_recognises() looks at the first bytes only, and says yes to a file of its format whose
 * head is damaged, so that the message names the format.
 *
 * FORMAT_inspect() is called with what was recognised. It checks the whole file and sets width and
 * height (the format is set by the caller); on failure the text of *error is the reason alone, with
 * the byte offset ("the CRC of the IDAT chunk at byte 33 does not match"). Time is linear in
 * size. */

bool png_recognises(const unsigned char *data, size_t size);
bool png_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                 struct error *error) MUST_CHECK;

bool jpeg_recognises(const unsigned char *data, size_t size);
bool jpeg_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                  struct error *error) MUST_CHECK;

bool webp_recognises(const unsigned char *data, size_t size);
bool webp_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                  struct error *error) MUST_CHECK;

bool gif_recognises(const unsigned char *data, size_t size);
bool gif_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                 struct error *error) MUST_CHECK;

bool avif_recognises(const unsigned char *data, size_t size);
bool avif_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                  struct error *error) MUST_CHECK;

/* Says what bytes are that none of the formats recognised: fills *error with the whole sentence.
 * Always returns false. */
bool foreign_refuse(const unsigned char *data, size_t size, struct error *error);

#endif
