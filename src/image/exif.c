/* SPDX-License-Identifier: MIT */
/* The one field of EXIF data that matters here: how the image is turned when it is shown. EXIF data
 * is a TIFF file; the field is in its first directory. Data that makes no sense is ignored, as
 * viewers do. Exif 3.0, section 4.6. */
#include "image/formats.h"

#include "image/bytes.h"

enum {
    DIRECTORY_AT = 4, /* where the header says where the directory is */
    ENTRY_SIZE = 12,
    TAG_ORIENTATION = 0x0112,
    TYPE_SHORT = 3,
    FIRST_TURNED = 5, /* 5 to 8 are turned by 90 or 270 degrees */
    LAST_TURNED = 8,
};

/* A number of up to four bytes in the byte order of the file; 0 past its end. */
static uint32_t number_at(const unsigned char *data, size_t size, uint64_t at, unsigned width)
{
    uint32_t value = 0;
    if (at + width > size)
        return 0;
    for (unsigned i = 0; i < width; i++)
        value = value << 8 | data[at + (data[0] == 'I' ? width - 1 - i : i)];
    return value;
}

void exif_orient(const unsigned char *data, size_t size, struct image_info *info)
{
    if (size >= 6 && bytes_are(data, "Exif")) {
        data += 6;
        size -= 6;
    }
    if (size < 8 || (!bytes_begin(data, size, "II") && !bytes_begin(data, size, "MM")))
        return;
    uint64_t directory = number_at(data, size, DIRECTORY_AT, 4);
    unsigned count = number_at(data, size, directory, 2);
    for (unsigned i = 0; i < count; i++) {
        uint64_t entry = directory + 2 + (uint64_t)i * ENTRY_SIZE;
        if (entry + ENTRY_SIZE > size)
            return;
        if (number_at(data, size, entry, 2) != TAG_ORIENTATION)
            continue;
        uint32_t orientation = number_at(data, size, entry + 8, 2);
        if (number_at(data, size, entry + 2, 2) == TYPE_SHORT && orientation >= FIRST_TURNED &&
            orientation <= LAST_TURNED)
            *info = (struct image_info){info->format, info->height, info->width, info->notes};
        return;
    }
}
