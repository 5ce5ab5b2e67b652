/* SPDX-License-Identifier: MIT */
#include "image/formats.h"

#include "image/avif.h"

/* An AVIF is a row of boxes: ftyp with the brand, meta with the items (avif_items.c) and, in an
 * animation, moov with the tracks (avif_tracks.c); the compressed data lies where those say. Boxes
 * have to fill the file exactly, and everything pointed to has to be inside it, so a cut or shifted
 * file is found, save where the file ends with a box that nothing needs. There are no checksums: a
 * changed byte in the compressed data is not found. AVIF 1.1, ISO/IEC 14496-12 and 23008-12.
 *
 * Width and height are those of the primary item (a still, a grid, the cover of an animation) as
 * every reader has to show it: turned by irot. Only a file without items takes them from its first
 * track. */

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

/* The two boxes that matter, `end` 0 where there is none. */
static bool find_boxes(const struct avif *avif, struct box *ret_meta, struct box *ret_moov,
                       struct error *error)
{
    struct box meta = {.end = 0}, moov = {.end = 0}, box;
    for (size_t at = 0; at < avif->size; at = box.end) {
        if (!box_read(avif->data, at, avif->size, true, &box, error))
            return false;
        struct box *place = box_is(&box, "meta") ? &meta : box_is(&box, "moov") ? &moov : NULL;
        if (place && place->end)
            return error_set(error, ERROR_INVALID, "a second %s box at byte %zu", box.type,
                             box.start);
        if (place)
            *place = box;
    }
    *ret_meta = meta;
    *ret_moov = moov;
    return true;
}

bool avif_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                  struct error *error)
{
    struct avif avif = {data, size};
    struct box meta, moov;
    if (!find_boxes(&avif, &meta, &moov, error))
        return false;
    if (!meta.end && !moov.end)
        return error_set(error, ERROR_INVALID,
                         "neither a meta nor a moov box up to its end at byte %zu (it is cut off)",
                         size);
    return (!moov.end || avif_tracks_inspect(&avif, &moov, ret_info, error)) &&
           (!meta.end || avif_items_inspect(&avif, &meta, ret_info, error));
}
