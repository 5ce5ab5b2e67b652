/* SPDX-License-Identifier: MIT */
/* The tracks of an animation: moov > trak > mdia > minf > stbl, and in that the tables that say
 * where the samples are. Every chunk has to begin inside the file and the samples of a track
 * cannot be larger than it. ISO/IEC 14496-12, sections 8.5 to 8.7. */
#include "image/avif.h"

#include "base/array.h"

struct tracks {
    const struct avif *avif;
    uint32_t width, height; /* of the first AV1 track */
};

static bool take_description(struct tracks *tracks, const struct box *stsd, struct error *error)
{
    const unsigned char *data = tracks->avif->data;
    struct box entry;
    if (stsd->end - stsd->body < 8)
        return box_too_short(stsd, error);
    for (size_t at = stsd->body + 8; at < stsd->end; at = entry.end) {
        if (!box_read(data, at, stsd->end, false, &entry, error))
            return false;
        if (!box_is(&entry, "av01") || tracks->width)
            continue;
        struct bytes_reader reader = box_reader(data, &entry);
        for (int i = 0; i < 3; i++)
            bytes_read(&reader, 8); /* what every sample entry has */
        tracks->width = (uint32_t)bytes_read(&reader, 2);
        tracks->height = (uint32_t)bytes_read(&reader, 2);
        if (reader.ended)
            return box_too_short(&entry, error);
        if (!tracks->width || !tracks->height)
            return error_set(error, ERROR_INVALID, "the av01 box at byte %zu says %u x %u pixels",
                             entry.start, tracks->width, tracks->height);
    }
    return true;
}

static bool take_offsets(struct tracks *tracks, const struct box *box, struct error *error)
{
    struct bytes_reader reader = box_reader(tracks->avif->data, box);
    unsigned width = box_is(box, "co64") ? 8 : 4;
    bytes_read(&reader, 4);
    uint64_t count = bytes_read(&reader, 4);
    for (uint64_t i = 0; i < count && !reader.ended; i++) {
        uint64_t offset = bytes_read(&reader, width);
        if (!reader.ended && offset >= tracks->avif->size)
            return error_set(error, ERROR_INVALID,
                             "the %s box at byte %zu points to byte %llu, past the end at %zu (it "
                             "is cut off)",
                             box->type, box->start, (unsigned long long)offset, tracks->avif->size);
    }
    return !reader.ended || box_too_short(box, error);
}

static bool take_sizes(struct tracks *tracks, const struct box *stsz, struct error *error)
{
    struct bytes_reader reader = box_reader(tracks->avif->data, stsz);
    bytes_read(&reader, 4);
    uint64_t each = bytes_read(&reader, 4), count = bytes_read(&reader, 4), total = each * count;
    for (uint64_t i = 0; !each && i < count && !reader.ended; i++)
        total += bytes_read(&reader, 4);
    if (reader.ended)
        return box_too_short(stsz, error);
    return total <= tracks->avif->size ||
           error_set(error, ERROR_INVALID,
                     "the samples announced at byte %zu have %llu bytes, the file %zu", stsz->start,
                     (unsigned long long)total, tracks->avif->size);
}

static const struct {
    char type[5];
    bool (*take)(struct tracks *tracks, const struct box *box, struct error *error);
} tables[] = {
    {"stsd", take_description},
    {"stco", take_offsets},
    {"co64", take_offsets},
    {"stsz", take_sizes},
};

/* The way down; the depth of the recursion is the length of this list. */
static const char path[][5] = {"trak", "mdia", "minf", "stbl"};

enum { PATH_LENGTH = LENGTH(path) };

static bool take_table(struct tracks *tracks, const struct box *box, struct error *error)
{
    for (size_t i = 0; i < LENGTH(tables); i++)
        if (box_is(box, tables[i].type))
            return tables[i].take(tracks, box, error);
    return true;
}

static bool take_children(struct tracks *tracks, const struct box *parent, unsigned depth,
                          struct error *error)
{
    struct box box;
    for (size_t at = parent->body; at < parent->end; at = box.end) {
        if (!box_read(tracks->avif->data, at, parent->end, false, &box, error))
            return false;
        bool good = true;
        if (depth == PATH_LENGTH)
            good = take_table(tracks, &box, error);
        else if (box_is(&box, path[depth]))
            good = take_children(tracks, &box, depth + 1, error);
        if (!good)
            return false;
    }
    return true;
}

bool avif_tracks_inspect(const struct avif *avif, const struct box *moov,
                         struct image_info *ret_info, struct error *error)
{
    struct tracks tracks = {.avif = avif};
    if (!take_children(&tracks, moov, 0, error))
        return false;
    if (!tracks.width)
        return error_set(error, ERROR_INVALID, "no AV1 track in the moov box at byte %zu",
                         moov->start);
    ret_info->width = tracks.width;
    ret_info->height = tracks.height;
    return true;
}
