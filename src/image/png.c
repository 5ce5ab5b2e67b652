/* SPDX-License-Identifier: MIT */
/* A PNG is a signature and a row of chunks, each with its length, type and CRC, so any change of a
 * byte is found. The rules checked are those that decoders stop at: IHDR first and sane, the
 * palette where one is needed, image data in one run, nothing critical that is unknown, and IEND.
 * Tools that stop half-way close a file properly all the same, so the image data is followed to its
 * end too: it has to unpack to as many bytes as the pixels need. Oddities that every viewer shows
 * pass (a palette with too many entries or in a grey image, an ancillary chunk with a wrong CRC,
 * bytes behind IEND). PNG third edition, sections 5, 8 and 11. */
#include "image/formats.h"

#include "base/array.h"

#include "image/bytes.h"
#include "image/deflate.h"

#include <zlib.h>

static const unsigned char signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

static const char end_mark[] = "\0\0\0\0IEND\xae\x42\x60\x82";

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
    bool damaged; /* its CRC does not match, and it is an ancillary one */
};

struct png {
    uint32_t width, height;
    unsigned depth, colour_type;
    bool interlaced;
    bool palette;
    size_t data;    /* where the first IDAT is, 0: none was seen */
    bool data_over; /* and after it another chunk */
    bool end;
    const unsigned char *exif; /* NULL: none */
    uint32_t exif_size;
    unsigned notes;
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
    if (colour_type >= LENGTH(depths) || depth > 16 || !(depths[colour_type] >> depth & 1))
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
    png->depth = depth;
    png->colour_type = colour_type;
    png->interlaced = chunk->body[12];
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
    if (!png->data)
        png->data = chunk->start;
    return true;
}

static bool take_exif(struct png *png, const struct chunk *chunk, struct error *error)
{
    (void)error;
    if (!png->exif) {
        png->exif = chunk->body;
        png->exif_size = chunk->length;
    }
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
} known_chunks[] = {
    {"IDAT", take_data}, {"IHDR", take_header}, {"PLTE", take_palette},
    {"IEND", take_end},  {"eXIf", take_exif},
};

static bool is_ancillary(const unsigned char *type)
{
    return type[0] & 0x20;
}

static bool take_chunk(struct png *png, const struct chunk *chunk, struct error *error)
{
    bool first = !png->width;
    if (first && !bytes_are(chunk->type, "IHDR"))
        return error_set(error, ERROR_INVALID, "the first chunk is %.4s, not IHDR",
                         (const char *)chunk->type);
    if (png->data && !bytes_are(chunk->type, "IDAT"))
        png->data_over = true;
    if (chunk->damaged) {
        png->notes |= 1U << IMAGE_NOTE_CHUNK;
        return true;
    }
    for (size_t i = 0; i < LENGTH(known_chunks); i++)
        if (bytes_are(chunk->type, known_chunks[i].type))
            return known_chunks[i].take(png, chunk, error);
    return is_ancillary(chunk->type) ||
           error_set(error, ERROR_INVALID,
                     "the chunk %.4s at byte %zu is unknown and marked as critical",
                     (const char *)chunk->type, chunk->start);
}

static bool read_chunk(const unsigned char *data, size_t size, size_t offset,
                       struct chunk *ret_chunk, struct error *error)
{
    size_t left = size - offset;
    if (left < CHUNK_OVERHEAD)
        return error_set(error, ERROR_INVALID, "it is cut off at byte %zu, %s", size,
                         left ? "inside a chunk" : "before IEND");
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
    bool damaged = crc32(0, type, length + 4) != bytes_be32(body + length);
    if (damaged && !is_ancillary(type))
        return error_set(error, ERROR_INVALID,
                         "the CRC of the %.4s chunk at byte %zu does not match", (const char *)type,
                         offset);
    *ret_chunk = (struct chunk){offset, type, body, length, damaged};
    return true;
}

/* The bytes that rows of this many pixels unpack to, each with its filter byte; UINT64_MAX stands
 * for all that is too much to count. */
static uint64_t rows_size(const struct png *png, uint64_t width, uint64_t height)
{
    static const unsigned char channels[] = {[0] = 1, [2] = 3, [3] = 1, [4] = 2, [6] = 4};
    uint64_t row = 1 + (width * channels[png->colour_type] * png->depth + 7) / 8, size;
    if (!width || !height)
        return 0;
    return __builtin_mul_overflow(row, height, &size) ? UINT64_MAX : size;
}

/* The same for the image; an interlaced one comes as seven smaller ones (Adam7). */
static uint64_t pixels_size(const struct png *png)
{
    static const struct {
        unsigned char left, top, across, down;
    } passes[] = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
        {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2},
    };
    if (!png->interlaced)
        return rows_size(png, png->width, png->height);
    uint64_t total = 0;
    for (size_t i = 0; i < LENGTH(passes); i++) {
        uint64_t width = (png->width + passes[i].across - 1ULL - passes[i].left) / passes[i].across;
        uint64_t height = (png->height + passes[i].down - 1ULL - passes[i].top) / passes[i].down;
        if (__builtin_add_overflow(total, rows_size(png, width, height), &total))
            return UINT64_MAX;
    }
    return total;
}

/* The IDAT chunks one by one; they have been checked, and IEND is behind them. */
static bool next_data(void *argument, const unsigned char **ret_data, size_t *ret_size)
{
    const unsigned char **chunk = argument;
    if (!bytes_are(*chunk + 4, "IDAT"))
        return false;
    *ret_data = *chunk + 8;
    *ret_size = bytes_be32(*chunk);
    *chunk += CHUNK_OVERHEAD + *ret_size;
    return true;
}

static bool check_pixels(const struct png *png, const unsigned char *data, struct error *error)
{
    const unsigned char *chunk = data + png->data;
    const struct deflate_source source = {next_data, &chunk};
    const char *reason = "";
    uint64_t needed = pixels_size(png), found = deflate_count(&source, needed, &reason);
    if (found >= needed)
        return true;
    return error_set(error, ERROR_INVALID,
                     "the image data at byte %zu unpacks to %llu bytes, but %u x %u pixels need "
                     "%llu (%s)",
                     png->data, (unsigned long long)found, png->width, png->height,
                     (unsigned long long)needed, reason);
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
        if (!read_chunk(data, size, offset, &chunk, error) || !take_chunk(&png, &chunk, error))
            return false;
        offset += CHUNK_OVERHEAD + (size_t)chunk.length;
    }
    if (!check_pixels(&png, data, error))
        return false;
    ret_info->width = png.width;
    ret_info->height = png.height;
    ret_info->notes |= png.notes;
    if (png.exif)
        exif_orient(png.exif, png.exif_size, ret_info);
    trailer_note(data + offset, size - offset, end_mark, sizeof end_mark - 1, ret_info);
    return true;
}
