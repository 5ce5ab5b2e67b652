/* SPDX-License-Identifier: MIT */
/* Grows by doubling up to a limit that its owner sets, so that no peer can make it as large as it
 * likes. One byte is always kept for a NUL: what is in it is a C string, too. */
#include "base/buffer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_FIRST_CAPACITY = 256 };

void buffer_finish(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = BUFFER_INIT(buffer->max);
}

void buffer_clear(struct buffer *buffer)
{
    buffer->size = 0;
    if (buffer->data)
        buffer->data[0] = '\0';
}

char *buffer_reserve(struct buffer *buffer, size_t size, struct error *error)
{
    if (size > buffer->max || buffer->size > buffer->max - size) {
        error_set(error, ERROR_TOO_LARGE, "the limit of %zu bytes is exceeded", buffer->max);
        return NULL;
    }
    size_t needed = buffer->size + size + 1;
    if (needed > buffer->capacity) {
        size_t capacity = buffer->capacity ? buffer->capacity : BUFFER_FIRST_CAPACITY;
        while (capacity < needed)
            capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
        char *data = realloc(buffer->data, capacity);
        if (!data) {
            error_no_memory(error);
            return NULL;
        }
        buffer->data = data;
        buffer->capacity = capacity;
    }
    return buffer->data + buffer->size;
}

void buffer_terminate(struct buffer *buffer)
{
    if (buffer->data)
        buffer->data[buffer->size] = '\0';
}

bool buffer_append(struct buffer *buffer, const void *data, size_t size, struct error *error)
{
    char *place = buffer_reserve(buffer, size, error);
    if (!place)
        return false;
    if (size > 0)
        memcpy(place, data, size);
    buffer->size += size;
    buffer_terminate(buffer);
    return true;
}

bool buffer_append_string(struct buffer *buffer, const char *string, struct error *error)
{
    return buffer_append(buffer, string, strlen(string), error);
}

bool buffer_append_char(struct buffer *buffer, char character, struct error *error)
{
    return buffer_append(buffer, &character, 1, error);
}

bool buffer_printf(struct buffer *buffer, struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return error_set(error, ERROR_INTERNAL, "a text could not be formatted");
    char *place = buffer_reserve(buffer, (size_t)length, error);
    if (!place)
        return false;
    va_start(arguments, format);
    vsnprintf(place, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->size += (size_t)length;
    return true;
}

char *buffer_take(struct buffer *buffer)
{
    char *data = buffer->data;
    *buffer = BUFFER_INIT(buffer->max);
    return data;
}
