/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What the targets share: how an input is taken apart, and how a broken property is told. Texts in
 * an input are separated by NULs, so that a corpus stays legible. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Also with NDEBUG. */
static inline void check(bool good)
{
    if (!good)
        __builtin_trap();
}

struct input {
    const uint8_t *data;
    size_t size;
};

/* 0 when nothing is left. */
static inline uint8_t take_byte(struct input *input)
{
    if (input->size == 0)
        return 0;
    input->size--;
    return *input->data++;
}

static inline int64_t take_number(struct input *input)
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++)
        number = number << 8 | take_byte(input);
    return (int64_t)number;
}

/* The next `size` bytes in an allocation that is just as large, so that a sanitizer sees what is
 * read outside of it; a NUL follows. */
static inline char *take_bytes(struct input *input, size_t size)
{
    char *text = malloc(size + 1);
    check(text && size <= input->size);
    memcpy(text, input->data, size);
    text[size] = '\0';
    input->data += size;
    input->size -= size;
    return text;
}

/* The text up to the next NUL, or the end; the caller frees it. */
static inline char *take_text(struct input *input)
{
    const uint8_t *end = input->size ? memchr(input->data, 0, input->size) : NULL;
    char *text = take_bytes(input, end ? (size_t)(end - input->data) : input->size);
    if (end)
        take_byte(input);
    return text;
}

static inline bool contains(const char *text, size_t size, const char *part)
{
    return size > 0 && memmem(text, size, part, strlen(part)) != NULL;
}

#endif
