/* SPDX-License-Identifier: MIT */
#ifndef CONFIG_CONFIG_TEXT_H
#define CONFIG_CONFIG_TEXT_H

#include "base/error.h"

/* The text of a variable without what came along with it: white space around it (line breaks, a
 * byte order mark and spaces that cannot be seen, too), and one pair of quotation marks around the
 * whole. *ret_value is NULL when nothing is left (or `text` is NULL), or only the "${NAME}" that a
 * host was to expand; else the caller frees it. Fails only with ERROR_NO_MEMORY. */
bool config_text_value(const char *text, char **ret_value, struct error *error) MUST_CHECK;

/* The name with which the value begins, "S3_BUCKET=images" or "export S3_BUCKET=...", if it is
 * `name`: people copy whole lines. Returns its length up to and with the '=', 0: it is not there.
 */
unsigned config_text_name(const char *value, const char *name);

#endif
