/* SPDX-License-Identifier: MIT */
#ifndef STORAGE_PROVIDERS_S3_H
#define STORAGE_PROVIDERS_S3_H

#include "s3/client.h"
#include "storage/provider.h"

/* Objects in a bucket. Public URLs: with cdn_url (no trailing slash; NULL: none) <cdn_url>/<key>;
 * on AWS the object's own URL; on any other endpoint, whose API host is not public as a rule, a
 * presigned one with its expiry and a hint. The configuration is copied. ERROR_INVALID as
 * s3_client_create() says. */
bool s3_provider_create(const struct s3_config *config, const char *cdn_url,
                        struct storage_provider **ret_provider, struct error *error) MUST_CHECK;

/* The client behind a provider made by that, for whoever asks about the store itself. Borrowed. */
struct s3_client *s3_provider_client(struct storage_provider *provider);

#endif
