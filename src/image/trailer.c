/* SPDX-License-Identifier: MIT */
/* What stands behind the end of an image. Every viewer ignores it, and cameras, editors and web
 * servers leave much there: padding, a second end mark, previews and gain maps, a trailer of the
 * camera's maker, the video of a motion photo. So it is no reason to refuse an image, but whoever
 * publishes one should know what goes out with it. */
#include "image/formats.h"

#include "image/bytes.h"

static bool is_padding(unsigned char byte)
{
    return byte == 0 || byte == 0xff || byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* An MP4 or QuickTime file anywhere in it: its first box is small and is called ftyp. */
static bool holds_video(const unsigned char *data, size_t size)
{
    const unsigned char *end = data + size, *at = data;
    while ((at = memmem(at, (size_t)(end - at), "ftyp", 4))) {
        if (at - data >= 4 && at[-4] == 0 && at[-3] == 0 && at[-2] == 0)
            return true;
        at++;
    }
    return false;
}

void trailer_note(const unsigned char *data, size_t size, const char *mark, size_t mark_size,
                  struct image_info *info)
{
    size_t at = 0;
    while (at < size) {
        if (mark && size - at >= mark_size && memcmp(data + at, mark, mark_size) == 0)
            at += mark_size;
        else if (is_padding(data[at]) && !jpeg_recognises(data + at, size - at))
            at++;
        else
            break;
    }
    if (at == size)
        return;
    if (holds_video(data, size))
        info->notes |= 1U << IMAGE_NOTE_VIDEO;
    else if (bytes_begin(data + at, size - at, "PK\3\4"))
        info->notes |= 1U << IMAGE_NOTE_ARCHIVE;
    else if (info->format != IMAGE_JPEG || !jpeg_recognises(data + at, size - at))
        info->notes |= 1U << IMAGE_NOTE_TRAILER;
}
