/* SPDX-License-Identifier: MIT */
#ifndef BASE_COUNTED_H
#define BASE_COUNTED_H

#include <stdint.h>

/* A number and what it counts, for sentences: "1 image", "1234 images". The noun is English, short,
 * and has a plural in -s. Use it as counted(n, "image").text within one expression. */
struct counted {
    char text[64];
};
struct counted counted(uint64_t count, const char *noun);
/* "1,234 images": for people. */
struct counted counted_grouped(uint64_t count, const char *noun);

/* "1,234,567". */
struct counted counted_digits(uint64_t count);

#endif
