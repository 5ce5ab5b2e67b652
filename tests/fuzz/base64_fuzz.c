/* SPDX-License-Identifier: MIT */
#include "base/base64.h"

#include <stdint.h>
#include <string.h>

/* The decoder against a simple one that takes the whole text at once. The first two bytes choose
 * the limit and how the text is cut, the rest is the text; a byte 0x01 in it stands for a run of
 * characters long enough for the vector instructions. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RUN = 100, MAX_TEXT = 64 * 1024 };

static void check(bool good)
{
    if (!good)
        __builtin_trap();
}

static int symbol(char c)
{
    static const char standard[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *place = c == '-'   ? strchr(standard, '+')
                        : c == '_' ? strchr(standard, '/')
                        : c        ? strchr(standard, c)
                                   : NULL;
    return place ? (int)(place - standard) : -1;
}

/* RFC 4648 in the simplest way; the number of bytes, or -1. */
static long decode_simply(const char *text, size_t size, unsigned char *bytes)
{
    unsigned bits = 0, count = 0, padding = 0;
    bool standard = false, url = false;
    long length = 0;
    for (size_t i = 0; i < size; i++) {
        int value = symbol(text[i]);
        if (text[i] && strchr(" \t\r\n", text[i]))
            continue;
        if (text[i] == '=') {
            padding++;
            continue;
        }
        standard |= text[i] == '+' || text[i] == '/';
        url |= text[i] == '-' || text[i] == '_';
        if (value < 0 || padding > 0 || (standard && url))
            return -1;
        bits = bits << 6 | (unsigned)value;
        count++;
        if (count % 4 != 1)
            bytes[length++] = (unsigned char)(bits >> (6 - 2 * ((count - 1) % 4)));
    }
    unsigned rest = count % 4, stray = rest == 2 ? 15 : rest == 3 ? 3 : 0;
    bool padded = padding == 0 || (rest >= 2 && rest + padding == 4);
    return rest == 1 || !padded || (bits & stray) ? -1 : length;
}

static size_t expand(const uint8_t *data, size_t size, char *text)
{
    size_t length = 0;
    for (size_t i = 0; i < size && length + RUN < MAX_TEXT; i++) {
        if (data[i] != 1) {
            text[length++] = (char)data[i];
            continue;
        }
        for (int n = 0; n < RUN; n++)
            text[length++] = "AZaz09Qq"[n % 8];
    }
    return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[MAX_TEXT];
    static unsigned char expected[MAX_TEXT];
    if (size < 2)
        return 0;
    size_t length = expand(data + 2, size - 2, text), step = 1 + (size_t)data[0] * data[0];
    long expected_size = decode_simply(text, length, expected);
    size_t max = data[1] < 128 ? MAX_TEXT : (size_t)data[1] - 128, used = 0;

    struct base64_decoder decoder;
    struct buffer back = BUFFER_INIT(2 * MAX_TEXT);
    struct error error = {0};
    bool good = true;
    base64_decoder_init(&decoder, max);
    for (size_t at = 0; good && at < length; at += step) {
        size_t piece = length - at < step ? length - at : step, taken = 0;
        char *copy = malloc(piece); /* so that a sanitizer sees what is read outside of it */
        memcpy(copy, text + at, piece);
        good = base64_decode(&decoder, copy, piece, &taken, &error);
        free(copy);
        check(good == (taken == piece));
        used += taken;
    }
    good = good && base64_decode_end(&decoder, &error);

    if (good) {
        check(expected_size >= 0 && decoder.blob->size == (size_t)expected_size);
        check(memcmp(decoder.blob->data, expected, decoder.blob->size) == 0);
        check(decoder.blob->size <= max);
    } else if (error.code == ERROR_INVALID) {
        check(expected_size < 0 || strstr(error.text, "white space"));
    } else {
        check(error.code == ERROR_TOO_LARGE && (expected_size < 0 || (size_t)expected_size > max));
    }
    check(base64_decoder_text(&decoder, &back, &error));
    check(back.size == used && (used == 0 || memcmp(back.data, text, used) == 0));
    buffer_finish(&back);
    base64_decoder_finish(&decoder);
    return 0;
}
