/* SPDX-License-Identifier: MIT */
#include "image/formats.h"

#include "image/bytes.h"

#include <zlib.h>

/* A PNG is a signature and a row of chunks, each with its length, type and CRC, so any change of a
 * byte is found. The rules checked are those that decoders stop at: IHDR first and sane, the
 * palette where one is needed, image data in one run, nothing critical that is unknown, and IEND as
 * the very last bytes. Oddities that every viewer shows (a palette with too many entries or in a
 * grey image) pass. PNG third edition, sections 5 and 11. */

static const unsigned char signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

enum {
    CHUNK_OVERHEAD = 12, /* length, type, CRC */
    CHUNK_MAX = 0x7fffffff,
    COLOUR_INDEXED = 3,
};

struct chunk {
    size_t start;
    const unsigned char *type;
    const unsigned char *body;
    uint32_t length;
};

struct png {
    uint32_t width, height;
    unsigned colour_type;
    bool palette;
    bool data;      /* an IDAT was seen */
    bool data_over; /* and after it another chunk */
    bool end;
};

bool png_recognises(const unsigned char *data, size_t size)
{
    return size >= 4 && memcmp(data, signature, 4) == 0;
}

static bool take_header(struct png *png, const struct chunk *chunk, struct error *error)
{
    /* Bit n is set where a depth of n bits is allowed. */
    static const uint32_t depths[] = {
        [0] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8 | 1 << 16,
        [2] = 1 << 8 | 1 << 16,
        [3] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8,
        [4] = 1 << 8 | 1 << 16,
        [6] = 1 << 8 | 1 << 16,
    };
    if (png->width)
        return error_set(error, ERROR_INVALID, "a second IHDR chunk at byte %zu", chunk->start);
    if (chunk->length != 13)
        return error_set(error, ERROR_INVALID, "the IHDR chunk at byte %zu has %u bytes, not 13",
                         chunk->start, chunk->length);
    uint32_t width = bytes_be32(chunk->body), height = bytes_be32(chunk->body + 4);
    unsigned depth = chunk->body[8], colour_type = chunk->body[9];
    if (!width || !height || width > CHUNK_MAX || height > CHUNK_MAX)
        return error_set(error, ERROR_INVALID, "the IHDR chunk at byte %zu says %u x %u pixels",
                         chunk->start, width, height);
    if (colour_type >= sizeof depths / sizeof *depths || depth > 16 ||
        !(depths[colour_type] >> depth & 1))
        return error_set(error, ERROR_INVALID,
                         "the IHDR chunk at byte %zu combines colour type %u with %u bits",
                         chunk->start, colour_type, depth);
    if (chunk->body[10] || chunk->body[11] || chunk->body[12] > 1)
        return error_set(error, ERROR_INVALID,
                         "the IHDR chunk at byte %zu names an unknown compression, filter or "
                         "interlace method",
                         chunk->start);
    png->width = width;
    png->height = height;
    png->colour_type = colour_type;
    return true;
}

static bool take_palette(struct png *png, const struct chunk *chunk, struct error *error)
{
    if (png->palette || png->data)
        return error_set(error, ERROR_INVALID, "a PLTE chunk out of place at byte %zu",
                         chunk->start);
    if (!chunk->length || chunk->length % 3 || chunk->length > 256 * 3)
        return error_set(error, ERROR_INVALID,
                         "the PLTE chunk at byte %zu has %u bytes, which is no palette",
                         chunk->start, chunk->length);
    png->palette = true;
    return true;
}

static bool take_data(struct png *png, const struct chunk *chunk, struct error *error)
{
    if (png->data_over)
        return error_set(error, ERROR_INVALID,
                         "the IDAT chunk at byte %zu is separated from those before it",
                         chunk->start);
    if (png->colour_type == COLOUR_INDEXED && !png->palette)
        return error_set(error, ERROR_INVALID,
                         "image data at byte %zu, but no PLTE chunk with the palette it needs",
                         chunk->start);
    png->data = true;
    return true;
}

static bool take_end(struct png *png, const struct chunk *chunk, struct error *error)
{
    if (!png->data)
        return error_set(error, ERROR_INVALID, "no image data (IDAT) before IEND at byte %zu",
                         chunk->start);
    if (chunk->length)
        return error_set(error, ERROR_INVALID, "the IEND chunk at byte %zu is not empty",
                         chunk->start);
    png->end = true;
    return true;
}

static const struct {
    char type[5];
    bool (*take)(struct png *png, const struct chunk *chunk, struct error *error);
} critical_chunks[] = {
    {"IDAT", take_data},
    {"IHDR", take_header},
    {"PLTE", take_palette},
    {"IEND", take_end},
};

static bool take_chunk(struct png *png, const struct chunk *chunk, struct error *error)
{
    bool first = !png->width;
    if (first && !bytes_are(chunk->type, "IHDR"))
        return error_set(error, ERROR_INVALID, "the first chunk is %.4s, not IHDR",
                         (const char *)chunk->type);
    if (png->data && !bytes_are(chunk->type, "IDAT"))
        png->data_over = true;
    for (size_t i = 0; i < sizeof critical_chunks / sizeof *critical_chunks; i++)
        if (bytes_are(chunk->type, critical_chunks[i].type))
            return critical_chunks[i].take(png, chunk, error);
    bool ancillary = chunk->type[0] & 0x20;
    return ancillary || error_set(error, ERROR_INVALID,
                                  "the chunk %.4s at byte %zu is unknown and marked as critical",
                                  (const char *)chunk->type, chunk->start);
}

static bool read_chunk(const unsigned char *data, size_t size, size_t offset,
                       struct chunk *ret_chunk, struct error *error)
{
    size_t left = size - offset;
    if (left < CHUNK_OVERHEAD)
        return error_set(error, ERROR_INVALID, "it is cut off at byte %zu, inside a chunk header",
                         size);
    const unsigned char *type = data + offset + 4;
    for (int i = 0; i < 4; i++)
        if ((unsigned)((type[i] | 0x20) - 'a') >= 26)
            return error_set(error, ERROR_INVALID, "no chunk at byte %zu, where one should start",
                             offset);
    uint32_t length = bytes_be32(data + offset);
    if (length > CHUNK_MAX)
        return error_set(error, ERROR_INVALID, "the %.4s chunk at byte %zu has a senseless length",
                         (const char *)type, offset);
    if (length > left - CHUNK_OVERHEAD)
        return error_set(error, ERROR_INVALID,
                         "the %.4s chunk at byte %zu should have %u bytes, but the file ends at "
                         "byte %zu",
                         (const char *)type, offset, length, size);
    const unsigned char *body = type + 4;
    if (crc32(0, type, length + 4) != bytes_be32(body + length))
        return error_set(error, ERROR_INVALID,
                         "the CRC of the %.4s chunk at byte %zu does not match", (const char *)type,
                         offset);
    *ret_chunk = (struct chunk){offset, type, body, length};
    return true;
}

bool png_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                 struct error *error)
{
    if (size < sizeof signature || memcmp(data, signature, sizeof signature) != 0)
        return error_set(error, ERROR_INVALID,
                         "its signature is wrong in bytes 4 to 7 (line ends were converted, or it "
                         "is cut off)");
    struct png png = {0};
    size_t offset = sizeof signature;
    while (!png.end) {
        struct chunk chunk;
        if (offset == size)
            return error_set(error, ERROR_INVALID, "it is cut off at byte %zu, before IEND", size);
        if (!read_chunk(data, size, offset, &chunk, error) || !take_chunk(&png, &chunk, error))
            return false;
        offset += CHUNK_OVERHEAD + (size_t)chunk.length;
    }
    if (offset != size)
        return error_set(error, ERROR_INVALID, "%zu bytes follow the IEND chunk, from byte %zu",
                         size - offset, offset);
    ret_info->width = png.width;
    ret_info->height = png.height;
    return true;
}
