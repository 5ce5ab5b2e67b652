/* SPDX-License-Identifier: MIT */
#include "image/formats.h"

#include <zlib.h>

/* PNG (third edition), section 5: a signature and chunks, each with length, type, data and CRC. */

enum { SIGNATURE_SIZE = 8, CHUNK_OVERHEAD = 12, IHDR_SIZE = 13 };

struct chunk {
    size_t offset; /* of its length field */
    uint32_t size; /* of its data */
    const unsigned char *type;
    const unsigned char *data;
};

static bool damaged(struct error *error, const char *what, size_t offset)
{
    return error_set(error, ERROR_INVALID, "the PNG is damaged: %s at byte %zu", what, offset);
}

static bool is_letter(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool read_chunk(const unsigned char *data, size_t size, size_t offset, struct chunk *chunk,
                       struct error *error)
{
    size_t rest = size - offset;
    if (rest < CHUNK_OVERHEAD)
        return error_set(error, ERROR_INVALID,
                         "the PNG is cut off: its %zu bytes end before the IEND chunk", size);
    chunk->offset = offset;
    chunk->size = read_be32(data + offset);
    chunk->type = data + offset + 4;
    chunk->data = data + offset + 8;
    for (int i = 0; i < 4; i++)
        if (!is_letter(chunk->type[i]))
            return damaged(error, "there is no chunk", offset);
    if (chunk->size > rest - CHUNK_OVERHEAD)
        return error_set(error, ERROR_INVALID,
                         "the PNG is cut off or damaged: the %.4s chunk at byte %zu says it has %u "
                         "bytes, but only %zu follow",
                         (const char *)chunk->type, offset, chunk->size, rest - CHUNK_OVERHEAD);
    uLong crc = crc32_z(0, chunk->type, (z_size_t)chunk->size + 4);
    if (crc != read_be32(chunk->data + chunk->size))
        return error_set(error, ERROR_INVALID,
                         "the PNG is damaged: the CRC of the %.4s chunk at byte %zu does not match",
                         (const char *)chunk->type, offset);
    return true;
}

/* Table 12: which bit depths a colour type has. */
static bool valid_colour(unsigned depth, unsigned type)
{
    static const unsigned depths[] = {
        [0] = 1 | 2 | 4 | 8 | 16, [2] = 8 | 16, [3] = 1 | 2 | 4 | 8, [4] = 8 | 16, [6] = 8 | 16};
    return type < sizeof depths / sizeof *depths && depth <= 16 && (depth & (depth - 1)) == 0 &&
           (depths[type] & depth);
}

static bool read_header(const struct chunk *chunk, struct image_info *info, struct error *error)
{
    const unsigned char *data = chunk->data;
    if (memcmp(chunk->type, "IHDR", 4) != 0 || chunk->size != IHDR_SIZE)
        return damaged(error, "there is no IHDR chunk", chunk->offset);
    info->width = read_be32(data);
    info->height = read_be32(data + 4);
    if (info->width == 0 || info->height == 0 || info->width > INT32_MAX ||
        info->height > INT32_MAX)
        return damaged(error, "width or height is impossible", chunk->offset + 8);
    if (!valid_colour(data[8], data[9]) || data[10] != 0 || data[11] != 0 || data[12] > 1)
        return damaged(error, "the colour type or coding is impossible", chunk->offset + 16);
    return true;
}

bool png_inspect(const unsigned char *data, size_t size, struct image_info *info,
                 struct error *error)
{
    struct chunk chunk = {0};
    size_t offset = SIGNATURE_SIZE;
    bool has_data = false, was_data = false;
    if (!read_chunk(data, size, offset, &chunk, error) || !read_header(&chunk, info, error))
        return false;
    while (memcmp(chunk.type, "IEND", 4) != 0) {
        offset += CHUNK_OVERHEAD + (size_t)chunk.size;
        if (!read_chunk(data, size, offset, &chunk, error))
            return false;
        bool is_data = memcmp(chunk.type, "IDAT", 4) == 0;
        if (memcmp(chunk.type, "IHDR", 4) == 0 || (is_data && has_data && !was_data))
            return damaged(error, "a chunk is out of order", chunk.offset);
        has_data |= is_data;
        was_data = is_data;
    }
    if (!has_data)
        return damaged(error, "there is no image data before IEND", chunk.offset);
    offset += CHUNK_OVERHEAD + (size_t)chunk.size;
    if (chunk.size != 0 || offset != size)
        return damaged(error, "there is more after the end of the image", offset);
    return true;
}
