/* SPDX-License-Identifier: MIT */
/* Makes PNGs by hand: zlib has the two things that are needed, deflate and the CRC, and the pixels
 * are noise so that the size of the file is about what its dimensions say. */
#include "support/png.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static unsigned char *test_png_chunk(unsigned char *at, const char *type, const unsigned char *data,
                                     uint32_t size)
{
    const unsigned char length[4] = {(unsigned char)(size >> 24), (unsigned char)(size >> 16),
                                     (unsigned char)(size >> 8), (unsigned char)size};
    memcpy(at, length, 4);
    memcpy(at + 4, type, 4);
    if (size > 0)
        memcpy(at + 8, data, size);
    uint32_t sum = (uint32_t)crc32(0, at + 4, size + 4);
    const unsigned char crc[4] = {(unsigned char)(sum >> 24), (unsigned char)(sum >> 16),
                                  (unsigned char)(sum >> 8), (unsigned char)sum};
    memcpy(at + 8 + size, crc, 4);
    return at + 12 + size;
}

struct blob *test_png(uint32_t width, uint32_t height, uint32_t seed)
{
    size_t row = 1 + 3 * (size_t)width, raw_size = row * height;
    uLongf packed_size = compressBound(raw_size);
    unsigned char *raw = malloc(raw_size), *packed = malloc(packed_size);
    unsigned char *file = malloc(packed_size + 64), *at = file;
    uint32_t noise = seed * 2654435761u + 1;
    for (size_t i = 0; i < raw_size; i++) {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        raw[i] = i % row == 0 ? 0 : (unsigned char)(noise >> 11);
    }
    compress2(packed, &packed_size, raw, raw_size, 1);
    const unsigned char header[13] = {
        (unsigned char)(width >> 24),
        (unsigned char)(width >> 16),
        (unsigned char)(width >> 8),
        (unsigned char)width,
        (unsigned char)(height >> 24),
        (unsigned char)(height >> 16),
        (unsigned char)(height >> 8),
        (unsigned char)height,
        8,
        2,
    };
    memcpy(at, "\x89PNG\r\n\x1a\n", 8);
    at = test_png_chunk(at + 8, "IHDR", header, sizeof header);
    at = test_png_chunk(at, "IDAT", packed, (uint32_t)packed_size);
    at = test_png_chunk(at, "IEND", NULL, 0);

    struct blob *blob = NULL;
    struct error error;
    if (!blob_create(file, (size_t)(at - file), &blob, &error))
        abort();
    free(raw);
    free(packed);
    free(file);
    return blob;
}
