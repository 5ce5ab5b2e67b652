/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_BYTES_H
#define IMAGE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Numbers out of bytes. The first group reads where the caller has checked that the bytes are
 * there; struct bytes_reader checks by itself. */

static inline uint16_t bytes_be16(const unsigned char *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t bytes_be32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint16_t bytes_le16(const unsigned char *at)
{
    return (uint16_t)(at[1] << 8 | at[0]);
}

static inline uint32_t bytes_le24(const unsigned char *at)
{
    return (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static inline uint32_t bytes_le32(const unsigned char *at)
{
    return (uint32_t)at[3] << 24 | bytes_le24(at);
}

/* Whether the bytes at `at` are the four characters `name`. */
static inline bool bytes_are(const unsigned char *at, const char name[static 5])
{
    return memcmp(at, name, 4) == 0;
}

/* Whether `size` bytes begin with the string `prefix`. */
static inline bool bytes_begin(const unsigned char *data, size_t size, const char *prefix)
{
    size_t length = strlen(prefix);
    return size >= length && memcmp(data, prefix, length) == 0;
}

/* A place in data[0..end). Reading past the end gives 0 and sets `ended`, which stays set: a
 * structure is read field by field and asked about once. */
struct bytes_reader {
    const unsigned char *data;
    size_t offset;
    size_t end;
    bool ended;
};

/* Reads a big-endian number of 0 to 8 bytes. */
static inline uint64_t bytes_read(struct bytes_reader *reader, unsigned width)
{
    if (reader->ended || reader->end - reader->offset < width) {
        reader->ended = true;
        return 0;
    }
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++)
        value = value << 8 | reader->data[reader->offset++];
    return value;
}

#endif
