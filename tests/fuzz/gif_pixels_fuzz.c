/* SPDX-License-Identifier: MIT */
#include "image/gif_pixels.h"

#include "fuzz.h"

/* How many pixels the LZW codes of a GIF stand for, against the simplest decoder: each code is kept
 * with its length alone. The first byte is the size of the codes, the second (times 64) how many
 * pixels are needed; the rest goes into sub-blocks. */

enum { CODES = 4096, BLOCK = 255 };

struct codes {
    const uint8_t *data;
    size_t bits, at;
};

static bool next_code(struct codes *codes, unsigned width, unsigned *ret_code)
{
    if (codes->at + width > codes->bits)
        return false;
    *ret_code = 0;
    for (unsigned i = 0; i < width; i++, codes->at++)
        *ret_code |= (unsigned)(codes->data[codes->at / 8] >> codes->at % 8 & 1) << i;
    return true;
}

/* GIF89a, appendix F. */
static uint64_t count_simply(const uint8_t *data, size_t size, unsigned code_size, uint64_t needed)
{
    struct codes codes = {data, 8 * size, 0};
    unsigned lengths[CODES], clear = 1u << code_size, width = code_size + 1, code;
    unsigned used = clear + 2, last = 0;
    uint64_t pixels = 0;
    for (unsigned i = 0; i < clear; i++)
        lengths[i] = 1;
    while (pixels < needed && next_code(&codes, width, &code) && code != clear + 1) {
        if (code == clear) {
            used = clear + 2;
            width = code_size + 1;
            last = 0;
            continue;
        }
        bool fresh = last == 0, is_new = !fresh && code == used && used < CODES;
        if ((code >= used && !is_new) || (fresh && code >= clear))
            break;
        if (!fresh && used < CODES) {
            lengths[used++] = last + 1;
            if (used == 1u << width && width < 12)
                width++;
        }
        last = lengths[code];
        pixels += last;
    }
    return pixels;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    unsigned code_size = 1 + take_byte(&input) % 11;
    uint64_t needed = 64 * (uint64_t)take_byte(&input);
    size_t length = input.size < 8 * BLOCK ? input.size : 8 * BLOCK, blocks = 0;
    unsigned char *text = malloc(length + 16);
    check(text != NULL);
    for (size_t at = 0; at < length; at += BLOCK) {
        size_t piece = length - at < BLOCK ? length - at : BLOCK;
        text[blocks++] = (unsigned char)piece;
        memcpy(text + blocks, input.data + at, piece);
        blocks += piece;
    }
    text[blocks++] = 0;
    unsigned char *exact = malloc(blocks);
    memcpy(exact, text, blocks);
    uint64_t expected = count_simply(input.data, length, code_size, needed);
    uint64_t counted = gif_pixels_count(exact, blocks, code_size, needed);
    check(counted == expected || (counted >= needed && expected >= needed));
    free(exact);
    free(text);
    return 0;
}
