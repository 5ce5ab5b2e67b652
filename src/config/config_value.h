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

/* The name of a bucket, without what people put around it (s3://, folders, hosts). Whether a store
 * allows the name is not judged here. */
bool config_value_bucket(const char *text, char **ret_bucket, struct error *error) MUST_CHECK;

/* One word of printable ASCII without spaces. */
bool config_value_word(const char *text, char **ret_word, struct error *error) MUST_CHECK;

/* The same, but not with what is copied along with keys (headers, quotation marks). */
bool config_value_key(const char *text, char **ret_key, struct error *error) MUST_CHECK;

/* auto, path or virtual. */
bool config_value_style(const char *text, char **ret_style, struct error *error) MUST_CHECK;

/* A canned ACL of S3. */
bool config_value_acl(const char *text, char **ret_acl, struct error *error) MUST_CHECK;

/* A key prefix (image_key.h) without slashes at its ends; "/" is the empty one. */
bool config_value_prefix(const char *text, char **ret_prefix, struct error *error) MUST_CHECK;

#endif
