/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_FORMATS_H
#define IMAGE_FORMATS_H

#include "image/image.h"

#include <string.h>

/* One function a format: each gets bytes that begin with the format's magic, at least 12 of them,
 * and checks the whole file, as image_inspect() says. The format itself is filled in by the caller.
 */
bool png_inspect(const unsigned char *data, size_t size, struct image_info *info,
                 struct error *error) MUST_CHECK;
bool jpeg_inspect(const unsigned char *data, size_t size, struct image_info *info,
                  struct error *error) MUST_CHECK;
bool webp_inspect(const unsigned char *data, size_t size, struct image_info *info,
                  struct error *error) MUST_CHECK;
bool gif_inspect(const unsigned char *data, size_t size, struct image_info *info,
                 struct error *error) MUST_CHECK;
bool avif_inspect(const unsigned char *data, size_t size, struct image_info *info,
                  struct error *error) MUST_CHECK;

static inline uint32_t read_be16(const unsigned char *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t read_be32(const unsigned char *p)
{
    return read_be16(p) << 16 | read_be16(p + 2);
}

static inline uint32_t read_le16(const unsigned char *p)
{
    return (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t read_le24(const unsigned char *p)
{
    return (uint32_t)p[2] << 16 | read_le16(p);
}

static inline uint32_t read_le32(const unsigned char *p)
{
    return read_le16(p + 2) << 16 | read_le16(p);
}

#endif
