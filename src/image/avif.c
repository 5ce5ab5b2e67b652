/* SPDX-License-Identifier: MIT */
#include "image/formats.h"

/* AVIF 1.1: a HEIF file (ISO/IEC 23008-12), which is a tree of boxes (ISO/IEC 14496-12,
 * section 4.2). The meta box names the primary item (pitm), says where the bytes of the items are
 * (iloc), and gives the items their properties (iprp: ipco holds them, ipma assigns them), among
 * them the size (ispe). */

struct box {
    size_t offset; /* of the box */
    const unsigned char *type;
    const unsigned char *data; /* after its header */
    size_t size;               /* of data */
};

/* Bytes that are read from the front; one that is missing sets `short_of` and reads as zero. */
struct cursor {
    const unsigned char *at, *end;
    bool short_of;
};

static bool damaged(struct error *error, const char *what, size_t offset)
{
    return error_set(error, ERROR_INVALID, "the AVIF is damaged: %s at byte %zu", what, offset);
}

static uint64_t take(struct cursor *cursor, unsigned size)
{
    uint64_t value = 0;
    if ((size_t)(cursor->end - cursor->at) < size) {
        cursor->short_of = true;
        cursor->at = cursor->end;
        return 0;
    }
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | *cursor->at++;
    return value;
}

static struct cursor open_box(const struct box *box)
{
    return (struct cursor){.at = box->data, .end = box->data + box->size};
}

static bool is_type(const struct box *box, const char *type)
{
    return memcmp(box->type, type, 4) == 0;
}

/* The box at *offset, which moves past it; everything ends at `end`. A size of 1 means that 64 bits
 * follow, one of 0 that the box goes on to the end of the file. */
static bool read_box(const unsigned char *data, size_t end, bool top, size_t *offset,
                     struct box *box, struct error *error)
{
    size_t rest = end - *offset, header = 8;
    if (rest < header)
        return damaged(error, "there is half a box", *offset);
    uint64_t size = read_be32(data + *offset);
    box->offset = *offset;
    box->type = data + *offset + 4;
    if (size == 1 && rest >= 16) {
        header = 16;
        size = (uint64_t)read_be32(data + *offset + 8) << 32 | read_be32(data + *offset + 12);
    } else if (size == 0 && top) {
        size = rest;
    }
    if (size < header)
        return damaged(error, "a box has a wrong length", *offset);
    if (size > rest && top)
        return error_set(
            error, ERROR_INVALID,
            "the AVIF is cut off: the %.4s box at byte %zu has %llu bytes, but only %zu "
            "are there",
            (const char *)box->type, *offset, (unsigned long long)size, rest);
    if (size > rest)
        return damaged(error, "a box is longer than what it is in", *offset);
    box->data = data + *offset + header;
    box->size = (size_t)size - header;
    *offset += (size_t)size;
    return true;
}

/* The parts of the meta box; those that are missing have no data. */
struct meta {
    struct box pitm, iloc, ipco, ipma, idat;
};

static bool read_properties(const unsigned char *data, const struct box *iprp, struct meta *meta,
                            struct error *error)
{
    size_t offset = (size_t)(iprp->data - data), end = offset + iprp->size;
    struct box box;
    while (offset < end) {
        if (!read_box(data, end, false, &offset, &box, error))
            return false;
        if (is_type(&box, "ipco"))
            meta->ipco = box;
        else if (is_type(&box, "ipma"))
            meta->ipma = box;
    }
    return true;
}

static bool read_meta(const unsigned char *data, const struct box *box, struct meta *meta,
                      struct error *error)
{
    size_t offset = (size_t)(box->data - data) + 4, end = (size_t)(box->data - data) + box->size;
    struct box child;
    while (offset < end) {
        if (!read_box(data, end, false, &offset, &child, error))
            return false;
        if (is_type(&child, "pitm"))
            meta->pitm = child;
        else if (is_type(&child, "iloc"))
            meta->iloc = child;
        else if (is_type(&child, "idat"))
            meta->idat = child;
        else if (is_type(&child, "iprp") && !read_properties(data, &child, meta, error))
            return false;
    }
    if (!meta->pitm.data || !meta->iloc.data || !meta->ipco.data || !meta->ipma.data)
        return damaged(error, "the meta box says too little about the image", box->offset);
    return true;
}

static uint32_t primary_item(const struct meta *meta)
{
    struct cursor cursor = open_box(&meta->pitm);
    unsigned version = (unsigned)take(&cursor, 4) >> 24;
    return (uint32_t)take(&cursor, version == 0 ? 2 : 4);
}

/* Every extent of every item must lie inside the file, or inside idat. */
static bool check_extents(const struct meta *meta, size_t size, struct error *error)
{
    struct cursor cursor = open_box(&meta->iloc);
    unsigned version = (unsigned)take(&cursor, 4) >> 24, sizes = (unsigned)take(&cursor, 2);
    unsigned offset_size = sizes >> 12, length_size = sizes >> 8 & 15, base_size = sizes >> 4 & 15;
    unsigned index_size = version == 0 ? 0 : sizes & 15;
    uint64_t items = take(&cursor, version < 2 ? 2 : 4);
    if (version > 2 || offset_size > 8 || length_size > 8 || base_size > 8 || index_size > 8)
        return damaged(error, "the item locations are of an unknown form", meta->iloc.offset);
    for (uint64_t i = 0; i < items && !cursor.short_of; i++) {
        take(&cursor, version < 2 ? 2 : 4);
        unsigned method = version == 0 ? 0 : (unsigned)take(&cursor, 2) & 15;
        take(&cursor, 2);
        uint64_t base = take(&cursor, base_size), extents = take(&cursor, 2);
        uint64_t limit = method == 0 ? size : method == 1 ? meta->idat.size : UINT64_MAX;
        for (uint64_t j = 0; j < extents && !cursor.short_of; j++) {
            take(&cursor, index_size);
            uint64_t start = take(&cursor, offset_size), length = take(&cursor, length_size);
            if (base > limit || start > limit - base || length > limit - base - start)
                return error_set(error, ERROR_INVALID,
                                 "the AVIF is cut off or damaged: an item should be at byte %llu, "
                                 "beyond the %zu bytes that are there",
                                 (unsigned long long)(base + start), size);
        }
    }
    return !cursor.short_of || damaged(error, "the item locations are cut off", meta->iloc.offset);
}

/* The property at a place in ipco, counted from 1; false if there is none, or it is not a size. */
static bool read_size(const unsigned char *data, const struct meta *meta, unsigned place,
                      struct image_info *info)
{
    size_t offset = (size_t)(meta->ipco.data - data), end = offset + meta->ipco.size;
    struct box box;
    struct error ignored;
    for (unsigned i = 0; i < place; i++)
        if (offset >= end || !read_box(data, end, false, &offset, &box, &ignored))
            return false;
    if (place == 0 || !is_type(&box, "ispe"))
        return false;
    struct cursor cursor = open_box(&box);
    take(&cursor, 4);
    info->width = (uint32_t)take(&cursor, 4);
    info->height = (uint32_t)take(&cursor, 4);
    return !cursor.short_of && info->width && info->height;
}

static bool find_size(const unsigned char *data, const struct meta *meta, struct image_info *info,
                      struct error *error)
{
    struct cursor cursor = open_box(&meta->ipma);
    uint32_t wanted = primary_item(meta), head = (uint32_t)take(&cursor, 4);
    unsigned id_size = head >> 24 == 0 ? 2 : 4, place_size = head & 1 ? 2 : 1;
    uint64_t entries = take(&cursor, 4);
    for (uint64_t i = 0; i < entries && !cursor.short_of; i++) {
        bool primary = take(&cursor, id_size) == wanted;
        unsigned count = (unsigned)take(&cursor, 1);
        for (unsigned j = 0; j < count && !cursor.short_of; j++) {
            unsigned place = (unsigned)take(&cursor, place_size) & (head & 1 ? 0x7FFF : 0x7F);
            if (primary && read_size(data, meta, place, info))
                return true;
        }
    }
    return damaged(error, "the primary image has no size", meta->ipma.offset);
}

bool avif_inspect(const unsigned char *data, size_t size, struct image_info *info,
                  struct error *error)
{
    struct meta meta = {0};
    struct box box;
    size_t offset = 0;
    bool has_meta = false;
    while (offset < size) {
        if (!read_box(data, size, true, &offset, &box, error))
            return false;
        if (!is_type(&box, "meta") || has_meta)
            continue;
        has_meta = true;
        if (!read_meta(data, &box, &meta, error))
            return false;
    }
    if (!has_meta)
        return damaged(error, "it ends without a meta box", size);
    return check_extents(&meta, size, error) && find_size(data, &meta, info, error);
}
