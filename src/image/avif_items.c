/* SPDX-License-Identifier: MIT */
/* A meta box: pitm names the primary item, iinf says what each item is, iloc where its bytes lie,
 * iprp what is true of it. Every extent of every item is held against the file; of the primary one,
 * whose pixels are the image, the first bytes too. An animation may do without a primary item, and
 * then none of this matters. */
#include "image/avif.h"

#include "base/array.h"

struct items {
    struct box pitm, iinf, iloc, iprp, idat; /* `end` is 0 where there is none */
    uint32_t primary;
    char primary_type[5];
    unsigned primary_extents;
    size_t primary_begin, primary_end; /* its first extent, in the file */
};

/* Items that an AVIF may show: AV1 pictures and what is put together from them. */
static const char primary_types[][5] = {"av01", "grid", "iden", "iovl", "sato", "tmap"};

static bool find_item_boxes(const struct avif *avif, const struct box *meta, struct items *items,
                            struct error *error)
{
    const struct {
        char type[5];
        bool required;
        struct box *place;
    } wanted[] = {
        {"pitm", false, &items->pitm}, {"iinf", true, &items->iinf},  {"iloc", true, &items->iloc},
        {"iprp", true, &items->iprp},  {"idat", false, &items->idat},
    };
    const size_t count = LENGTH(wanted);
    if (meta->end - meta->body < 4)
        return box_too_short(meta, error);
    struct box box;
    for (size_t at = meta->body + 4; at < meta->end; at = box.end) {
        if (!box_read(avif->data, at, meta->end, false, &box, error))
            return false;
        for (size_t i = 0; i < count; i++) {
            if (!box_is(&box, wanted[i].type))
                continue;
            if (wanted[i].place->end)
                return error_set(error, ERROR_INVALID, "a second %s box at byte %zu", box.type,
                                 box.start);
            *wanted[i].place = box;
        }
    }
    for (size_t i = 0; i < count && items->pitm.end; i++)
        if (wanted[i].required && !wanted[i].place->end)
            return error_set(error, ERROR_INVALID, "no %s box in the meta box at byte %zu",
                             wanted[i].type, meta->start);
    return true;
}

static bool take_primary(const struct avif *avif, struct items *items, struct error *error)
{
    struct bytes_reader reader = box_reader(avif->data, &items->pitm);
    unsigned version = (unsigned)(bytes_read(&reader, 4) >> 24);
    items->primary = (uint32_t)bytes_read(&reader, version ? 4 : 2);
    return !reader.ended || box_too_short(&items->pitm, error);
}

/* An infe box; before version 2 it has no type and is no image. */
static bool take_entry(const struct avif *avif, const struct box *entry, struct items *items,
                       struct error *error)
{
    struct bytes_reader reader = box_reader(avif->data, entry);
    unsigned version = (unsigned)(bytes_read(&reader, 4) >> 24);
    uint32_t item = (uint32_t)bytes_read(&reader, version > 2 ? 4 : 2);
    bytes_read(&reader, 2);
    size_t type = reader.offset;
    if (version < 2)
        return true;
    bytes_read(&reader, 4);
    if (reader.ended)
        return box_too_short(entry, error);
    if (item == items->primary)
        memcpy(items->primary_type, avif->data + type, 4);
    return true;
}

static bool take_entries(const struct avif *avif, struct items *items, struct error *error)
{
    struct bytes_reader reader = box_reader(avif->data, &items->iinf);
    unsigned version = (unsigned)(bytes_read(&reader, 4) >> 24);
    uint64_t announced = bytes_read(&reader, version ? 4 : 2), found = 0;
    if (reader.ended)
        return box_too_short(&items->iinf, error);
    struct box entry;
    for (size_t at = reader.offset; at < items->iinf.end; at = entry.end, found++) {
        if (!box_read(avif->data, at, items->iinf.end, false, &entry, error) ||
            !take_entry(avif, &entry, items, error))
            return false;
    }
    if (found != announced)
        return error_set(
            error, ERROR_INVALID, "the iinf box at byte %zu announces %llu items and has %llu",
            items->iinf.start, (unsigned long long)announced, (unsigned long long)found);
    for (size_t i = 0; i < LENGTH(primary_types); i++)
        if (memcmp(items->primary_type, primary_types[i], 4) == 0)
            return true;
    return error_set(error, ERROR_INVALID,
                     "the primary item %u is no AV1 image (iinf box at byte %zu)", items->primary,
                     items->iinf.start);
}

/* The fixed part of an iloc box. */
struct location_layout {
    unsigned version;
    unsigned offset_size, length_size, base_size, index_size;
    uint32_t count;
};

static bool read_layout(struct bytes_reader *reader, struct location_layout *layout)
{
    layout->version = (unsigned)(bytes_read(reader, 4) >> 24);
    unsigned sizes = (unsigned)bytes_read(reader, 2);
    layout->offset_size = sizes >> 12;
    layout->length_size = sizes >> 8 & 15;
    layout->base_size = sizes >> 4 & 15;
    layout->index_size = layout->version > 0 ? sizes & 15 : 0;
    layout->count = (uint32_t)bytes_read(reader, layout->version > 1 ? 4 : 2);
    const unsigned allowed = 1 << 0 | 1 << 4 | 1 << 8;
    return !reader->ended && layout->version <= 2 && (allowed >> layout->offset_size & 1) &&
           (allowed >> layout->length_size & 1) && (allowed >> layout->base_size & 1) &&
           (allowed >> layout->index_size & 1);
}

/* One extent, counted from `base` in begin..end of the file; a length of 0 means all of that. */
static bool take_extent(struct items *items, uint32_t item, uint64_t base, uint64_t offset,
                        uint64_t length, size_t begin, size_t end, struct error *error)
{
    uint64_t room = end - begin;
    uint64_t start = offset > UINT64_MAX - base ? UINT64_MAX : base + offset;
    if (start > room || length > room - start)
        return error_set(error, ERROR_INVALID,
                         "item %u lies outside of the file (iloc box at byte %zu): %llu bytes at "
                         "%llu, where there are %llu (it is cut off)",
                         item, items->iloc.start, (unsigned long long)length,
                         (unsigned long long)start, (unsigned long long)room);
    if (item == items->primary && items->primary_extents++ == 0) {
        items->primary_begin = begin + (size_t)start;
        items->primary_end = length ? items->primary_begin + (size_t)length : end;
    }
    return true;
}

/* The next item of an iloc box. Extents that take no bytes in it are allowed once an item: that
 * keeps the work linear. */
static bool take_location(const struct avif *avif, struct items *items,
                          const struct location_layout *layout, struct bytes_reader *reader,
                          struct error *error)
{
    uint32_t item = (uint32_t)bytes_read(reader, layout->version > 1 ? 4 : 2);
    unsigned method = layout->version > 0 ? (unsigned)bytes_read(reader, 2) & 15 : 0;
    uint64_t other_file = bytes_read(reader, 2), base = bytes_read(reader, layout->base_size);
    uint64_t count = bytes_read(reader, 2);
    bool sized = layout->index_size + layout->offset_size + layout->length_size > 0;
    if (!reader->ended &&
        (method > 2 || other_file || (method == 1 && !items->idat.end) || (count > 1 && !sized)))
        return error_set(error, ERROR_INVALID,
                         "item %u is said to lie where it cannot be read (iloc box at byte %zu)",
                         item, items->iloc.start);
    size_t begin = method == 1 ? items->idat.body : 0;
    size_t end = method == 1 ? items->idat.end : avif->size;
    for (uint64_t i = 0; i < count && !reader->ended; i++) {
        bytes_read(reader, layout->index_size);
        uint64_t offset = bytes_read(reader, layout->offset_size);
        uint64_t length = bytes_read(reader, layout->length_size);
        bool elsewhere = method == 2 || reader->ended; /* 2: inside of another item */
        if (!elsewhere && !take_extent(items, item, base, offset, length, begin, end, error))
            return false;
    }
    return !reader->ended || box_too_short(&items->iloc, error);
}

static bool take_locations(const struct avif *avif, struct items *items, struct error *error)
{
    struct bytes_reader reader = box_reader(avif->data, &items->iloc);
    struct location_layout layout;
    if (!read_layout(&reader, &layout))
        return error_set(error, ERROR_INVALID, "the iloc box at byte %zu has an unknown layout",
                         items->iloc.start);
    for (uint32_t i = 0; i < layout.count; i++)
        if (!take_location(avif, items, &layout, &reader, error))
            return false;
    bool needs_bytes = memcmp(items->primary_type, "iden", 4) != 0;
    if (needs_bytes && !items->primary_extents)
        return error_set(error, ERROR_INVALID,
                         "the primary item %u has no bytes (iloc box at byte %zu)", items->primary,
                         items->iloc.start);
    return true;
}

/* Properties. ipco is a list of them, ipma ties items to them by their number in that list. One
 * walk over the ties marks the item's properties in a bit set, one over the list reads those that
 * are marked, so it stays linear. ISO/IEC 23008-12, sections 6.5 and 9.3. */

enum { PROPERTY_MAX = 0x7fff, WORD_BITS = 64, CROP_FIELDS = 8 };

struct properties {
    uint64_t marked[(PROPERTY_MAX + WORD_BITS) / WORD_BITS];
    unsigned highest;
    uint32_t width, height;
    bool turned;  /* by 90 or 270 degrees */
    bool cropped; /* and then these are the fields of its clap box */
    uint32_t crop[CROP_FIELDS];
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
    } else if (box_is(box, "clap")) {
        for (size_t i = 0; i < CROP_FIELDS; i++)
            properties->crop[i] = (uint32_t)bytes_read(&reader, 4);
        properties->cropped = !reader.ended;
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

/* One direction of a clap box: the length that is left of `whole`, or 0 where the fractions make no
 * whole pixels inside of the image; decoders ignore the box then. */
static uint32_t read_crop(uint32_t whole, uint64_t length, uint64_t length_divisor, uint32_t offset,
                          uint64_t offset_divisor)
{
    if (!length_divisor || !offset_divisor || length % length_divisor ||
        2 * (int64_t)(int32_t)offset % (int64_t)offset_divisor)
        return 0;
    length /= length_divisor;
    if (length == 0 || length > whole)
        return 0;
    int64_t cut = whole - (int64_t)length;
    int64_t begin = cut + 2 * (int64_t)(int32_t)offset / (int64_t)offset_divisor; /* doubled */
    return begin >= 0 && begin % 2 == 0 && begin / 2 <= cut ? (uint32_t)length : 0;
}

static void apply_crop(struct properties *properties)
{
    const uint32_t *field = properties->crop;
    if (!properties->cropped)
        return;
    uint32_t width = read_crop(properties->width, field[0], field[1], field[4], field[5]);
    uint32_t height = read_crop(properties->height, field[2], field[3], field[6], field[7]);
    if (width && height) {
        properties->width = width;
        properties->height = height;
    }
}

/* *ret_stored: the size before it is cropped and turned. */
static bool take_properties(const struct avif *avif, const struct box *iprp, uint32_t item,
                            struct image_info *ret_stored, struct image_info *ret_info,
                            struct error *error)
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
    ret_stored->width = properties.width;
    ret_stored->height = properties.height;
    apply_crop(&properties);
    ret_info->width = properties.turned ? properties.height : properties.width;
    ret_info->height = properties.turned ? properties.width : properties.height;
    return true;
}

/* The primary item */

/* The grid's own record of its size (ISO/IEC 23008-12, section 6.6.2.3). */
static bool check_grid(const struct avif *avif, const struct items *items,
                       const struct image_info *stored, struct error *error)
{
    struct bytes_reader reader = {avif->data, items->primary_begin, items->primary_end, false};
    unsigned version = (unsigned)bytes_read(&reader, 1);
    unsigned width = bytes_read(&reader, 1) & 1 ? 4 : 2;
    bytes_read(&reader, 2);
    uint64_t columns = bytes_read(&reader, width), rows = bytes_read(&reader, width);
    if (!reader.ended && !version && columns == stored->width && rows == stored->height)
        return true;
    return error_set(error, ERROR_INVALID,
                     "the grid at byte %zu does not have the %u x %u pixels of its item",
                     items->primary_begin, stored->width, stored->height);
}

static bool check_primary(const struct avif *avif, const struct items *items,
                          const struct image_info *stored, struct error *error)
{
    if (items->primary_extents != 1)
        return true;
    if (memcmp(items->primary_type, "grid", 4) == 0)
        return check_grid(avif, items, stored, error);
    if (memcmp(items->primary_type, "av01", 4) == 0)
        return avif_units_inspect(avif, items->primary_begin, items->primary_end, error);
    return true;
}

bool avif_items_inspect(const struct avif *avif, const struct box *meta, bool *ret_primary,
                        struct image_info *ret_info, struct error *error)
{
    struct items items = {.primary = 0};
    struct image_info stored = {0};
    if (!find_item_boxes(avif, meta, &items, error))
        return false;
    *ret_primary = items.pitm.end;
    return !items.pitm.end ||
           (take_primary(avif, &items, error) && take_entries(avif, &items, error) &&
            take_locations(avif, &items, error) &&
            take_properties(avif, &items.iprp, items.primary, &stored, ret_info, error) &&
            check_primary(avif, &items, &stored, error));
}
