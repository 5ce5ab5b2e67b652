/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_JPEG_H
#define IMAGE_JPEG_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* What jpeg.c (segments) and jpeg_scan.c (the entropy-coded data) share. */

enum {
    JPEG_SOF0 = 0xc0, /* baseline */
    JPEG_SOF2 = 0xc2, /* progressive */
    JPEG_SOF9 = 0xc9, /* arithmetic coding from here on */
    JPEG_SOF10 = 0xca,
    JPEG_COMPONENTS_MAX = 4,
    JPEG_TABLES_MAX = 4,
};

struct jpeg_component {
    unsigned char id;
    unsigned char horizontal; /* sampling factors, 1 to 4 */
    unsigned char vertical;
    unsigned char quantization_table;
    size_t scan;  /* where the last scan with it begins */
    bool scanned; /* a scan with its lowest coefficient was seen */
};

struct jpeg {
    const unsigned char *data;
    size_t size;
    size_t offset; /* where reading goes on */
    bool ended;    /* EOI was read */

    unsigned notes;         /* as in image_info */
    size_t exif, exif_size; /* where the EXIF data is, 0: there is none */

    unsigned coding; /* the frame's SOF marker, 0 before it */
    uint32_t width;
    uint32_t height;
    unsigned component_count;
    struct jpeg_component components[JPEG_COMPONENTS_MAX];
    unsigned horizontal_max;
    unsigned vertical_max;

    unsigned quantization_tables; /* bit n: table n is defined */
    unsigned huffman_tables;      /* the same, DC from bit 0 and AC from bit JPEG_TABLES_MAX on */
    uint32_t restart_interval;    /* MCUs, 0: none */
    /* For each AC table the symbol whose code is all zeros (codes are canonical: the first). */
    unsigned char zeros_symbol[JPEG_TABLES_MAX];
};

static inline bool jpeg_is_progressive(const struct jpeg *jpeg)
{
    return jpeg->coding == JPEG_SOF2 || jpeg->coding == JPEG_SOF10;
}

static inline bool jpeg_is_arithmetic(const struct jpeg *jpeg)
{
    return jpeg->coding >= JPEG_SOF9;
}

/* Takes an SOS segment (its parameters are data[body..end)) and steps over the entropy-coded data
 * behind it: jpeg->offset is then at the marker that ends the scan. */
bool jpeg_scan_take(struct jpeg *jpeg, size_t start, size_t body, size_t end,
                    struct error *error) MUST_CHECK;

#endif
