/* SPDX-License-Identifier: MIT */
#ifndef PUBLIC_URL_PUBLIC_URL_CHECK_H
#define PUBLIC_URL_PUBLIC_URL_CHECK_H

#include "base/finding.h"
#include "base/operation.h"
#include "public_url/public_url_target.h"

/* Whether a public URL works for everybody: it is fetched without keys, as a browser would fetch
 * it, and the answer is compared with what was stored. The address comes from the user's own
 * configuration, so it may be a private one. */

/* Fetches the URL once, follows no redirect, and judges. False only for what is not about the URL:
 * ERROR_CANCELLED, ERROR_NO_MEMORY, ERROR_INTERNAL. */
bool public_url_check(const struct public_url_target *target, const struct operation *operation,
                      struct finding *finding, struct error *error) MUST_CHECK;

#endif
