/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_AVIF_H
#define IMAGE_AVIF_H

#include "image/box.h"
#include "image/image.h"

/* The parts of an AVIF file that avif.c puts together. Each checks its part and, on success, sets
 * width and height in *ret_info. */

struct avif {
    const unsigned char *data;
    size_t size;
};

/* The items of a meta box (ISO/IEC 23008-12): where they lie, and the primary one. */
bool avif_items_inspect(const struct avif *avif, const struct box *meta,
                        struct image_info *ret_info, struct error *error) MUST_CHECK;

/* The properties in an iprp box: the size of `item` as it is shown. */
bool avif_properties_inspect(const struct avif *avif, const struct box *iprp, uint32_t item,
                             struct image_info *ret_info, struct error *error) MUST_CHECK;

/* The tracks of a moov box (an animation). */
bool avif_tracks_inspect(const struct avif *avif, const struct box *moov,
                         struct image_info *ret_info, struct error *error) MUST_CHECK;

/* Whether the bytes begin..end of the file are a row of AV1 units with a picture in it. */
bool avif_units_inspect(const struct avif *avif, size_t begin, size_t end,
                        struct error *error) MUST_CHECK;

#endif
