/* SPDX-License-Identifier: MIT */
/* What texts of any origin need before they are cut or shown, over utf8proc, which knows what a
 * character is (RFC 3629). */
#include "base/utf8.h"

#include <string.h>
#include <utf8proc.h>

size_t utf8_cut(const char *text, size_t size, size_t limit)
{
    if (size <= limit)
        return size;
    while (limit > 0 && ((unsigned char)text[limit] & 0xC0) == 0x80)
        limit--;
    return limit;
}

size_t utf8_decode(const char *text, size_t size, uint32_t *ret_character)
{
    utf8proc_int32_t character;
    utf8proc_ssize_t length = utf8proc_iterate((const utf8proc_uint8_t *)text,
                                               (utf8proc_ssize_t)size, &character);
    if (length <= 0)
        return 0;
    *ret_character = (uint32_t)character;
    return (size_t)length;
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
