/* SPDX-License-Identifier: MIT */
/* A WebP is a RIFF file: a length for the whole and chunks with lengths inside. Simple files hold
 * one VP8 or VP8L frame; extended ones begin with VP8X and hold either one frame (VP8L, or VP8 with
 * an ALPH before it) or an ANIM and animation frames (ANMF), each a chunk with such a frame in it.
 * Every frame's own header must agree with the sizes announced around it, which together with the
 * lengths finds cuts and shifted data, and no frame can be shorter than the least that its coding
 * allows. There are no checksums: a changed byte in the compressed data is not found. Metadata and
 * unknown chunks are stepped over, whatever their type (there are writers that call XMP data "XMP"
 * and a zero), and features whose flag and chunk disagree pass, as decoders let them. RFC 9649,
 * sections 2.5 to 2.7. */
#include "image/formats.h"

#include "base/array.h"

#include "image/bytes.h"

enum {
    FLAG_ANIMATION = 0x02,
    FRAME_HEAD = 16, /* of an ANMF chunk */
    VP8_HEAD = 10,
    VP8L_HEAD = 5,
    VP8L_MIN = VP8L_HEAD + 3, /* two flags and five codes of four bits */
};

struct chunk {
    size_t start;
    const unsigned char *type;
    char name[5]; /* the type for messages */
    size_t body;
    size_t end; /* without the padding */
    size_t next;
};

/* An image, or one image of an animation. */
struct frame {
    uint32_t width, height;
    size_t alpha;      /* where an ALPH chunk waits for its VP8, 0: none */
    size_t alpha_size; /* how many pixels it holds at the most */
};

struct webp {
    const unsigned char *data;
    bool extended;
    bool animated;
    bool animation_head; /* ANIM was seen */
    size_t animation_frames;
    struct frame image; /* a still one; in an extended file the canvas is already in `canvas` */
    struct frame canvas;
    size_t exif, exif_size; /* where the EXIF data is, 0: there is none */
};

bool webp_recognises(const unsigned char *data, size_t size)
{
    return size >= 12 && bytes_are(data, "RIFF") && bytes_are(data + 8, "WEBP");
}

static bool too_short(const struct chunk *chunk, struct error *error)
{
    return error_set(error, ERROR_INVALID, "the %s chunk at byte %zu is too short for its header",
                     chunk->name, chunk->start);
}

static bool out_of_place(const struct chunk *chunk, struct error *error)
{
    return error_set(error, ERROR_INVALID, "the %s chunk at byte %zu is out of place", chunk->name,
                     chunk->start);
}

/* Reads the chunk at `offset` of a row that ends at `end`. Some writers leave out the padding byte
 * of the last chunk. */
static bool read_chunk(const unsigned char *data, size_t offset, size_t end,
                       struct chunk *ret_chunk, struct error *error)
{
    size_t left = end - offset;
    if (left < 8)
        return error_set(error, ERROR_INVALID, "no chunk at byte %zu, where one should start",
                         offset);
    struct chunk chunk = {.start = offset, .type = data + offset, .body = offset + 8};
    for (int i = 0; i < 4; i++)
        chunk.name[i] = chunk.type[i] < 0x20 || chunk.type[i] > 0x7e ? '?' : (char)chunk.type[i];
    uint32_t length = bytes_le32(chunk.type + 4);
    if (length > left - 8)
        return error_set(error, ERROR_INVALID,
                         "the %s chunk at byte %zu should have %u bytes, but there are %zu",
                         chunk.name, offset, length, left - 8);
    chunk.end = chunk.next = chunk.body + length;
    if (length % 2 && chunk.next < end)
        chunk.next++;
    *ret_chunk = chunk;
    return true;
}

/* RFC 6386, section 9.1: the tag of a key frame that is shown, the start code, the size. */
static bool take_vp8(const unsigned char *data, const struct chunk *chunk, struct frame *frame,
                     struct error *error)
{
    const unsigned char *field = data + chunk->body;
    size_t size = chunk->end - chunk->body;
    if (size < VP8_HEAD)
        return too_short(chunk, error);
    uint32_t tag = bytes_le24(field);
    bool key = !(tag & 1), shown = tag >> 4 & 1;
    if (!key || !shown || (tag >> 1 & 7) > 3 || memcmp(field + 3, "\x9d\x01\x2a", 3) != 0)
        return error_set(error, ERROR_INVALID,
                         "the VP8 chunk at byte %zu does not begin with a frame", chunk->start);
    if (tag >> 5 > size - VP8_HEAD)
        return error_set(
            error, ERROR_INVALID,
            "the first partition in the VP8 chunk at byte %zu is longer than the chunk",
            chunk->start);
    if (tag >> 5 == 0 || tag >> 5 == size - VP8_HEAD)
        return error_set(error, ERROR_INVALID, "the VP8 chunk at byte %zu has no data",
                         chunk->start);
    frame->width = bytes_le16(field + 6) & 0x3fff;
    frame->height = bytes_le16(field + 8) & 0x3fff;
    return true;
}

/* RFC 9649, section 3.4. */
static bool take_vp8l(const unsigned char *data, const struct chunk *chunk, struct frame *frame,
                      struct error *error)
{
    const unsigned char *field = data + chunk->body;
    if (chunk->end - chunk->body < VP8L_HEAD)
        return too_short(chunk, error);
    uint32_t bits = bytes_le32(field + 1);
    if (field[0] != 0x2f || bits >> 29 != 0)
        return error_set(error, ERROR_INVALID,
                         "the VP8L chunk at byte %zu does not begin with its signature",
                         chunk->start);
    if (chunk->end - chunk->body < VP8L_MIN)
        return error_set(error, ERROR_INVALID, "the VP8L chunk at byte %zu has no data",
                         chunk->start);
    if (frame->alpha)
        return out_of_place(chunk, error);
    frame->width = (bits & 0x3fff) + 1;
    frame->height = (bits >> 14 & 0x3fff) + 1;
    return true;
}

static bool take_alpha(const unsigned char *data, const struct chunk *chunk, struct frame *frame,
                       struct error *error)
{
    if (frame->alpha || frame->width)
        return out_of_place(chunk, error);
    if (chunk->end - chunk->body < 1)
        return too_short(chunk, error);
    if ((data[chunk->body] & 3) > 1)
        return error_set(error, ERROR_INVALID,
                         "the ALPH chunk at byte %zu has an unknown compression", chunk->start);
    frame->alpha = chunk->start;
    frame->alpha_size = data[chunk->body] & 3 ? SIZE_MAX : chunk->end - chunk->body - 1;
    return true;
}

static const struct {
    char type[5];
    bool (*take)(const unsigned char *data, const struct chunk *chunk, struct frame *frame,
                 struct error *error);
} frame_chunks[] = {
    {"VP8 ", take_vp8},
    {"VP8L", take_vp8l},
    {"ALPH", take_alpha},
};

/* Takes what belongs to a frame and lets other chunks pass. `canvas` is the size it must have. */
static bool take_frame_chunk(const unsigned char *data, const struct chunk *chunk,
                             const struct frame *canvas, struct frame *frame, struct error *error)
{
    for (size_t i = 0; i < LENGTH(frame_chunks); i++) {
        if (!bytes_are(chunk->type, frame_chunks[i].type))
            continue;
        if (frame->width)
            return out_of_place(chunk, error);
        if (!frame_chunks[i].take(data, chunk, frame, error))
            return false;
        if (bytes_are(chunk->type, "ALPH"))
            return true;
        if (!frame->width || !frame->height)
            return error_set(error, ERROR_INVALID, "the %s chunk at byte %zu says %u x %u pixels",
                             chunk->name, chunk->start, frame->width, frame->height);
        if (frame->alpha && frame->alpha_size / frame->width < frame->height)
            return error_set(error, ERROR_INVALID,
                             "the ALPH chunk at byte %zu is too short for %u x %u pixels",
                             frame->alpha, frame->width, frame->height);
        if (canvas && (frame->width != canvas->width || frame->height != canvas->height))
            return error_set(error, ERROR_INVALID,
                             "the %s chunk at byte %zu says %u x %u pixels, the header before it "
                             "%u x %u",
                             chunk->name, chunk->start, frame->width, frame->height, canvas->width,
                             canvas->height);
    }
    return true;
}

static bool take_extended(struct webp *webp, const struct chunk *chunk, struct error *error)
{
    const unsigned char *field = webp->data + chunk->body;
    if (webp->extended || webp->image.width)
        return out_of_place(chunk, error);
    if (chunk->end - chunk->body < 10)
        return too_short(chunk, error);
    webp->extended = true;
    webp->animated = field[0] & FLAG_ANIMATION;
    webp->canvas.width = bytes_le24(field + 4) + 1;
    webp->canvas.height = bytes_le24(field + 7) + 1;
    if ((uint64_t)webp->canvas.width * webp->canvas.height > UINT32_MAX)
        return error_set(error, ERROR_INVALID, "the VP8X chunk at byte %zu says %u x %u pixels",
                         chunk->start, webp->canvas.width, webp->canvas.height);
    return true;
}

static bool take_animation_head(struct webp *webp, const struct chunk *chunk, struct error *error)
{
    if (!webp->animated || webp->animation_head || webp->animation_frames)
        return out_of_place(chunk, error);
    if (chunk->end - chunk->body < 6)
        return too_short(chunk, error);
    webp->animation_head = true;
    return true;
}

static bool take_animation_frame(struct webp *webp, const struct chunk *chunk, struct error *error)
{
    const unsigned char *field = webp->data + chunk->body;
    if (!webp->animation_head)
        return out_of_place(chunk, error);
    if (chunk->end - chunk->body < FRAME_HEAD)
        return too_short(chunk, error);
    uint64_t left = 2 * (uint64_t)bytes_le24(field), top = 2 * (uint64_t)bytes_le24(field + 3);
    struct frame size = {bytes_le24(field + 6) + 1, bytes_le24(field + 9) + 1, 0, 0}, frame = {0};
    if (left + size.width > webp->canvas.width || top + size.height > webp->canvas.height)
        return error_set(error, ERROR_INVALID,
                         "the ANMF chunk at byte %zu reaches out of the canvas of %u x %u pixels",
                         chunk->start, webp->canvas.width, webp->canvas.height);
    struct chunk part;
    for (size_t at = chunk->body + FRAME_HEAD; at < chunk->end; at = part.next)
        if (!read_chunk(webp->data, at, chunk->end, &part, error) ||
            !take_frame_chunk(webp->data, &part, &size, &frame, error))
            return false;
    if (!frame.width)
        return error_set(error, ERROR_INVALID, "the ANMF chunk at byte %zu holds no image",
                         chunk->start);
    webp->animation_frames++;
    return true;
}

static bool take_exif(struct webp *webp, const struct chunk *chunk, struct error *error)
{
    if (!webp->extended && !webp->image.width)
        return out_of_place(chunk, error);
    if (!webp->exif) {
        webp->exif = chunk->body;
        webp->exif_size = chunk->end - chunk->body;
    }
    return true;
}

static const struct {
    char type[5];
    bool (*take)(struct webp *webp, const struct chunk *chunk, struct error *error);
} file_chunks[] = {
    {"VP8X", take_extended},
    {"ANIM", take_animation_head},
    {"ANMF", take_animation_frame},
    {"EXIF", take_exif},
};

static bool take_chunk(struct webp *webp, const struct chunk *chunk, struct error *error)
{
    for (size_t i = 0; i < LENGTH(file_chunks); i++)
        if (bytes_are(chunk->type, file_chunks[i].type))
            return file_chunks[i].take(webp, chunk, error);
    if (!take_frame_chunk(webp->data, chunk, webp->extended ? &webp->canvas : NULL, &webp->image,
                          error))
        return false;
    bool started = webp->extended || webp->image.width;
    return started || out_of_place(chunk, error);
}

bool webp_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                  struct error *error)
{
    uint64_t announced = (uint64_t)bytes_le32(data + 4) + 8;
    if (announced > size)
        return error_set(error, ERROR_INVALID,
                         "its RIFF header at byte 4 says %llu bytes, but there are %zu (it is cut "
                         "off)",
                         (unsigned long long)announced, size);
    size_t end = (size_t)announced;
    struct webp webp = {.data = data};
    struct chunk chunk;
    for (size_t at = 12; at < end; at = chunk.next)
        if (!read_chunk(data, at, end, &chunk, error) || !take_chunk(&webp, &chunk, error))
            return false;
    if (webp.animated ? !webp.animation_frames || webp.image.width : !webp.image.width)
        return error_set(error, ERROR_INVALID, "no image in it up to its end at byte %zu", end);
    const struct frame *shown = webp.extended ? &webp.canvas : &webp.image;
    ret_info->width = shown->width;
    ret_info->height = shown->height;
    exif_orient(data + webp.exif, webp.exif_size, ret_info);
    trailer_note(data + end, size - end, NULL, 0, ret_info);
    return true;
}
