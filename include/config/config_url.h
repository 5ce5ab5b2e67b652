/* SPDX-License-Identifier: MIT */
#ifndef CONFIG_CONFIG_URL_H
#define CONFIG_CONFIG_URL_H

#include "base/error.h"

/* URLs in the configuration. Pure. */

/* An absolute http or https URL (with allow_file also file:///...) without user, query and
 * fragment, to which a path can be added; slashes at its end are dropped. The caller frees it.
 * ERROR_INVALID: it is none; the text has the URL that was probably meant. */
bool config_url_read(const char *text, bool allow_file, char **ret_url,
                     struct error *error) MUST_CHECK;

/* Whether the host of such a URL ends with `domain` (".r2.cloudflarestorage.com"). */
bool config_url_is_under(const char *url, const char *domain);

/* The host of Cloudflare R2's API, which never serves anything without a signature. */
#define CONFIG_URL_R2_DOMAIN ".r2.cloudflarestorage.com"

/* As config_url_read(), and not R2's API. */
bool config_url_read_cdn(const char *text, char **ret_url, struct error *error) MUST_CHECK;

#endif
