/* SPDX-License-Identifier: MIT */
/* The one list of characters that never reach a terminal, a log or a model as they are. Everything
 * else that is shown stays as its author wrote it: a prompt may be in any script. Whoever writes
 * such a text decides what stands in the place of these characters: a space where people read, an
 * escape in JSON, which means the same. */
#include "base/plain_text.h"

#include "base/array.h"
#include "base/utf8.h"

#include <string.h>

enum { REPLACEMENT = 0xFFFD };

static const struct {
    uint32_t first, last;
} hidden[] = {
    {0x00, 0x1F},       /* C0 */
    {0x7F, 0x9F},       /* DEL, C1 */
    {0x061C, 0x061C},   /* Arabic letter mark */
    {0x180E, 0x180E},   /* Mongolian vowel separator */
    {0x200B, 0x200B},   /* zero width space */
    {0x200E, 0x200F},   /* left-to-right and right-to-left mark */
    {0x2028, 0x202E},   /* line and paragraph separator, embeddings and overrides */
    {0x2060, 0x206F},   /* word joiner, invisible operators, isolates */
    {0xFEFF, 0xFEFF},   /* byte order mark */
    {0xFFF9, 0xFFFB},   /* interlinear annotations */
    {0xE0000, 0xE007F}, /* tags, which spell ASCII that is not seen */
};

size_t plain_text_next(const char *text, size_t size, uint32_t *ret_character)
{
    size_t length = utf8_decode(text, size, ret_character);
    if (length > 0)
        return length;
    *ret_character = REPLACEMENT;
    return 1;
}

bool plain_text_is_hidden(uint32_t character)
{
    for (size_t i = 0; i < LENGTH(hidden); i++)
        if (character >= hidden[i].first && character <= hidden[i].last)
            return true;
    return false;
}

void plain_text_clean(char *text)
{
    uint32_t character;
    char *out = text;
    for (size_t size = strlen(text), length; size > 0; text += length, size -= length) {
        bool good = (length = utf8_decode(text, size, &character)) > 0;
        length = good ? length : 1;
        if (good && !plain_text_is_hidden(character)) {
            memmove(out, text, length);
            out += length;
        } else {
            *out++ = ' ';
        }
    }
    *out = '\0';
}

/* Whatever separates words becomes one space. */
void plain_text_quote(const char *text, size_t max, char *out)
{
    uint32_t character;
    size_t used = 0;
    bool space = false;
    out[used++] = '"';
    for (size_t size = strlen(text), length; size > 0; text += length, size -= length) {
        bool good = (length = utf8_decode(text, size, &character)) > 0;
        length = good ? length : 1;
        if (!good || character == ' ' || plain_text_is_hidden(character)) {
            space = used > 1;
            continue;
        }
        if (used - 1 + space + length > max) {
            memcpy(out + used, "...", 3);
            used += 3;
            break;
        }
        if (space)
            out[used++] = ' ';
        space = false;
        memcpy(out + used, character == '"' ? "'" : text, length);
        used += length;
    }
    memcpy(out + used, "\"", 2);
}
