/* SPDX-License-Identifier: MIT */
#include "image/image.h"

#include <stdint.h>
#include <string.h>

/* Any bytes as an image: accepted with a size, or refused with a reason and nothing given back. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct image_info info = {0};
    struct error error = {0};
    if (image_inspect(data, size, &info, &error)) {
        check(info.width > 0 && info.height > 0);
        check(image_format_name(info.format) != NULL);
    } else {
        check(info.width == 0 && info.height == 0);
        check(error.code == ERROR_INVALID && strlen(error.text) > 0);
    }
    return 0;
}
