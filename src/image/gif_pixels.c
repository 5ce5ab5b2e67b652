/* SPDX-License-Identifier: MIT */
/* The LZW codes of a GIF, followed for the number of pixels alone: of each string in the table only
 * its length is kept, and no string is ever written out. GIF89a, appendix F. */
#include "image/gif_pixels.h"

#include <stdbool.h>

enum { CODE_BITS_MAX = 12, CODES_MAX = 1 << CODE_BITS_MAX, NO_CODE = CODES_MAX };

struct codes {
    const unsigned char *data, *end;
    unsigned left; /* bytes of the sub-block */
    uint32_t bits; /* the next `held` bits, lowest first */
    unsigned held;

    unsigned clear; /* the code; the one after it ends the data */
    unsigned width; /* bits of a code */
    unsigned next;  /* the code that the next string gets */
    unsigned previous;
    uint16_t lengths[CODES_MAX]; /* pixels */
};

static bool read_code(struct codes *codes, unsigned *ret_code)
{
    while (codes->held < codes->width) {
        if (codes->left == 0) {
            if (codes->data == codes->end || *codes->data == 0)
                return false;
            codes->left = *codes->data++;
        }
        codes->left--;
        codes->bits |= (uint32_t)*codes->data++ << codes->held;
        codes->held += 8;
    }
    *ret_code = codes->bits & ((1U << codes->width) - 1);
    codes->bits >>= codes->width;
    codes->held -= codes->width;
    return true;
}

static void clear_table(struct codes *codes, unsigned code_size)
{
    codes->width = code_size + 1;
    codes->next = codes->clear + 2;
    codes->previous = NO_CODE;
}

/* The pixels that a code stands for, 0 for none. Puts the string that it completes into the table;
 * a full table stays as it is. */
static unsigned take_code(struct codes *codes, unsigned code)
{
    bool first = codes->previous == NO_CODE;
    if (code == codes->clear + 1 || code > codes->next || (first && code > codes->clear))
        return 0;
    if (!first && codes->next < CODES_MAX) {
        codes->lengths[codes->next++] = codes->lengths[codes->previous] + 1;
        if (codes->next == 1U << codes->width && codes->width < CODE_BITS_MAX)
            codes->width++;
    } else if (code == codes->next) {
        return 0;
    }
    codes->previous = code;
    return codes->lengths[code];
}

uint64_t gif_pixels_count(const unsigned char *data, size_t size, unsigned code_size,
                          uint64_t needed)
{
    struct codes codes = {.data = data, .end = data + size, .clear = 1U << code_size};
    uint64_t count = 0;
    unsigned code;
    for (unsigned i = 0; i < codes.clear; i++)
        codes.lengths[i] = 1;
    clear_table(&codes, code_size);
    while (count < needed && read_code(&codes, &code)) {
        unsigned pixels = code == codes.clear ? 0 : take_code(&codes, code);
        if (code == codes.clear)
            clear_table(&codes, code_size);
        else if (!pixels)
            break;
        count += pixels;
    }
    return count;
}
