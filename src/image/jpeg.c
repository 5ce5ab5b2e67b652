/* SPDX-License-Identifier: MIT */
#include "image/formats.h"

/* JPEG (ITU-T T.81), annex B: marker segments, and after each SOS entropy-coded data in which 0xFF
 * is always followed by 0x00 or a restart marker. After EOI cameras put previews (another JPEG) and
 * padding; anything else there is not part of an image. */

enum {
    SOF0 = 0xC0,
    DHT = 0xC4,
    JPG = 0xC8,
    DAC = 0xCC,
    SOF15 = 0xCF,
    RST0 = 0xD0,
    RST7 = 0xD7,
    SOI = 0xD8,
    EOI = 0xD9,
    SOS = 0xDA,
    TEM = 0x01,
};

struct jpeg {
    const unsigned char *data;
    size_t size;
    size_t at;
    bool has_frame;
    bool has_scan;
};

static bool damaged(struct error *error, const char *what, size_t offset)
{
    return error_set(error, ERROR_INVALID, "the JPEG is damaged: %s at byte %zu", what, offset);
}

static bool cut_off(const struct jpeg *jpeg, struct error *error)
{
    return error_set(error, ERROR_INVALID,
                     "the JPEG is cut off: its %zu bytes end before the end-of-image marker",
                     jpeg->size);
}

static bool is_frame(unsigned marker)
{
    return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
}

/* Reads a marker and its fill bytes. */
static bool read_marker(struct jpeg *jpeg, unsigned *ret_marker, struct error *error)
{
    size_t start = jpeg->at;
    while (jpeg->at < jpeg->size && jpeg->data[jpeg->at] == 0xFF)
        jpeg->at++;
    if (jpeg->at == jpeg->size)
        return cut_off(jpeg, error);
    if (jpeg->at == start || jpeg->data[jpeg->at] == 0)
        return damaged(error, "a marker should be", start);
    *ret_marker = jpeg->data[jpeg->at++];
    return true;
}

static bool read_frame(struct jpeg *jpeg, const unsigned char *segment, size_t size,
                       struct image_info *info, struct error *error)
{
    if (jpeg->has_frame)
        return damaged(error, "there is a second frame", jpeg->at);
    if (size < 6 || segment[5] == 0 || size != 6 + 3 * (size_t)segment[5])
        return damaged(error, "the frame header has a wrong length", jpeg->at);
    info->height = read_be16(segment + 1);
    info->width = read_be16(segment + 3);
    if (info->width == 0 || info->height == 0)
        return damaged(error, "width or height is zero", jpeg->at);
    jpeg->has_frame = true;
    return true;
}

/* Moves past the entropy-coded data, to the marker that ends it. */
static bool skip_scan(struct jpeg *jpeg, struct error *error)
{
    size_t start = jpeg->at;
    for (;;) {
        const unsigned char *place = memchr(jpeg->data + jpeg->at, 0xFF, jpeg->size - jpeg->at);
        if (!place || place + 1 == jpeg->data + jpeg->size)
            return cut_off(jpeg, error);
        jpeg->at = (size_t)(place - jpeg->data);
        unsigned next = place[1];
        if (next == 0 || (next >= RST0 && next <= RST7))
            jpeg->at += 2;
        else if (next == 0xFF)
            jpeg->at++;
        else
            break;
    }
    jpeg->has_scan = true;
    return jpeg->at > start || damaged(error, "a scan has no data", start);
}

static bool read_segment(struct jpeg *jpeg, unsigned marker, struct image_info *info,
                         struct error *error)
{
    size_t rest = jpeg->size - jpeg->at;
    if (rest < 2)
        return cut_off(jpeg, error);
    const unsigned char *segment = jpeg->data + jpeg->at;
    size_t length = read_be16(segment);
    if (length < 2)
        return damaged(error, "a segment has a wrong length", jpeg->at);
    if (length > rest)
        return cut_off(jpeg, error);
    if (is_frame(marker) && !read_frame(jpeg, segment + 2, length - 2, info, error))
        return false;
    if (marker == SOS && !jpeg->has_frame)
        return damaged(error, "a scan comes before the frame header", jpeg->at);
    jpeg->at += length;
    return marker != SOS || skip_scan(jpeg, error);
}

/* Zeros, fill bytes, or another JPEG. */
static bool check_tail(const struct jpeg *jpeg, struct error *error)
{
    const unsigned char *p = jpeg->data + jpeg->at, *end = jpeg->data + jpeg->size;
    while (p < end && *p == 0)
        p++;
    if (end - p >= 3 && p[0] == 0xFF && p[1] == SOI && p[2] == 0xFF)
        return true;
    while (p < end && (*p == 0 || *p == 0xFF))
        p++;
    return p == end || damaged(error, "there is more after the end of the image", jpeg->at);
}

bool jpeg_inspect(const unsigned char *data, size_t size, struct image_info *info,
                  struct error *error)
{
    struct jpeg jpeg = {.data = data, .size = size, .at = 2};
    unsigned marker = 0;
    for (;;) {
        if (!read_marker(&jpeg, &marker, error))
            return false;
        if (marker == EOI)
            break;
        if (marker == TEM)
            continue;
        if (marker == SOI || (marker >= RST0 && marker <= RST7))
            return damaged(error, "a marker is out of place", jpeg.at - 2);
        if (!read_segment(&jpeg, marker, info, error))
            return false;
    }
    if (!jpeg.has_scan)
        return damaged(error, "it ends without image data", jpeg.at - 2);
    return check_tail(&jpeg, error);
}
