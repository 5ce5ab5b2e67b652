/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* What an image is, read from its bytes and from nothing else. */

enum image_format { IMAGE_PNG, IMAGE_JPEG, IMAGE_WEBP, IMAGE_GIF, IMAGE_AVIF };

/* What is worth knowing of an image that viewers show all the same. */
enum image_note {
    IMAGE_NOTE_TRAILER,  /* bytes follow its end */
    IMAGE_NOTE_VIDEO,    /* a video does: a motion photo */
    IMAGE_NOTE_ARCHIVE,  /* a ZIP archive does */
    IMAGE_NOTE_CHUNK,    /* a part that holds no pixels is damaged */
    IMAGE_NOTE_END_MARK, /* other bytes stand where it should */
};

enum { IMAGE_NOTE_COUNT = IMAGE_NOTE_END_MARK + 1 };

struct image_info {
    enum image_format format;
    uint32_t width;  /* pixels, as shown: turned and cropped as the file asks for */
    uint32_t height; /* pixels */
    unsigned notes;  /* bit n: there is the enum image_note n to be told */
};

/* Finds the format by magic bytes, reads width and height, and checks the structure of the image
 * up to its end, so that a damaged or cut off file is found out: PNG chunk order, lengths, CRCs,
 * the length of what the pixels unpack to and IEND (PNG third edition, section 5); JPEG markers,
 * segment lengths, scan data and EOI (ITU-T T.81 annex B); WebP RIFF and chunk lengths (RFC 9649);
 * GIF blocks, the number of pixels and trailer (GIF89a); AVIF box lengths, ftyp brand, ispe of the
 * primary item, extents inside the file (ISO/IEC 14496-12, AVIF 1.1). Nothing is allocated; time is
 * linear in size, whatever the image claims to unpack to.
 *
 * What makes an image unreadable is refused; what viewers ignore passes, and is noted where
 * somebody should know of it: bytes behind the end go out with the image when it is published.
 * Padding (zeros, 0xff, white space, another end mark) and further images of the Multi-Picture
 * Format are not worth a note.
 *
 * No pixel is decoded. So these are not found: in PNG a wrong Adler-32 or filter byte, in GIF a
 * changed pixel, in JPEG a changed or missing part of a scan (beyond a few bits a block, restart
 * markers and holes of zeros), in WebP and AVIF a changed or missing part of a frame's data as long
 * as the lengths around it agree, and in APNG anything in the frames after the first.
 *
 * Width and height are those that viewers show: the orientation in the EXIF data of PNG, JPEG and
 * WebP, and AVIF's clap and irot, are applied.
 *
 * ERROR_INVALID: the text names the format, what is wrong and the byte offset ("the PNG is damaged:
 * the CRC of the IDAT chunk at byte 33 does not match"), or says what the bytes are instead (an
 * HTML page, JSON, SVG, a PDF, BMP, TIFF, HEIC, ...). *ret_info is untouched on failure. */
bool image_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                   struct error *error) MUST_CHECK;

/* One sentence for people and models. */
const char *image_note_text(enum image_note note);

/* "image/png", ... */
const char *image_mime_type(enum image_format format);

/* "png", "jpg", "webp", "gif", "avif". */
const char *image_extension(enum image_format format);

/* "PNG", "JPEG", ... for messages. */
const char *image_format_name(enum image_format format);

/* Parses a media type or an extension as image_mime_type() and image_extension() spell them. */
bool image_format_from_extension(const char *extension, enum image_format *ret_format);

#endif
