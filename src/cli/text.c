/* SPDX-License-Identifier: MIT */
#include "cli/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

/* The first character of a text that is not empty: its bytes, and the columns it takes. */
static size_t next_character(const char *text, size_t size, wchar_t *ret_character,
                             size_t *ret_width)
{
    mbstate_t state = {0};
    wchar_t c;
    size_t length = mbrtowc(&c, text, size, &state);
    bool valid = length > 0 && length <= size;
    int width = valid ? wcwidth(c) : -1;
    *ret_character = valid ? c : 0;
    *ret_width = width < 0 ? 1 : (size_t)width;
    return valid ? length : 1;
}

static bool is_command(wchar_t c)
{
    return c < ' ' || (c >= 0x7F && c < 0xA0) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

size_t text_fitting_bytes(const char *text, size_t size, size_t columns, size_t *ret_width)
{
    size_t taken = 0, total = 0, width;
    wchar_t c;
    while (taken < size) {
        size_t length = next_character(text + taken, size - taken, &c, &width);
        width = is_command(c) ? 1 : width; /* the space in its place */
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

void text_put(FILE *file, const char *text, size_t size)
{
    wchar_t c;
    size_t width;
    while (size > 0) {
        size_t length = next_character(text, size, &c, &width);
        if (!is_command(c))
            fwrite(text, 1, length, file);
        else
            fputc(' ', file);
        text += length;
        size -= length;
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
