/* SPDX-License-Identifier: MIT */
/* Samples are kept on the heap in exactly their size, so that the address sanitizer sees a read
 * past them; a file of tests/data or bytes that a test puts together, they are judged in the same
 * way. */
#include "support/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sample_finish(struct sample *sample)
{
    free(sample->data);
    *sample = (struct sample){0};
}

struct sample sample_of(const void *data, size_t size)
{
    struct sample sample = {.data = malloc(size), .size = size};
    if (!sample.data && size)
        abort();
    if (size)
        memcpy(sample.data, data, size);
    return sample;
}

struct sample sample_load(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", getenv("TEST_DATA"), name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    static unsigned char content[1 << 20];
    size_t size = fread(content, 1, sizeof content, file);
    fclose(file);
    assert_in_range(size, 1, sizeof content - 1);
    struct sample sample = sample_of(content, size);
    sample.name = name;
    return sample;
}

void sample_append(struct sample *sample, const void *data, size_t size)
{
    unsigned char *grown = realloc(sample->data, sample->size + size);
    if (!grown)
        abort();
    memcpy(grown + sample->size, data, size);
    sample->data = grown;
    sample->size += size;
}

void sample_append_be32(struct sample *sample, uint32_t value)
{
    unsigned char bytes[] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
                             (unsigned char)(value >> 8), (unsigned char)value};
    sample_append(sample, bytes, sizeof bytes);
}

void sample_append_le32(struct sample *sample, uint32_t value)
{
    unsigned char bytes[] = {(unsigned char)value, (unsigned char)(value >> 8),
                             (unsigned char)(value >> 16), (unsigned char)(value >> 24)};
    sample_append(sample, bytes, sizeof bytes);
}

size_t sample_find(const struct sample *sample, size_t from, const void *bytes, size_t size)
{
    const unsigned char *found = memmem(sample->data + from, sample->size - from, bytes, size);
    assert_non_null(found);
    return (size_t)(found - sample->data);
}

static const char *sample_name(const struct sample *sample)
{
    return sample->name ? sample->name : "the sample";
}

void assert_noted(const struct sample *sample, enum image_format format, uint32_t width,
                  uint32_t height, unsigned notes)
{
    struct image_info info = {0};
    struct error error = {0};
    if (!image_inspect(sample->data, sample->size, &info, &error))
        fail_msg("%s: %s", sample_name(sample), error.text);
    if (info.format != format || info.width != width || info.height != height ||
        info.notes != notes)
        fail_msg("%s: format %d, %u x %u, notes %#x instead of format %d, %u x %u, notes %#x",
                 sample_name(sample), (int)info.format, info.width, info.height,
                 (unsigned)info.notes, (int)format, width, height, notes);
}

void assert_accepted(const struct sample *sample, enum image_format format, uint32_t width,
                     uint32_t height)
{
    assert_noted(sample, format, width, height, 0);
}

void assert_refused(const struct sample *sample, const char *reason)
{
    struct image_info info = {.width = 77};
    struct error error = {0};
    if (image_inspect(sample->data, sample->size, &info, &error))
        fail_msg("%s: accepted, but \"%s\" was expected", sample_name(sample), reason);
    assert_int_equal(error.code, ERROR_INVALID);
    assert_int_equal(info.width, 77);
    if (!strstr(error.text, reason))
        fail_msg("%s: \"%s\" does not hold \"%s\"", sample_name(sample), error.text, reason);
}

void assert_patch_refused(const struct sample *sample, size_t offset, const void *bytes,
                          size_t size, const char *reason)
{
    struct sample copy = sample_of(sample->data, sample->size);
    copy.name = sample->name;
    if (offset + size > copy.size)
        abort();
    memcpy(copy.data + offset, bytes, size);
    assert_refused(&copy, reason);
    sample_finish(&copy);
}
