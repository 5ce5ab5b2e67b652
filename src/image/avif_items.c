/* SPDX-License-Identifier: MIT */
#include "image/avif.h"

/* A meta box: pitm names the primary item, iinf says what each item is, iloc where its bytes lie,
 * iprp (avif_properties.c) what is true of it. Every extent of every item is held against the file;
 * of the primary one, whose pixels are the image, the first bytes too. */

struct items {
    struct box pitm, iinf, iloc, iprp, idat; /* `end` is 0 where there is none */
    uint32_t primary;
    char primary_type[5];
    unsigned primary_extents;
    size_t primary_begin, primary_end; /* its first extent, in the file */
};

/* Items that an AVIF may show: AV1 pictures and what is put together from them. */
static const char primary_types[][5] = {"av01", "grid", "iden", "iovl", "sato", "tmap"};

static bool find_boxes(const struct avif *avif, const struct box *meta, struct items *items,
                       struct error *error)
{
    const struct {
        char type[5];
        bool required;
        struct box *place;
    } wanted[] = {
        {"pitm", true, &items->pitm}, {"iinf", true, &items->iinf},  {"iloc", true, &items->iloc},
        {"iprp", true, &items->iprp}, {"idat", false, &items->idat},
    };
    const size_t count = sizeof wanted / sizeof *wanted;
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
    for (size_t i = 0; i < count; i++)
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
    for (size_t i = 0; i < sizeof primary_types / sizeof *primary_types; i++)
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

/* The grid's own record of its size (ISO/IEC 23008-12, section 6.6.2.3). */
static bool check_grid(const struct avif *avif, const struct items *items,
                       const struct image_info *stored, struct error *error)
{
    struct bytes_reader reader = {avif->data, items->primary_begin, items->primary_end, false};
    unsigned version = (unsigned)bytes_read(&reader, 1);
    unsigned width = bytes_read(&reader, 1) & 1 ? 4 : 2;
    bytes_read(&reader, 2);
    uint64_t columns = bytes_read(&reader, width), rows = bytes_read(&reader, width);
    bool turned = columns == stored->height && rows == stored->width;
    if (!reader.ended && !version &&
        (turned || (columns == stored->width && rows == stored->height)))
        return true;
    return error_set(error, ERROR_INVALID,
                     "the grid at byte %zu does not have the %u x %u pixels of its item",
                     items->primary_begin, stored->width, stored->height);
}

static bool check_primary(const struct avif *avif, const struct items *items,
                          const struct image_info *info, struct error *error)
{
    if (items->primary_extents != 1)
        return true;
    if (memcmp(items->primary_type, "grid", 4) == 0)
        return check_grid(avif, items, info, error);
    if (memcmp(items->primary_type, "av01", 4) == 0)
        return avif_units_inspect(avif, items->primary_begin, items->primary_end, error);
    return true;
}

bool avif_items_inspect(const struct avif *avif, const struct box *meta,
                        struct image_info *ret_info, struct error *error)
{
    struct items items = {.primary = 0};
    return find_boxes(avif, meta, &items, error) && take_primary(avif, &items, error) &&
           take_entries(avif, &items, error) && take_locations(avif, &items, error) &&
           avif_properties_inspect(avif, &items.iprp, items.primary, ret_info, error) &&
           check_primary(avif, &items, ret_info, error);
}
