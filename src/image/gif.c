/* SPDX-License-Identifier: MIT */
/* A GIF is a screen descriptor and a row of blocks; data inside them comes in sub-blocks of at most
 * 255 bytes that end with an empty one, and a trailer byte ends the file. There are no checksums:
 * what is found is damage to the structure of blocks, and an image whose codes stand for too few
 * pixels (gif_pixels.c), which finds cuts and holes; a changed pixel is not. GIF89a, sections 15 to
 * 27.
 *
 * Frames that reach beyond the screen pass, decoders clip them. As in browsers, the first one makes
 * the screen larger instead. */
#include "image/formats.h"

#include "image/bytes.h"
#include "image/gif_pixels.h"

enum {
    BLOCK_EXTENSION = 0x21,
    BLOCK_IMAGE = 0x2c,
    BLOCK_TRAILER = 0x3b,
    BLOCK_NONE = -1,
    HAS_COLOUR_TABLE = 0x80,
    CODE_SIZE_MIN = 1,
    CODE_SIZE_MAX = 11,
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

/* Makes the screen hold the first image. */
static void fit_screen(struct image_info *screen, const unsigned char *field)
{
    uint32_t right = (uint32_t)bytes_le16(field) + bytes_le16(field + 4);
    uint32_t bottom = (uint32_t)bytes_le16(field + 2) + bytes_le16(field + 6);
    if (right > screen->width)
        screen->width = right;
    if (bottom > screen->height)
        screen->height = bottom;
}

static bool skip_image(const unsigned char *data, size_t size, size_t *offset, struct error *error)
{
    size_t start = *offset;
    if (size - start < 10)
        return cut_off(size, "image", start, error);
    const unsigned char *field = data + start + 1;
    uint32_t width = bytes_le16(field + 4), height = bytes_le16(field + 6);
    if (!width || !height)
        return error_set(error, ERROR_INVALID, "the image at byte %zu says %u x %u pixels", start,
                         width, height);
    size_t head = 10 + colour_table_size(field[8]);
    if (size - start < head + 2)
        return cut_off(size, "image", start, error);
    unsigned code_size = data[start + head];
    if (code_size < CODE_SIZE_MIN || code_size > CODE_SIZE_MAX)
        return error_set(error, ERROR_INVALID, "the image at byte %zu has an LZW code size of %u",
                         start, code_size);
    size_t codes = *offset = start + head + 1;
    if (!skip_sub_blocks(data, size, "image", start, offset, error))
        return false;
    uint64_t needed = (uint64_t)width * height, found;
    found = gif_pixels_count(data + codes, *offset - codes, code_size, needed);
    return found >= needed ||
           error_set(error, ERROR_INVALID,
                     "the image at byte %zu has data for %llu of its %u x %u pixels", start,
                     (unsigned long long)found, width, height);
}

/* Steps over the blocks up to the trailer. Where images were there and then comes what is no block,
 * decoders show those images. */
static bool skip_blocks(const unsigned char *data, size_t size, struct image_info *screen,
                        size_t *offset, struct error *error)
{
    bool image = false, good = true, more = true;
    while (good && more) {
        int block = *offset < size ? data[*offset] : BLOCK_NONE;
        switch (block) {
        case BLOCK_IMAGE:
            if (!image && size - *offset >= 10)
                fit_screen(screen, data + *offset + 1);
            image = true;
            good = skip_image(data, size, offset, error);
            break;
        case BLOCK_EXTENSION:
            good = skip_extension(data, size, offset, error);
            break;
        case BLOCK_TRAILER:
            more = false;
            break;
        default:
            more = false;
            screen->notes |= 1U << IMAGE_NOTE_END_MARK;
        }
    }
    if (!good)
        return false;
    if (*offset == size)
        return error_set(error, ERROR_INVALID, "it is cut off at byte %zu, before the trailer",
                         size);
    return image || error_set(error, ERROR_INVALID,
                              "no image before byte %zu, where the blocks end (0x%02x)", *offset,
                              data[*offset]);
}

bool gif_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                 struct error *error)
{
    if (size < 13)
        return cut_off(size, "screen descriptor", 0, error);
    if ((data[4] != '7' && data[4] != '9') || data[5] != 'a')
        return error_set(error, ERROR_INVALID, "the version at byte 4 is neither 87a nor 89a");
    struct image_info screen = {.width = bytes_le16(data + 6), .height = bytes_le16(data + 8)};
    size_t offset = 13 + colour_table_size(data[10]);
    if (offset > size)
        return cut_off(size, "colour table", 13, error);
    if (!skip_blocks(data, size, &screen, &offset, error))
        return false;
    ret_info->width = screen.width;
    ret_info->height = screen.height;
    ret_info->notes |= screen.notes;
    trailer_note(data + offset, size - offset, ";", 1, ret_info);
    return true;
}
