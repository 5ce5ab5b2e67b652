/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_AVIF_H
#define IMAGE_AVIF_H

#include "image/bytes.h"
#include "image/image.h"

/* Boxes of the ISO base media file format (ISO/IEC 14496-12, section 4.2), what AVIF is made of. */

struct box {
    char type[5]; /* printable, NUL-terminated */
    size_t start; /* in the file, as are body and end */
    size_t body;
    size_t end;
};

/* Reads the box at `offset` of a row of boxes that ends at `end`, and makes sure that it lies
 * inside. 64-bit sizes are understood; a size of 0 (to the end of the file) where end is the end of
 * the file, as told by `last_may_be_open`. */
bool box_read(const unsigned char *data, size_t offset, size_t end, bool last_may_be_open,
              struct box *ret_box, struct error *error) MUST_CHECK;

static inline bool box_is(const struct box *box, const char type[static 5])
{
    return bytes_are((const unsigned char *)box->type, type);
}

/* Reads the fields in the box's body; the place in it is `offset` of the reader. */
static inline struct bytes_reader box_reader(const unsigned char *data, const struct box *box)
{
    return (struct bytes_reader){.data = data, .offset = box->body, .end = box->end};
}

/* "the %s box at byte %zu ends before its content does". Always returns false. */
bool box_too_short(const struct box *box, struct error *error);

/* The parts of an AVIF file that avif.c puts together. Each checks its part and, on success, sets
 * width and height in *ret_info. */

struct avif {
    const unsigned char *data;
    size_t size;
};

/* The items of a meta box (ISO/IEC 23008-12): where they lie, and the primary one. *ret_primary:
 * whether there is a primary one; if not, *ret_info is untouched. */
bool avif_items_inspect(const struct avif *avif, const struct box *meta, bool *ret_primary,
                        struct image_info *ret_info, struct error *error) MUST_CHECK;

/* The tracks of a moov box (an animation). */
bool avif_tracks_inspect(const struct avif *avif, const struct box *moov,
                         struct image_info *ret_info, struct error *error) MUST_CHECK;

/* Whether the bytes begin..end of the file are a row of AV1 units with a picture in it. */
bool avif_units_inspect(const struct avif *avif, size_t begin, size_t end,
                        struct error *error) MUST_CHECK;

#endif
