/* SPDX-License-Identifier: MIT */
/* An AVIF is a row of boxes: ftyp with the brand, meta with the items (avif_items.c) and, in an
 * animation, moov with the tracks (avif_tracks.c); the compressed data lies where those say. Boxes
 * have to lie inside of one another, and everything pointed to inside of the file, so a cut or
 * shifted file is found, save where the file ends with a box that nothing needs. There are no
 * checksums: a changed byte in the compressed data is not found. AVIF 1.1, ISO/IEC 14496-12 and
 * 23008-12.
 *
 * Width and height are those of the primary item (a still, a grid, the cover of an animation) as
 * every reader has to show it: cropped by clap, turned by irot. A file without a primary item takes
 * them from its first track. */
#include "image/avif.h"

#include "base/array.h"

#include "image/formats.h"

/* Boxes */

bool box_too_short(const struct box *box, struct error *error)
{
    return error_set(error, ERROR_INVALID, "the %s box at byte %zu ends before its content does",
                     box->type, box->start);
}

static bool no_box(size_t offset, struct error *error)
{
    return error_set(error, ERROR_INVALID, "no box at byte %zu, where one should start", offset);
}

bool box_read(const unsigned char *data, size_t offset, size_t end, bool last_may_be_open,
              struct box *ret_box, struct error *error)
{
    struct bytes_reader reader = {.data = data, .offset = offset, .end = end};
    struct box box = {.start = offset};
    uint64_t size = bytes_read(&reader, 4);
    size_t type = reader.offset;
    bytes_read(&reader, 4);
    if (size == 1)
        size = bytes_read(&reader, 8);
    else if (size == 0 && last_may_be_open)
        size = end - offset;
    if (reader.ended)
        return no_box(offset, error);
    for (int i = 0; i < 4; i++)
        if (data[type + i] < 0x20 || data[type + i] > 0x7e)
            return no_box(offset, error);
    memcpy(box.type, data + type, 4);
    box.body = reader.offset;
    if (size < box.body - offset)
        return error_set(error, ERROR_INVALID, "the %s box at byte %zu has a senseless size",
                         box.type, offset);
    if (size > end - offset)
        return error_set(error, ERROR_INVALID,
                         "the %s box at byte %zu should have %llu bytes, but there are %zu",
                         box.type, offset, (unsigned long long)size, end - offset);
    box.end = offset + (size_t)size;
    *ret_box = box;
    return true;
}

/* The bytes of an AV1 picture: a row of open bitstream units, each with a header byte and its
 * length (AV1 bitstream specification, section 5.3). Walking over them finds data that is shifted,
 * overwritten or missing at its start; what is inside a unit is not decoded. */

enum {
    UNIT_SEQUENCE_HEADER = 1,
    UNIT_FRAME_HEADER = 3,
    UNIT_TILE_GROUP = 4,
    UNIT_FRAME = 6,
    LENGTH_BYTES_MAX = 8,
};

/* A little-endian number, seven bits a byte. */
static uint64_t read_length(struct bytes_reader *reader)
{
    uint64_t length = 0;
    for (unsigned i = 0; i < LENGTH_BYTES_MAX; i++) {
        uint64_t byte = bytes_read(reader, 1);
        length |= (byte & 0x7f) << 7 * i;
        if (!(byte & 0x80))
            return length;
    }
    reader->ended = true;
    return 0;
}

/* Reads the header at the reader's place and steps over the unit; only the last one, when it is
 * picture data, may leave out its length. */
static bool take_unit(struct bytes_reader *reader, unsigned *ret_type)
{
    unsigned head = (unsigned)bytes_read(reader, 1), type = head >> 3 & 15;
    bool forbidden = head & 0x80, extended = head & 0x04, sized = head & 0x02;
    bool picture = type == UNIT_TILE_GROUP || type == UNIT_FRAME;
    bytes_read(reader, extended ? 1 : 0);
    uint64_t length = sized ? read_length(reader) : reader->end - reader->offset;
    if (reader->ended || forbidden || (!sized && !picture) || length > reader->end - reader->offset)
        return false;
    reader->offset += (size_t)length;
    *ret_type = type;
    return true;
}

bool avif_units_inspect(const struct avif *avif, size_t begin, size_t end, struct error *error)
{
    struct bytes_reader reader = {.data = avif->data, .offset = begin, .end = end};
    bool sequence = false, frame = false;
    while (reader.offset < end) {
        size_t start = reader.offset;
        unsigned type = 0;
        if (!take_unit(&reader, &type))
            return error_set(error, ERROR_INVALID, "the AV1 data is damaged at byte %zu", start);
        sequence = sequence || type == UNIT_SEQUENCE_HEADER;
        frame = frame || (sequence && (type == UNIT_FRAME || type == UNIT_FRAME_HEADER));
    }
    return frame ||
           error_set(error, ERROR_INVALID, "the AV1 data at byte %zu holds no picture", begin);
}

/* The file */

enum { BRANDS = 16 }; /* where the compatible brands begin: header, major brand, version */

static bool is_avif_brand(const unsigned char *at)
{
    return bytes_are(at, "avif") || bytes_are(at, "avis");
}

bool avif_recognises(const unsigned char *data, size_t size)
{
    if (size < 12 || !bytes_are(data + 4, "ftyp"))
        return false;
    size_t end = bytes_be32(data) < size ? bytes_be32(data) : size;
    bool found = is_avif_brand(data + 8);
    for (size_t at = BRANDS; !found && at + 4 <= end; at += 4)
        found = is_avif_brand(data + at);
    return found;
}

/* What a file is made of behind its ftyp. Anything else that is no box, or is longer than the file,
 * stands behind the image. */
static bool is_file_box(const unsigned char *type)
{
    static const char types[][5] = {"meta", "moov", "mdat", "free", "skip", "uuid", "moof"};
    for (size_t i = 0; i < LENGTH(types); i++)
        if (bytes_are(type, types[i]))
            return true;
    return false;
}

struct file_boxes {
    struct box meta, moov; /* `end` is 0 where there is none */
    size_t end;            /* of the boxes */
};

static bool find_file_boxes(const struct avif *avif, struct file_boxes *boxes, struct error *error)
{
    struct box box;
    for (size_t at = 0; at < avif->size; at = boxes->end = box.end) {
        if (!box_read(avif->data, at, avif->size, true, &box, error)) {
            bool any = boxes->meta.end || boxes->moov.end;
            return any && (avif->size - at < 8 || !is_file_box(avif->data + at + 4));
        }
        if (at > 0 && box_is(&box, "ftyp")) /* of another file: the video of a motion photo */
            return true;
        struct box *place = box_is(&box, "meta")   ? &boxes->meta
                            : box_is(&box, "moov") ? &boxes->moov
                                                   : NULL;
        if (place && place->end)
            return error_set(error, ERROR_INVALID, "a second %s box at byte %zu", box.type,
                             box.start);
        if (place)
            *place = box;
    }
    return true;
}

bool avif_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                  struct error *error)
{
    struct avif avif = {data, size};
    struct file_boxes boxes = {.end = 0};
    if (!find_file_boxes(&avif, &boxes, error))
        return false;
    bool shown = boxes.moov.end;
    if (boxes.moov.end && !avif_tracks_inspect(&avif, &boxes.moov, ret_info, error))
        return false;
    if (boxes.meta.end) {
        bool primary = false;
        if (!avif_items_inspect(&avif, &boxes.meta, &primary, ret_info, error))
            return false;
        if (!primary && !shown)
            return error_set(error, ERROR_INVALID, "no pitm box in the meta box at byte %zu",
                             boxes.meta.start);
        shown = true;
    }
    if (!shown)
        return error_set(error, ERROR_INVALID,
                         "neither a meta nor a moov box up to its end at byte %zu (it is cut off)",
                         size);
    trailer_note(data + boxes.end, size - boxes.end, NULL, 0, ret_info);
    return true;
}
