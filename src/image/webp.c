/* SPDX-License-Identifier: MIT */
#include "image/formats.h"

/* WebP (RFC 9649): a RIFF file of chunks, padded to even lengths. A simple file is one image chunk;
 * an extended one begins with VP8X and holds an image chunk, or animation frames with image chunks
 * of their own. */

enum { RIFF_HEADER = 12, CHUNK_HEADER = 8, FRAME_HEADER = 16 };

struct chunk {
    size_t offset;
    size_t size;
    const unsigned char *type;
    const unsigned char *data;
};

static bool damaged(struct error *error, const char *what, size_t offset)
{
    return error_set(error, ERROR_INVALID, "the WebP is damaged: %s at byte %zu", what, offset);
}

static bool is_type(const struct chunk *chunk, const char *type)
{
    return memcmp(chunk->type, type, 4) == 0;
}

/* The chunk at *offset, which moves past it; everything ends at `end`. */
static bool read_chunk(const unsigned char *data, size_t end, size_t *offset, struct chunk *chunk,
                       struct error *error)
{
    size_t rest = end - *offset;
    if (rest < CHUNK_HEADER)
        return damaged(error, "there is half a chunk", *offset);
    chunk->offset = *offset;
    chunk->type = data + *offset;
    chunk->size = read_le32(data + *offset + 4);
    chunk->data = data + *offset + CHUNK_HEADER;
    if (chunk->size > rest - CHUNK_HEADER)
        return damaged(error, "a chunk is longer than what it is in", *offset);
    size_t padded = chunk->size + (chunk->size & 1);
    *offset += CHUNK_HEADER + (padded < rest - CHUNK_HEADER ? padded : rest - CHUNK_HEADER);
    return true;
}

/* RFC 6386, section 9.1: the frame tag and the key frame's header. */
static bool read_lossy(const struct chunk *chunk, uint32_t *width, uint32_t *height,
                       struct error *error)
{
    const unsigned char *p = chunk->data;
    if (chunk->size < 10 || (p[0] & 1) || p[3] != 0x9D || p[4] != 0x01 || p[5] != 0x2A ||
        read_le24(p) >> 5 > chunk->size - 10)
        return damaged(error, "the VP8 frame header is wrong", chunk->offset);
    *width = read_le16(p + 6) & 0x3FFF;
    *height = read_le16(p + 8) & 0x3FFF;
    return (*width && *height) || damaged(error, "width or height is zero", chunk->offset);
}

/* RFC 9649, section 3.4: the signature, two times 14 bits, alpha, version 0. */
static bool read_lossless(const struct chunk *chunk, uint32_t *width, uint32_t *height,
                          struct error *error)
{
    const unsigned char *p = chunk->data;
    if (chunk->size <= 5 || p[0] != 0x2F || p[4] >> 5 != 0)
        return damaged(error, "the VP8L header is wrong", chunk->offset);
    uint32_t bits = read_le32(p + 1);
    *width = (bits & 0x3FFF) + 1;
    *height = (bits >> 14 & 0x3FFF) + 1;
    return true;
}

static bool is_image(const struct chunk *chunk)
{
    return is_type(chunk, "VP8 ") || is_type(chunk, "VP8L");
}

static bool read_image(const struct chunk *chunk, uint32_t *width, uint32_t *height,
                       struct error *error)
{
    return is_type(chunk, "VP8 ") ? read_lossy(chunk, width, height, error)
                                  : read_lossless(chunk, width, height, error);
}

/* An animation frame: its header and the chunks of its image. */
static bool check_frame(const unsigned char *data, const struct chunk *frame, struct error *error)
{
    size_t offset = frame->offset + CHUNK_HEADER + FRAME_HEADER;
    size_t end = frame->offset + CHUNK_HEADER + frame->size;
    uint32_t width, height;
    struct chunk chunk;
    bool found = false;
    if (frame->size < FRAME_HEADER)
        return damaged(error, "a frame is too short", frame->offset);
    while (offset < end) {
        if (!read_chunk(data, end, &offset, &chunk, error) ||
            (is_image(&chunk) && !read_image(&chunk, &width, &height, error)))
            return false;
        found |= is_image(&chunk);
    }
    return found || damaged(error, "a frame has no image", frame->offset);
}

static bool read_extended(const unsigned char *data, size_t size, size_t offset,
                          const struct chunk *header, struct image_info *info, struct error *error)
{
    uint32_t width, height;
    struct chunk chunk;
    bool found = false;
    if (header->size < 10)
        return damaged(error, "the VP8X header is too short", header->offset);
    info->width = read_le24(header->data + 4) + 1;
    info->height = read_le24(header->data + 7) + 1;
    while (offset < size) {
        if (!read_chunk(data, size, &offset, &chunk, error))
            return false;
        bool frame = is_type(&chunk, "ANMF");
        if ((frame && !check_frame(data, &chunk, error)) ||
            (is_image(&chunk) && !read_image(&chunk, &width, &height, error)))
            return false;
        found |= frame || is_image(&chunk);
    }
    return found || damaged(error, "there is no image after the header", header->offset);
}

bool webp_inspect(const unsigned char *data, size_t size, struct image_info *info,
                  struct error *error)
{
    size_t offset = RIFF_HEADER, riff = (size_t)read_le32(data + 4) + 8;
    struct chunk chunk;
    if (riff > size)
        return error_set(error, ERROR_INVALID,
                         "the WebP is cut off: it says it has %zu bytes, but there are only %zu",
                         riff, size);
    if (riff < size)
        return damaged(error, "there is more after the end of the image", riff);
    if (!read_chunk(data, size, &offset, &chunk, error))
        return false;
    if (is_type(&chunk, "VP8X"))
        return read_extended(data, size, offset, &chunk, info, error);
    if (!is_image(&chunk))
        return damaged(error, "there is no image chunk", chunk.offset);
    if (!read_image(&chunk, &info->width, &info->height, error))
        return false;
    return offset == size || damaged(error, "there is more after the end of the image", offset);
}
