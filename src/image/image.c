/* SPDX-License-Identifier: MIT */
/* The table of formats; everything here goes through it. */
#include "image/image.h"

#include "base/array.h"

#include "image/formats.h"

#include <string.h>

static const struct {
    const char *name;
    const char *mime_type;
    const char *extension;
    bool (*recognises)(const unsigned char *data, size_t size);
    bool (*inspect)(const unsigned char *data, size_t size, struct image_info *ret_info,
                    struct error *error);
} formats[] = {
    [IMAGE_PNG] = {"PNG", "image/png", "png", png_recognises, png_inspect},
    [IMAGE_JPEG] = {"JPEG", "image/jpeg", "jpg", jpeg_recognises, jpeg_inspect},
    [IMAGE_WEBP] = {"WebP", "image/webp", "webp", webp_recognises, webp_inspect},
    [IMAGE_GIF] = {"GIF", "image/gif", "gif", gif_recognises, gif_inspect},
    [IMAGE_AVIF] = {"AVIF", "image/avif", "avif", avif_recognises, avif_inspect},
};

enum { FORMAT_COUNT = LENGTH(formats) };

bool image_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                   struct error *error)
{
    for (int i = 0; i < FORMAT_COUNT; i++) {
        if (!formats[i].recognises(data, size))
            continue;
        struct image_info info = {.format = (enum image_format)i};
        if (!formats[i].inspect(data, size, &info, error))
            return error_prefix(error, "the %s is damaged", formats[i].name);
        *ret_info = info;
        return true;
    }
    return not_image_refuse(data, size, error);
}

const char *image_note_text(enum image_note note)
{
    static const char *const texts[IMAGE_NOTE_COUNT] = {
        [IMAGE_NOTE_TRAILER] = "Bytes that are no part of the image follow its end; viewers ignore "
                               "them, but they are stored and published with it.",
        [IMAGE_NOTE_VIDEO] =
            "A video follows the image (a motion photo); viewers ignore it, but it "
            "is stored and published with the image.",
        [IMAGE_NOTE_ARCHIVE] = "A ZIP archive follows the image; viewers ignore it, but it is "
                               "stored and published with the image.",
        [IMAGE_NOTE_CHUNK] = "A part of the file that holds no pixels (text, a date, colours) is "
                             "damaged; viewers leave it out.",
        [IMAGE_NOTE_END_MARK] =
            "Something that is no part of an image stands where the next one or "
            "the end should; of an animation, frames may be missing.",
    };
    return texts[note];
}

const char *image_mime_type(enum image_format format)
{
    return formats[format].mime_type;
}

const char *image_extension(enum image_format format)
{
    return formats[format].extension;
}

const char *image_format_name(enum image_format format)
{
    return formats[format].name;
}

bool image_format_from_extension(const char *extension, enum image_format *ret_format)
{
    for (int i = 0; i < FORMAT_COUNT; i++) {
        if (strcmp(extension, formats[i].extension) != 0 &&
            strcmp(extension, formats[i].mime_type) != 0)
            continue;
        *ret_format = (enum image_format)i;
        return true;
    }
    return false;
}
