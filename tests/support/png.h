/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_PNG_H
#define SUPPORT_PNG_H

#include "base/blob.h"

#include <stdint.h>

/* Real images of any size, made up: an 8-bit RGB PNG whose pixels are noise that `seed` picks,
 * about 3 * width * height bytes. Different seeds give different images. */

/* The caller destroys it. */
struct blob *test_png(uint32_t width, uint32_t height, uint32_t seed);

#endif
