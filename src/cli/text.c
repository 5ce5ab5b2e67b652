/* SPDX-License-Identifier: MIT */
/* The width of a character on a terminal is not its number of bytes: utf8proc knows it for all
 * scripts, whatever the locale. */
#include "cli/text.h"

#include "base/plain_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

/* The columns that a character takes; what is not shown is replaced by a space. */
static size_t character_width(uint32_t c)
{
    return plain_text_is_hidden(c) ? 1 : (size_t)utf8proc_charwidth((utf8proc_int32_t)c);
}

size_t text_fitting_bytes(const char *text, size_t size, size_t columns, size_t *ret_width)
{
    size_t taken = 0, total = 0;
    uint32_t c;
    while (taken < size) {
        size_t length = plain_text_next(text + taken, size - taken, &c), width = character_width(c);
        if (width > columns - total)
            break;
        taken += length;
        total += width;
    }
    *ret_width = total;
    return taken;
}

size_t text_fitting(const char *text, size_t columns, size_t *ret_width)
{
    return text_fitting_bytes(text, strlen(text), columns, ret_width);
}

size_t text_width(const char *text)
{
    size_t width;
    text_fitting(text, SIZE_MAX, &width);
    return width;
}

static bool is_shown(const char *text, size_t length, uint32_t c)
{
    bool valid = length > 1 || (unsigned char)*text < 0x80;
    return valid && !plain_text_is_hidden(c);
}

void text_put(FILE *file, const char *text, size_t size)
{
    uint32_t c;
    for (size_t length; size > 0; text += length, size -= length) {
        length = plain_text_next(text, size, &c);
        if (is_shown(text, length, c))
            fwrite(text, 1, length, file);
        else
            fputc(' ', file);
    }
}

void text_put_json(FILE *file, const char *text)
{
    enum { PLANE = 0x10000, HIGH = 0xD800, LOW = 0xDC00, HALF = 0x3FF };
    uint32_t c;
    for (size_t size = strlen(text), length; size > 0; text += length, size -= length) {
        length = plain_text_next(text, size, &c);
        if (c < ' ' || !plain_text_is_hidden(c))
            fwrite(text, 1, length, file);
        else if (c < PLANE)
            fprintf(file, "\\u%04x", c);
        else
            fprintf(file, "\\u%04x\\u%04x", HIGH | (c - PLANE) >> 10, LOW | (c & HALF));
    }
}

enum { WORD_MAX = 32, DISTANCE_MAX = 2 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters must be inserted, removed, replaced, or exchanged with their neighbour. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1], length = strlen(b);
    for (size_t j = 0; j <= length; j++)
        rows[0][j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], second[j - 2] + 1);
        }
    }
    return rows[strlen(a) % 3][length];
}

const char *text_nearest(const char *word, const char *const *words, size_t count)
{
    const char *nearest = NULL;
    size_t best = DISTANCE_MAX + 1;
    if (strlen(word) > WORD_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(words[i]);
        size_t found = length > WORD_MAX ? best : distance(word, words[i]);
        if (found < best && found < length) {
            best = found;
            nearest = words[i];
        }
    }
    return nearest;
}
