/* SPDX-License-Identifier: MIT */
/* A JPEG is a row of marker segments between SOI and EOI, each with its length, and after each SOS
 * the entropy-coded data (jpeg_scan.c). The segments that decoding needs are checked field by field
 * (ITU-T T.81 annex B), the rest (APPn, comments) by length; EXIF thumbnails lie inside one.
 *
 * After EOI real files hold further images (previews, depth and gain maps of the Multi-Picture
 * Format), trailers of cameras and editors, videos: viewers ignore all of it, and trailer.c says
 * what is worth a note.
 *
 * Kinds of JPEG that no browser shows (lossless, hierarchical, 12 bits, height given later by DNL)
 * are refused by name. */
#include "image/formats.h"

#include "base/array.h"

#include "image/bytes.h"
#include "image/jpeg.h"

enum {
    TEM = 0x01,
    SOI = 0xd8,
    EOI = 0xd9,
    JPEG_LS = 0xf7,
};

struct segment {
    unsigned marker;
    size_t start; /* of the marker */
    size_t body;  /* behind the length */
    size_t end;
};

bool jpeg_recognises(const unsigned char *data, size_t size)
{
    return size >= 2 && data[0] == 0xff && data[1] == SOI;
}

static bool wrong_length(const struct segment *segment, const char *name, struct error *error)
{
    return error_set(error, ERROR_INVALID,
                     "the %s segment at byte %zu has a length that does not fit its content", name,
                     segment->start);
}

static bool take_frame(struct jpeg *jpeg, const struct segment *segment, struct error *error)
{
    const unsigned char *field = jpeg->data + segment->body;
    size_t size = segment->end - segment->body;
    if (jpeg->coding)
        return error_set(error, ERROR_INVALID, "a second frame header (SOF) at byte %zu",
                         segment->start);
    if (size < 6 || size != 6 + 3 * (size_t)field[5])
        return wrong_length(segment, "SOF", error);
    if (field[0] != 8)
        return error_set(error, ERROR_INVALID,
                         "the SOF segment at byte %zu says %u bits a sample; viewers show 8 only",
                         segment->start, field[0]);
    jpeg->height = bytes_be16(field + 1);
    jpeg->width = bytes_be16(field + 3);
    jpeg->component_count = field[5];
    if (!jpeg->width || !jpeg->height)
        return error_set(error, ERROR_INVALID, "the SOF segment at byte %zu says %u x %u pixels",
                         segment->start, jpeg->width, jpeg->height);
    if (!jpeg->component_count || jpeg->component_count > JPEG_COMPONENTS_MAX)
        return error_set(error, ERROR_INVALID, "the SOF segment at byte %zu says %u components",
                         segment->start, jpeg->component_count);
    for (unsigned i = 0; i < jpeg->component_count; i++) {
        const unsigned char *at = field + 6 + 3 * (size_t)i;
        unsigned char horizontal = at[1] >> 4, vertical = at[1] & 15;
        if (horizontal < 1 || horizontal > 4 || vertical < 1 || vertical > 4 ||
            at[2] >= JPEG_TABLES_MAX)
            return error_set(error, ERROR_INVALID,
                             "component %u in the SOF segment at byte %zu has impossible values",
                             i + 1, segment->start);
        jpeg->components[i] = (struct jpeg_component){at[0], horizontal, vertical, at[2], 0, false};
        if (horizontal > jpeg->horizontal_max)
            jpeg->horizontal_max = horizontal;
        if (vertical > jpeg->vertical_max)
            jpeg->vertical_max = vertical;
    }
    jpeg->coding = segment->marker;
    return true;
}

static bool take_quantization(struct jpeg *jpeg, const struct segment *segment, struct error *error)
{
    size_t at = segment->body;
    while (at < segment->end) {
        unsigned precision = jpeg->data[at] >> 4, id = jpeg->data[at] & 15;
        if (precision > 1 || id >= JPEG_TABLES_MAX)
            return error_set(error, ERROR_INVALID, "no quantization table at byte %zu", at);
        jpeg->quantization_tables |= 1U << id;
        at += precision ? 129 : 65;
    }
    return at == segment->end || wrong_length(segment, "DQT", error);
}

static bool take_huffman(struct jpeg *jpeg, const struct segment *segment, struct error *error)
{
    size_t at = segment->body;
    while (at < segment->end) {
        if (segment->end - at < 17)
            return wrong_length(segment, "DHT", error);
        unsigned class = jpeg->data[at] >> 4, id = jpeg->data[at] & 15;
        unsigned count = 0, space = 0;
        for (unsigned bits = 1; bits <= 16; bits++) {
            count += jpeg->data[at + bits];
            space += (unsigned)jpeg->data[at + bits] << (16 - bits);
        }
        if (class > 1 || id >= JPEG_TABLES_MAX || count > 256 || space > 1 << 16)
            return error_set(error, ERROR_INVALID, "no Huffman table at byte %zu", at);
        if (count > segment->end - at - 17)
            return wrong_length(segment, "DHT", error);
        jpeg->huffman_tables |= 1U << (class * JPEG_TABLES_MAX + id);
        if (class == 1)
            jpeg->zeros_symbol[id] = count ? jpeg->data[at + 17] : 0;
        at += 17 + count;
    }
    return true;
}

static bool take_restart_interval(struct jpeg *jpeg, const struct segment *segment,
                                  struct error *error)
{
    if (segment->end - segment->body != 2)
        return wrong_length(segment, "DRI", error);
    jpeg->restart_interval = bytes_be16(jpeg->data + segment->body);
    return true;
}

static bool take_scan(struct jpeg *jpeg, const struct segment *segment, struct error *error)
{
    return jpeg_scan_take(jpeg, segment->start, segment->body, segment->end, error);
}

/* An APP1 segment: XMP data, or EXIF data, of which the first counts. */
static bool take_exif(struct jpeg *jpeg, const struct segment *segment, struct error *error)
{
    (void)error;
    size_t size = segment->end - segment->body;
    if (!jpeg->exif && size >= 6 && memcmp(jpeg->data + segment->body, "Exif\0", 5) == 0) {
        jpeg->exif = segment->body;
        jpeg->exif_size = size;
    }
    return true;
}

static const struct {
    unsigned char first, last;
    bool (*take)(struct jpeg *jpeg, const struct segment *segment, struct error *error);
} segments[] = {
    {JPEG_SOF0, JPEG_SOF2, take_frame},
    {JPEG_SOF9, JPEG_SOF10, take_frame},
    {0xc4, 0xc4, take_huffman},
    {0xcc, 0xcc, NULL}, /* DAC */
    {0xda, 0xda, take_scan},
    {0xdb, 0xdb, take_quantization},
    {0xdc, 0xdc, NULL}, /* DNL: repeats the height */
    {0xdd, 0xdd, take_restart_interval},
    {0xe1, 0xe1, take_exif},
    {0xe0, 0xef, NULL}, /* APPn */
    {0xfe, 0xfe, NULL}, /* COM */
};

static bool refuse_marker(const struct segment *segment, struct error *error)
{
    unsigned marker = segment->marker;
    if ((marker >= 0xc0 && marker <= 0xcf) || marker == 0xde || marker == 0xdf || marker == JPEG_LS)
        return error_set(error, ERROR_INVALID,
                         "it is of a kind that viewers do not show (lossless or hierarchical, "
                         "marker 0x%02x at byte %zu)",
                         marker, segment->start);
    return error_set(error, ERROR_INVALID, "the marker 0x%02x at byte %zu is out of place", marker,
                     segment->start);
}

static bool take_segment(struct jpeg *jpeg, struct segment *segment, struct error *error)
{
    for (size_t i = 0; i < LENGTH(segments); i++) {
        if (segment->marker < segments[i].first || segment->marker > segments[i].last)
            continue;
        size_t left = jpeg->size - segment->body;
        size_t length = left < 2 ? 2 : bytes_be16(jpeg->data + segment->body);
        if (left < length)
            return error_set(error, ERROR_INVALID,
                             "it is cut off at byte %zu, in the segment 0x%02x at byte %zu",
                             jpeg->size, segment->marker, segment->start);
        if (length < 2)
            return wrong_length(segment, "marker", error);
        segment->end = segment->body + length;
        segment->body += 2;
        jpeg->offset = segment->end;
        return !segments[i].take || segments[i].take(jpeg, segment, error);
    }
    return refuse_marker(segment, error);
}

static bool take_end(struct jpeg *jpeg, const struct segment *segment, struct error *error)
{
    bool complete = jpeg->coding;
    for (unsigned i = 0; i < jpeg->component_count; i++)
        complete = complete && jpeg->components[i].scanned;
    jpeg->ended = true;
    return complete || error_set(error, ERROR_INVALID,
                                 "it ends (EOI) at byte %zu, before all of the image was there",
                                 segment->start);
}

/* Steps to the 0xff of the next marker. Bytes that belong to no segment (there are editors that
 * write a wrong length) are stepped over as in libjpeg. */
static bool find_marker(struct jpeg *jpeg, size_t *ret_start)
{
    size_t at = jpeg->offset;
    while (jpeg->size - at >= 2 && (jpeg->data[at] != 0xff || jpeg->data[at + 1] == 0)) {
        jpeg->notes |= 1U << IMAGE_NOTE_CHUNK;
        at++;
    }
    *ret_start = at;
    return jpeg->size - at >= 2;
}

/* Markers may be preceded by any number of 0xff. */
static bool take_marker(struct jpeg *jpeg, struct error *error)
{
    struct segment segment;
    bool found = find_marker(jpeg, &segment.start);
    size_t at = segment.start;
    while (found && at < jpeg->size && jpeg->data[at] == 0xff)
        at++;
    if (!found || at == jpeg->size)
        return error_set(error, ERROR_INVALID, "it is cut off at byte %zu, before EOI", jpeg->size);
    segment.marker = jpeg->data[at];
    segment.body = at + 1;
    jpeg->offset = segment.body;
    switch (segment.marker) {
    case TEM:
        return true;
    case EOI:
        return take_end(jpeg, &segment, error);
    default:
        return take_segment(jpeg, &segment, error);
    }
}

bool jpeg_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                  struct error *error)
{
    struct jpeg jpeg = {.data = data, .size = size, .offset = 2};
    while (!jpeg.ended)
        if (!take_marker(&jpeg, error))
            return false;
    ret_info->width = jpeg.width;
    ret_info->height = jpeg.height;
    ret_info->notes |= jpeg.notes;
    exif_orient(data + jpeg.exif, jpeg.exif_size, ret_info);
    trailer_note(data + jpeg.offset, size - jpeg.offset, "\xff\xd9", 2, ret_info);
    return true;
}
