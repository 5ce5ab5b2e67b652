/* SPDX-License-Identifier: MIT */
#include "image/avif.h"

/* An iprp box: ipco is a list of properties, ipma ties items to them by their number in that list.
 * One walk over the ties marks the item's properties in a bit set, one over the list reads those
 * that are marked, so it stays linear. ISO/IEC 23008-12, sections 6.5 and 9.3. */

enum { PROPERTY_MAX = 0x7fff, WORD_BITS = 64 };

struct properties {
    uint64_t marked[(PROPERTY_MAX + WORD_BITS) / WORD_BITS];
    unsigned highest;
    uint32_t width, height;
    bool turned; /* by 90 or 270 degrees */
};

/* Reads the ties of one ipma box. */
static bool take_ties(const struct avif *avif, const struct box *ipma, uint32_t item,
                      struct properties *properties, struct error *error)
{
    struct bytes_reader reader = box_reader(avif->data, ipma);
    uint32_t head = (uint32_t)bytes_read(&reader, 4);
    unsigned id_size = head >> 24 ? 4 : 2, tie_size = head & 1 ? 2 : 1;
    unsigned number_mask = head & 1 ? PROPERTY_MAX : 0x7f;
    uint64_t entries = bytes_read(&reader, 4);
    for (uint64_t i = 0; i < entries && !reader.ended; i++) {
        bool wanted = bytes_read(&reader, id_size) == item;
        uint64_t count = bytes_read(&reader, 1);
        for (uint64_t j = 0; j < count && !reader.ended; j++) {
            unsigned number = (unsigned)bytes_read(&reader, tie_size) & number_mask;
            if (!wanted || reader.ended)
                continue;
            properties->marked[number / WORD_BITS] |= 1ULL << number % WORD_BITS;
            if (number > properties->highest)
                properties->highest = number;
        }
    }
    return !reader.ended || box_too_short(ipma, error);
}

static bool take_property(const struct avif *avif, const struct box *box,
                          struct properties *properties, struct error *error)
{
    struct bytes_reader reader = box_reader(avif->data, box);
    if (box_is(box, "ispe")) {
        bytes_read(&reader, 4);
        properties->width = (uint32_t)bytes_read(&reader, 4);
        properties->height = (uint32_t)bytes_read(&reader, 4);
        if (!reader.ended && (!properties->width || !properties->height))
            return error_set(error, ERROR_INVALID, "the ispe box at byte %zu says %u x %u pixels",
                             box->start, properties->width, properties->height);
    } else if (box_is(box, "irot")) {
        properties->turned = bytes_read(&reader, 1) & 1;
    }
    return !reader.ended || box_too_short(box, error);
}

static bool take_list(const struct avif *avif, const struct box *ipco,
                      struct properties *properties, struct error *error)
{
    struct box box;
    unsigned number = 0; /* the first is 1 */
    for (size_t at = ipco->body; at < ipco->end; at = box.end) {
        if (!box_read(avif->data, at, ipco->end, false, &box, error))
            return false;
        if (++number > PROPERTY_MAX)
            return error_set(error, ERROR_INVALID, "the ipco box at byte %zu has too many entries",
                             ipco->start);
        bool marked = properties->marked[number / WORD_BITS] >> number % WORD_BITS & 1;
        if (marked && !take_property(avif, &box, properties, error))
            return false;
    }
    return properties->highest <= number ||
           error_set(error, ERROR_INVALID,
                     "property %u is needed, but the ipco box at byte %zu has %u",
                     properties->highest, ipco->start, number);
}

bool avif_properties_inspect(const struct avif *avif, const struct box *iprp, uint32_t item,
                             struct image_info *ret_info, struct error *error)
{
    struct properties properties = {.highest = 0};
    struct box ipco = {.end = 0}, box;
    for (size_t at = iprp->body; at < iprp->end; at = box.end) {
        if (!box_read(avif->data, at, iprp->end, false, &box, error))
            return false;
        if (box_is(&box, "ipma") && !take_ties(avif, &box, item, &properties, error))
            return false;
        if (box_is(&box, "ipco") && !ipco.end)
            ipco = box;
    }
    if (ipco.end && !take_list(avif, &ipco, &properties, error))
        return false;
    if (!properties.width)
        return error_set(error, ERROR_INVALID,
                         "the size (ispe) of item %u is missing in the iprp box at byte %zu", item,
                         iprp->start);
    ret_info->width = properties.turned ? properties.height : properties.width;
    ret_info->height = properties.turned ? properties.width : properties.height;
    return true;
}
