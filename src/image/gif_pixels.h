/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_GIF_PIXELS_H
#define IMAGE_GIF_PIXELS_H

#include <stddef.h>
#include <stdint.h>

/* Counts the pixels that the LZW codes in these sub-blocks (the empty one at the end included, and
 * all of them inside of the data) stand for, up to `needed` or a few more. code_size is the one
 * before the sub-blocks, 1 to 11. The count ends early with the data, with its end code, and with a
 * code that stands for nothing. Time is linear in size. */
uint64_t gif_pixels_count(const unsigned char *data, size_t size, unsigned code_size,
                          uint64_t needed);

#endif
