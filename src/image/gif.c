/* SPDX-License-Identifier: MIT */
#include "image/formats.h"

#include "image/bytes.h"

/* A GIF is a screen descriptor and a row of blocks; data inside them comes in sub-blocks of at most
 * 255 bytes that end with an empty one, and a trailer byte ends the file. There are no checksums:
 * what is found is a cut, a hole of zeros (it ends a block too early, and no block begins with a
 * zero) and damage to the structure; a changed pixel is not. Zeros after the trailer pass, some
 * encoders write one. GIF89a, sections 15 to 27. */

enum {
    BLOCK_EXTENSION = 0x21,
    BLOCK_IMAGE = 0x2c,
    BLOCK_TRAILER = 0x3b,
    HAS_COLOUR_TABLE = 0x80,
};

static bool cut_off(size_t size, const char *what, size_t start, struct error *error)
{
    return error_set(error, ERROR_INVALID, "it is cut off at byte %zu, in the %s at byte %zu", size,
                     what, start);
}

bool gif_recognises(const unsigned char *data, size_t size)
{
    return bytes_begin(data, size, "GIF8");
}

/* The bytes of the colour table that a packed field announces. */
static size_t colour_table_size(unsigned packed)
{
    return packed & HAS_COLOUR_TABLE ? (size_t)6 << (packed & 7) : 0;
}

/* Steps over sub-blocks, the empty one that ends them included. */
static bool skip_sub_blocks(const unsigned char *data, size_t size, const char *what, size_t start,
                            size_t *offset, struct error *error)
{
    for (size_t at = *offset; at < size;) {
        size_t length = data[at++];
        if (length == 0) {
            *offset = at;
            return true;
        }
        if (length > size - at)
            break;
        at += length;
    }
    return cut_off(size, what, start, error);
}

/* Extensions whose first sub-block has a set size; longer ones are read by every decoder, shorter
 * ones by none. */
static bool skip_extension(const unsigned char *data, size_t size, size_t *offset,
                           struct error *error)
{
    static const unsigned char smallest[256] = {[0x01] = 12, [0xf9] = 4, [0xff] = 11};
    size_t start = *offset;
    if (size - start < 3)
        return cut_off(size, "extension", start, error);
    unsigned label = data[start + 1], length = data[start + 2];
    if (length < smallest[label])
        return error_set(error, ERROR_INVALID,
                         "the extension 0x%02x at byte %zu has %u bytes instead of %u", label,
                         start, length, smallest[label]);
    *offset += 2;
    return skip_sub_blocks(data, size, "extension", start, offset, error);
}

static bool skip_image(const unsigned char *data, size_t size, const struct image_info *screen,
                       size_t *offset, struct error *error)
{
    size_t start = *offset;
    if (size - start < 10)
        return cut_off(size, "image", start, error);
    const unsigned char *field = data + start + 1;
    uint32_t left = bytes_le16(field), top = bytes_le16(field + 2);
    uint32_t width = bytes_le16(field + 4), height = bytes_le16(field + 6);
    if (!width || !height || left + width > screen->width || top + height > screen->height)
        return error_set(error, ERROR_INVALID,
                         "the image at byte %zu (%u x %u pixels at %u, %u) does not fit the screen "
                         "of %u x %u pixels",
                         start, width, height, left, top, screen->width, screen->height);
    size_t head = 10 + colour_table_size(field[8]);
    if (size - start < head + 2)
        return cut_off(size, "image", start, error);
    unsigned code_size = data[start + head];
    if (code_size < 2 || code_size > 8)
        return error_set(error, ERROR_INVALID, "the image at byte %zu has an LZW code size of %u",
                         start, code_size);
    if (data[start + head + 1] == 0)
        return error_set(error, ERROR_INVALID, "the image at byte %zu has no data", start);
    *offset = start + head + 1;
    return skip_sub_blocks(data, size, "image", start, offset, error);
}

static bool skip_blocks(const unsigned char *data, size_t size, const struct image_info *screen,
                        size_t *offset, struct error *error)
{
    bool image = false, good = true;
    while (good && *offset < size && data[*offset] != BLOCK_TRAILER) {
        switch (data[*offset]) {
        case BLOCK_IMAGE:
            image = true;
            good = skip_image(data, size, screen, offset, error);
            break;
        case BLOCK_EXTENSION:
            good = skip_extension(data, size, offset, error);
            break;
        default:
            return error_set(error, ERROR_INVALID,
                             "no block starts at byte %zu, where one should (0x%02x)", *offset,
                             data[*offset]);
        }
    }
    if (!good)
        return false;
    if (*offset == size)
        return error_set(error, ERROR_INVALID, "it is cut off at byte %zu, before the trailer",
                         size);
    return image ||
           error_set(error, ERROR_INVALID, "no image before the trailer at byte %zu", *offset);
}

bool gif_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                 struct error *error)
{
    if (size < 13)
        return cut_off(size, "screen descriptor", 0, error);
    if ((data[4] != '7' && data[4] != '9') || data[5] != 'a')
        return error_set(error, ERROR_INVALID, "the version at byte 4 is neither 87a nor 89a");
    struct image_info screen = {.width = bytes_le16(data + 6), .height = bytes_le16(data + 8)};
    if (!screen.width || !screen.height)
        return error_set(error, ERROR_INVALID,
                         "the screen descriptor at byte 6 says %u x %u pixels", screen.width,
                         screen.height);
    size_t offset = 13 + colour_table_size(data[10]);
    if (offset > size)
        return cut_off(size, "colour table", 13, error);
    if (!skip_blocks(data, size, &screen, &offset, error))
        return false;
    for (offset++; offset < size; offset++)
        if (data[offset])
            return error_set(error, ERROR_INVALID, "bytes follow the trailer, from byte %zu",
                             offset);
    ret_info->width = screen.width;
    ret_info->height = screen.height;
    return true;
}
