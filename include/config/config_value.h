/* SPDX-License-Identifier: MIT */
#ifndef CONFIG_CONFIG_VALUE_H
#define CONFIG_CONFIG_VALUE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* The texts of configuration values, checked and turned into what they mean. All fail with
 * ERROR_INVALID and a text that says what is expected (the caller names the variable and quotes the
 * value); strings that come out are the caller's. */

/* true, false, yes, no, on, off, 1, 0; upper or lower case. */
bool config_value_bool(const char *text, bool *ret_value, struct error *error) MUST_CHECK;

/* Bytes: "1048576", "10MB" (powers of 1000), "64MiB" (powers of 1024); upper or lower case. */
bool config_value_size(const char *text, size_t min, size_t max, size_t *ret_value,
                       struct error *error) MUST_CHECK;

/* A whole number in digits. */
bool config_value_number(const char *text, int64_t min, int64_t max, int64_t *ret_value,
                         struct error *error) MUST_CHECK;

/* An absolute http or https URL (with allow_file also file:///...) without user, query and
 * fragment, to which a path can be added; slashes at its end are dropped. */
bool config_value_url(const char *text, bool allow_file, char **ret_url,
                      struct error *error) MUST_CHECK;

/* Whether the host of such a URL ends with `domain` (".r2.cloudflarestorage.com"). */
bool config_value_url_is_under(const char *url, const char *domain);

/* The name of a bucket, without what people put around it (s3://, folders, hosts). Whether a store
 * allows the name is not judged here. */
bool config_value_bucket(const char *text, char **ret_bucket, struct error *error) MUST_CHECK;

/* One word of printable ASCII without spaces: keys and tokens. */
bool config_value_word(const char *text, char **ret_word, struct error *error) MUST_CHECK;

/* An absolute path; "~/" at its start stands for `home` (NULL: unknown). Slashes at its end are
 * dropped. */
bool config_value_path(const char *text, const char *home, char **ret_path,
                       struct error *error) MUST_CHECK;

/* Paths as of config_value_path(), separated by ':'; empty ones are dropped. They come out the same
 * way. */
bool config_value_paths(const char *text, const char *home, char **ret_paths,
                        struct error *error) MUST_CHECK;

/* auto, path or virtual. */
bool config_value_style(const char *text, char **ret_style, struct error *error) MUST_CHECK;

/* A key prefix (image_key.h) without slashes at its ends; "/" is the empty one. */
bool config_value_prefix(const char *text, char **ret_prefix, struct error *error) MUST_CHECK;

/* The host of Cloudflare R2's API, which never serves anything without a signature. */
#define CONFIG_VALUE_R2_DOMAIN ".r2.cloudflarestorage.com"

/* As config_value_url(), and not R2's API. */
bool config_value_cdn_url(const char *text, char **ret_url, struct error *error) MUST_CHECK;

/* As config_value_path(), of a file that this process can read. The one function here that looks at
 * the file system. */
bool config_value_readable_file(const char *text, const char *home, char **ret_path,
                                struct error *error) MUST_CHECK;

#endif
