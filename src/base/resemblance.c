/* SPDX-License-Identifier: MIT */
/* The number of letters that were added, left out, replaced, or swapped with their neighbour
 * (optimal string alignment), of names without case and separators. Short names must be closer
 * than long ones, or everything resembles everything. */
#include "base/resemblance.h"

#include <stddef.h>
#include <string.h>

enum { NAME_MAX_SIZE = 32, LONG_NAME = 6 };

/* False: too long to be one of ours. */
static bool simplify(const char *name, char *simple)
{
    size_t size = 0;
    for (; *name; name++) {
        if (*name == '_' || *name == '-' || *name == ' ' || *name == '.')
            continue;
        if (size == NAME_MAX_SIZE - 1)
            return false;
        simple[size++] = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;
    }
    simple[size] = '\0';
    return size > 0;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned distance(const char *a, const char *b)
{
    unsigned rows[NAME_MAX_SIZE + 1][NAME_MAX_SIZE + 1];
    size_t width = strlen(a), height = strlen(b);
    for (size_t x = 0; x <= width; x++)
        rows[0][x] = (unsigned)x;
    for (size_t y = 1; y <= height; y++) {
        rows[y][0] = (unsigned)y;
        for (size_t x = 1; x <= width; x++) {
            bool same = a[x - 1] == b[y - 1];
            rows[y][x] = least(rows[y - 1][x - 1] + !same,
                               least(rows[y - 1][x] + 1, rows[y][x - 1] + 1));
            if (x > 1 && y > 1 && a[x - 1] == b[y - 2] && a[x - 2] == b[y - 1])
                rows[y][x] = least(rows[y][x], rows[y - 2][x - 2] + 1);
        }
    }
    return rows[height][width];
}

bool resembles(const char *name, const char *other)
{
    char a[NAME_MAX_SIZE], b[NAME_MAX_SIZE];
    if (!simplify(name, a) || !simplify(other, b))
        return false;
    unsigned mistakes = strlen(b) >= LONG_NAME ? 2 : 1;
    return distance(a, b) <= mistakes;
}
