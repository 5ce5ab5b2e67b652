/* SPDX-License-Identifier: MIT */
/* The alphabet of RFC 4648 section 5 without padding, for handles and cursors of at most some
 * hundred bytes: one character after the other. Images go through base64.c, which is made for
 * speed. */
#include "base/base64url.h"

#include "base/base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool base64url_encode(const void *data, size_t size, struct buffer *text, struct error *error)
{
    const unsigned char *bytes = data;
    size_t length = size / 3 * 4 + (size % 3 ? size % 3 + 1 : 0);
    char *out = buffer_reserve(text, length, error);
    if (!out)
        return false;
    for (size_t i = 0; i < size; i += 3) {
        size_t count = size - i < 3 ? size - i : 3;
        uint32_t group = (uint32_t)bytes[i] << 16;
        group |= count > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= count > 2 ? bytes[i + 2] : 0;
        for (size_t k = 0; k <= count; k++)
            *out++ = alphabet[group >> (18 - 6 * k) & 63];
    }
    text->size += length;
    buffer_terminate(text);
    return true;
}

bool base64url_decode(const char *text, size_t max, struct blob **ret_blob, struct error *error)
{
    CLEANUP(base64_decoder_finish) struct base64_decoder decoder = {0};
    size_t length = strlen(text), used;
    if (strspn(text, alphabet) != length || length > (max + 2) / 3 * 4)
        return error_set(error, ERROR_INVALID, "it is not base64url, or too long");
    base64_decoder_init(&decoder, max);
    if (!base64_decode(&decoder, text, length, &used, error) ||
        !base64_decode_end(&decoder, error)) {
        error->code = error->code == ERROR_TOO_LARGE ? ERROR_INVALID : error->code;
        return false;
    }
    *ret_blob = TAKE(decoder.blob);
    return true;
}
