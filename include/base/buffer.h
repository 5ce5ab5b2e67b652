/* SPDX-License-Identifier: MIT */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>

/* A growing byte buffer with a cap that is given when it is made. The content is always followed by
 * a NUL that does not count, so `data` can be used as a string once anything was appended. */
struct buffer {
    char *data; /* NULL until the first append */
    size_t size;
    size_t capacity;
    size_t max;
};

#define BUFFER_INIT(cap) ((struct buffer){.max = (cap)})

/* Frees the memory; the cap stays, so the buffer can be used again. Takes a zeroed struct. */
void buffer_finish(struct buffer *buffer);

/* Empties it and keeps the memory. */
void buffer_clear(struct buffer *buffer);

/* Make the content `size` bytes longer. ERROR_TOO_LARGE beyond the cap, ERROR_NO_MEMORY; the
 * content is unchanged on failure. */
bool buffer_append(struct buffer *buffer, const void *data, size_t size,
                   struct error *error) MUST_CHECK;
bool buffer_append_string(struct buffer *buffer, const char *string,
                          struct error *error) MUST_CHECK;
bool buffer_append_char(struct buffer *buffer, char character, struct error *error) MUST_CHECK;
bool buffer_printf(struct buffer *buffer, struct error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4))) MUST_CHECK;

/* Makes room for `size` more bytes and returns where they go, or NULL; the caller writes there and
 * adds what it wrote to buffer->size, then ends the content with buffer_terminate(). */
char *buffer_reserve(struct buffer *buffer, size_t size, struct error *error) MUST_CHECK;
void buffer_terminate(struct buffer *buffer);

/* Hands the content over to the caller, who frees it; NULL only when nothing was ever appended. */
char *buffer_take(struct buffer *buffer);

#endif
