/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_FORMATS_H
#define IMAGE_FORMATS_H

#include "image/image.h"

/* What image.c asks the formats; nothing outside src/image includes this.
 *
 * FORMAT_recognises() looks at the first bytes only, and says yes to a file of its format whose
 * head is damaged, so that the message names the format.
 *
 * FORMAT_inspect() is called with what was recognised. It checks the whole file, sets width and
 * height and adds notes (the rest is set by the caller); on failure the text of *error is the
 * reason alone, with the byte offset ("the CRC of the IDAT chunk at byte 33 does not match"). Time
 * is linear in size. */

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

/* Adds a note on the bytes behind the end of an image, unless they are padding. `mark` is the
 * format's end mark, which may be there again (NULL: it has none). */
void trailer_note(const unsigned char *data, size_t size, const char *mark, size_t mark_size,
                  struct image_info *info);

/* Swaps width and height if EXIF data (with or without its "Exif" in front) says that the image is
 * shown turned by 90 or 270 degrees. */
void exif_orient(const unsigned char *data, size_t size, struct image_info *info);

/* Says what bytes are that none of the formats recognised: fills *error with the whole sentence.
 * Always returns false. */
bool not_image_refuse(const unsigned char *data, size_t size, struct error *error);

#endif
