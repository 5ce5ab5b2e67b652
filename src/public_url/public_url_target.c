/* SPDX-License-Identifier: MIT */
/* Which part of the configuration a URL comes from decides what can be wrong with it, and what to
 * change. */
#include "public_url/public_url_target.h"

#include <string.h>

enum public_url_kind public_url_kind(const struct config *config, const struct object_url *url)
{
    if (config->provider == CONFIG_LOCAL)
        return PUBLIC_URL_DIRECTORY;
    if (url->expires_ms)
        return PUBLIC_URL_PRESIGNED;
    return config->s3_cdn_url ? PUBLIC_URL_CDN : PUBLIC_URL_BUCKET;
}

bool public_url_is_web(const char *url)
{
    return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}
