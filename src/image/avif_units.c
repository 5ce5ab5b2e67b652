/* SPDX-License-Identifier: MIT */
#include "image/avif.h"

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
