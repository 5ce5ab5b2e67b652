/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_PUBLIC_URL_H
#define STORAGE_PUBLIC_URL_H

#include "base/error.h"

/* <base>/<key, percent-encoded>; base without a trailing slash, as the configuration has it. The
 * caller frees *ret_url. */
bool public_url(const char *base, const char *key, char **ret_url, struct error *error) MUST_CHECK;

#endif
