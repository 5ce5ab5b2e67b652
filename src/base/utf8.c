/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <string.h>

size_t utf8_cut(const char *text, size_t size, size_t limit)
{
    if (size <= limit)
        return size;
    while (limit > 0 && ((unsigned char)text[limit] & 0xC0) == 0x80)
        limit--;
    return limit;
}

/* RFC 3629 section 4: nothing overlong, no surrogates, nothing above U+10FFFF. */
size_t utf8_decode(const char *text, size_t size, uint32_t *ret_character)
{
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned char first = size > 0 ? bytes[0] : 0xFF, low = 0x80, high = 0xBF;
    if (first < 0x80) {
        *ret_character = first;
        return 1;
    }
    if (first < 0xC2 || first > 0xF4)
        return 0;
    size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first == 0xE0)
        low = 0xA0;
    else if (first == 0xED)
        high = 0x9F;
    else if (first == 0xF0)
        low = 0x90;
    else if (first == 0xF4)
        high = 0x8F;
    if (length > size || bytes[1] < low || bytes[1] > high)
        return 0;
    uint32_t character = first & (0x7F >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        character = character << 6 | (bytes[i] & 0x3F);
    }
    *ret_character = character;
    return length;
}

/* The same of a NUL-terminated text. */
static size_t character_length(const char *text)
{
    uint32_t ignored;
    return utf8_decode(text, strnlen(text, 4), &ignored);
}

bool utf8_valid(const char *text)
{
    size_t length = 0;
    while (*text && (length = character_length(text)) > 0)
        text += length;
    return *text == '\0';
}

void utf8_mend(char *text)
{
    char *out = text;
    for (const char *in = text; *in;) {
        size_t length = character_length(in);
        memmove(out, in, length);
        out += length;
        in += length ? length : 1;
    }
    *out = '\0';
}
