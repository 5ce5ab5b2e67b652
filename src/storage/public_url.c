/* SPDX-License-Identifier: MIT */
/* Public URLs are the base and the key, percent-encoded once, in the same way as for signatures. */
#include "storage/public_url.h"

#include "base/cleanup.h"
#include "base/uri.h"

#include <stdint.h>
#include <string.h>

bool public_url(const char *base, const char *key, char **ret_url, struct error *error)
{
    CLEANUP(buffer_finish) struct buffer url = BUFFER_INIT(SIZE_MAX / 2);
    if (!buffer_append_string(&url, base, error) || !buffer_append_char(&url, '/', error) ||
        !uri_encode(&url, key, strlen(key), URI_PATH, error))
        return false;
    *ret_url = buffer_take(&url);
    return true;
}
