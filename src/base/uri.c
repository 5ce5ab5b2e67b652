/* SPDX-License-Identifier: MIT */
/* One table-free rule for all that is encoded: the unreserved characters of RFC 3986 stay.
 * Signatures of S3 are computed over this text, so one character encoded otherwise is a refused
 * request. */
#include "base/uri.h"

#include "base/quote.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool stays(unsigned char c, enum uri_part part)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~' || (c == '/' && part == URI_PATH);
}

size_t uri_encoded_length(const char *text, size_t size, enum uri_part part)
{
    size_t length = 0;
    for (size_t i = 0; i < size; i++)
        length += stays((unsigned char)text[i], part) ? 1 : 3;
    return length;
}

bool uri_encode(struct buffer *buffer, const char *text, size_t size, enum uri_part part,
                struct error *error)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t length = uri_encoded_length(text, size, part);
    char *place = buffer_reserve(buffer, length, error);
    if (!place)
        return false;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (stays(c, part)) {
            *place++ = (char)c;
        } else {
            *place++ = '%';
            *place++ = digits[c >> 4];
            *place++ = digits[c & 15];
        }
    }
    buffer->size += length;
    buffer_terminate(buffer);
    return true;
}

char *uri_encoded(const char *text, enum uri_part part, struct error *error)
{
    struct buffer buffer = BUFFER_INIT(SIZE_MAX / 2);
    if (!uri_encode(&buffer, text, strlen(text), part, error))
        return NULL;
    return buffer_take(&buffer);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool uri_decode(const char *text, char **ret_text, struct error *error)
{
    char *result = malloc(strlen(text) + 1);
    if (!result)
        return error_no_memory(error);
    char *out = result;
    for (const char *in = text; *in; in++) {
        if (*in != '%') {
            *out++ = *in;
            continue;
        }
        int high = hex_value(in[1]), low = high < 0 ? -1 : hex_value(in[2]);
        if (low < 0 || high * 16 + low == 0) {
            free(result);
            return error_set(error, ERROR_INVALID, "%s has a bad percent escape",
                             quoted(text, 100).text);
        }
        *out++ = (char)(high * 16 + low);
        in += 2;
    }
    *out = '\0';
    *ret_text = result;
    return true;
}
