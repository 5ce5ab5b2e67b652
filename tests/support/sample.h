/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_SAMPLE_H
#define SUPPORT_SAMPLE_H

#include "image/bytes.h"
#include "image/image.h"
#include "support/test.h"

/* Bytes under test: a file of tests/data, or made by hand, and what is expected of them. */

struct sample {
    unsigned char *data;
    size_t size;
    const char *name; /* what a failed test calls it; NULL: nothing */
};

/* Frees it. */
void sample_finish(struct sample *sample);

/* The bytes in memory of exactly their size, so that the address sanitizer sees a read past them.
 */
struct sample sample_of(const void *data, size_t size);

/* A file of tests/data; borrows the name. */
struct sample sample_load(const char *name);

/* Adds bytes at the end. */
void sample_append(struct sample *sample, const void *data, size_t size);

void sample_append_be32(struct sample *sample, uint32_t value);

void sample_append_le32(struct sample *sample, uint32_t value);

/* Where `size` bytes are found first, from `from` on; they must be there. */
size_t sample_find(const struct sample *sample, size_t from, const void *bytes, size_t size);

/* Passes with these notes (bits as in image_info). */
void assert_noted(const struct sample *sample, enum image_format format, uint32_t width,
                  uint32_t height, unsigned notes);

/* Passes without notes. */
void assert_accepted(const struct sample *sample, enum image_format format, uint32_t width,
                     uint32_t height);

/* `reason` is a part of the message. */
void assert_refused(const struct sample *sample, const char *reason);

/* The sample with `size` bytes at `offset` replaced is refused. */
void assert_patch_refused(const struct sample *sample, size_t offset, const void *bytes,
                          size_t size, const char *reason);

#endif
