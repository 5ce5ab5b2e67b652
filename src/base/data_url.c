/* SPDX-License-Identifier: MIT */
#include "base/data_url.h"

#include <string.h>
#include <strings.h>

size_t data_url_head(const char *text, size_t size)
{
    static const char scheme[] = "data:", encoding[] = ";base64";
    const size_t scheme_size = sizeof scheme - 1, encoding_size = sizeof encoding - 1;
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "!#$&^_.+-/;=:";
    size_t limit = size < DATA_URL_HEAD_MAX ? size : DATA_URL_HEAD_MAX;
    if (limit < scheme_size + encoding_size || strncasecmp(text, scheme, scheme_size) != 0)
        return 0;
    const char *comma = memchr(text, ',', limit);
    if (!comma)
        return 0;
    size_t length = (size_t)(comma - text);
    if (length < scheme_size + encoding_size ||
        strncasecmp(comma - encoding_size, encoding, encoding_size) != 0)
        return 0;
    for (size_t i = 0; i < length; i++)
        if (!text[i] || !strchr(allowed, text[i]))
            return 0;
    return length + 1;
}
