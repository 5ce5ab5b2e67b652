/* SPDX-License-Identifier: MIT */
#include "image/formats.h"

/* GIF (version 89a): a screen descriptor, then extensions and images made of sub-blocks, then a
 * trailer. */

enum { HEADER_SIZE = 13, EXTENSION = 0x21, IMAGE = 0x2C, TRAILER = 0x3B };

struct gif {
    const unsigned char *data;
    size_t size;
    size_t at;
};

static bool damaged(struct error *error, const char *what, size_t offset)
{
    return error_set(error, ERROR_INVALID, "the GIF is damaged: %s at byte %zu", what, offset);
}

/* Moves over `count` bytes. */
static bool skip(struct gif *gif, size_t count, struct error *error)
{
    if (count > gif->size - gif->at)
        return error_set(error, ERROR_INVALID,
                         "the GIF is cut off: its %zu bytes end before the trailer", gif->size);
    gif->at += count;
    return true;
}

static size_t table_size(unsigned flags)
{
    return flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0;
}

/* Sub-blocks up to the empty one; *ret_size is how much they hold. */
static bool skip_sub_blocks(struct gif *gif, size_t *ret_size, struct error *error)
{
    size_t total = 0, length;
    do {
        if (!skip(gif, 1, error))
            return false;
        length = gif->data[gif->at - 1];
        if (!skip(gif, length, error))
            return false;
        total += length;
    } while (length > 0);
    *ret_size = total;
    return true;
}

static bool skip_image(struct gif *gif, struct image_info *info, struct error *error)
{
    size_t start = gif->at, coded;
    if (!skip(gif, 9, error))
        return false;
    const unsigned char *descriptor = gif->data + start;
    uint32_t width = read_le16(descriptor + 4), height = read_le16(descriptor + 6);
    if (width == 0 || height == 0)
        return damaged(error, "a frame has no size", start);
    if (info->width == 0 || info->height == 0) { /* some writers leave the screen's out */
        info->width = width;
        info->height = height;
    }
    if (!skip(gif, table_size(descriptor[8]) + 1, error))
        return false;
    unsigned code_size = gif->data[gif->at - 1];
    if (code_size < 1 || code_size > 11)
        return damaged(error, "the LZW code size is impossible", gif->at - 1);
    return skip_sub_blocks(gif, &coded, error) &&
           (coded > 0 || damaged(error, "a frame has no data", start));
}

static bool skip_extension(struct gif *gif, struct error *error)
{
    size_t ignored;
    return skip(gif, 1, error) && skip_sub_blocks(gif, &ignored, error);
}

bool gif_inspect(const unsigned char *data, size_t size, struct image_info *info,
                 struct error *error)
{
    struct gif gif = {.data = data, .size = size};
    bool has_image = false;
    if (!skip(&gif, HEADER_SIZE, error) || !skip(&gif, table_size(data[10]), error))
        return false;
    info->width = read_le16(data + 6);
    info->height = read_le16(data + 8);
    for (;;) {
        if (!skip(&gif, 1, error))
            return false;
        unsigned block = data[gif.at - 1];
        if (block == TRAILER)
            break;
        if (block != IMAGE && block != EXTENSION)
            return damaged(error, "there is no block", gif.at - 1);
        if (!(block == IMAGE ? skip_image(&gif, info, error) : skip_extension(&gif, error)))
            return false;
        has_image |= block == IMAGE;
    }
    if (!has_image)
        return damaged(error, "it ends without an image", gif.at - 1);
    return gif.at == size || damaged(error, "there is more after the end of the image", gif.at);
}
