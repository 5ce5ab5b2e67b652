/* SPDX-License-Identifier: MIT */
#ifndef CONFIG_CONFIG_STORAGE_H
#define CONFIG_CONFIG_STORAGE_H

#include "config/config.h"
#include "s3/credentials.h"
#include "s3/endpoint.h"
#include "storage/storage.h"

/* The provider that the configuration names, made from its part of the configuration; for S3 with
 * the configured keys or else those of the shared credentials file. No network traffic and nothing
 * is written. ERROR_INVALID says what to change in the configuration. */
bool storage_provider_from_config(const struct config *config,
                                  struct storage_provider **ret_provider,
                                  struct error *error) MUST_CHECK;

/* The two parts of it that can be wrong by themselves, for S3: the keys, and where the bucket is.
 * ERROR_INVALID. */
bool credentials_from_config(const struct config *config, struct credentials *ret_credentials,
                             struct error *error) MUST_CHECK;
bool endpoint_from_config(const struct config *config, struct endpoint *endpoint,
                          struct error *error) MUST_CHECK;

/* The image store over that provider. */
bool storage_from_config(const struct config *config, struct storage **ret_storage,
                         struct error *error) MUST_CHECK;

#endif
