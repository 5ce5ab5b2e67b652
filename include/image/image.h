/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* What an image is, read from its bytes and from nothing else. */

enum image_format { IMAGE_PNG, IMAGE_JPEG, IMAGE_WEBP, IMAGE_GIF, IMAGE_AVIF };

struct image_info {
    enum image_format format;
    uint32_t width;  /* pixels, as shown: AVIF's rotation (irot) is applied, EXIF orientation not */
    uint32_t height; /* pixels */
};

/* Finds the format by magic bytes, reads width and height, and checks the structure of the whole
 * image up to its last byte, so that a damaged, cut off or padded file is found out: PNG chunk
 * order, lengths, CRCs and IEND (PNG third edition, section 5); JPEG markers, segment lengths, scan
 * data and EOI (ITU-T T.81 annex B); WebP RIFF and chunk lengths (RFC 9649); GIF blocks and trailer
 * (GIF89a); AVIF box lengths, ftyp brand, ispe of the primary item, extents inside the file
 * (ISO/IEC 14496-12, AVIF 1.1). Nothing is decompressed and nothing is allocated; time is linear in
 * size. A change inside of compressed data is found in any PNG (it has CRCs), elsewhere only where
 * it breaks the structure. Zeros behind a JPEG or GIF pass, and so do further JPEGs behind the
 * first (previews of the Multi-Picture Format), which are checked like it.
 *
 * ERROR_INVALID: the text names the format, what is wrong and the byte offset ("the PNG is damaged:
 * the CRC of the IDAT chunk at byte 33 does not match"), or says what the bytes are instead (an
 * HTML page, JSON, SVG, a PDF, BMP, TIFF, HEIC, ...). *ret_info is untouched on failure. */
bool image_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                   struct error *error) MUST_CHECK;

/* "image/png", ... */
const char *image_mime_type(enum image_format format);

/* "png", "jpg", "webp", "gif", "avif". */
const char *image_extension(enum image_format format);

/* "PNG", "JPEG", ... for messages. */
const char *image_format_name(enum image_format format);

/* Parses a media type or an extension as image_mime_type() and image_extension() spell them. */
bool image_format_from_extension(const char *extension, enum image_format *ret_format);

#endif
