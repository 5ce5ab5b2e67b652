/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_PROVIDERS_LOCAL_H
#define STORAGE_PROVIDERS_LOCAL_H

#include "storage/provider.h"

/* Objects as files under a directory: the key is the path. Fields are not kept (fields_max
 * is 0), so every image has its sidecar.
 *
 * directory: absolute; it is made, with what is missing above it, when the first object is put.
 * url_base: what public URLs begin with, without a trailing slash; NULL: file:// and the path. Both
 * are copied. is_private: what is made is for this user alone, as what nobody has asked to share
 * should be; otherwise the umask decides, since a web server may have to read it. */
bool local_provider_create(const char *directory, const char *url_base, bool is_private,
                           struct storage_provider **ret_provider, struct error *error) MUST_CHECK;

#endif
