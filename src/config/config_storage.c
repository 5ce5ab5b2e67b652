/* SPDX-License-Identifier: MIT */
/* The one place that knows both the configuration and the storage: everything below is given what
 * it needs, so that providers and S3 can be used, and tested, without an environment. */
#include "config/config_storage.h"

#include "storage/providers/local.h"
#include "storage/providers/s3.h"

#include <string.h>

static bool create_local(const struct config *config, struct storage_provider **ret_provider,
                         struct error *error)
{
    return local_provider_create(config->storage_dir, config->storage_url, config->storage_private,
                                 ret_provider, error);
}

bool credentials_from_config(const struct config *config, struct credentials *ret_credentials,
                             struct error *error)
{
    if (config->s3_access_key)
        return credentials_init(ret_credentials, config->s3_access_key, config->s3_secret_key,
                                config->s3_session_token, error);
    if (!config->aws_credentials_file)
        return error_set(error, ERROR_INVALID,
                         "there are no keys for the bucket: set S3_ACCESS_KEY and S3_SECRET_KEY");
    if (credentials_load(config->aws_credentials_file, config->aws_profile, ret_credentials, error))
        return true;
    error->code = error->code == ERROR_NOT_FOUND ? ERROR_INVALID : error->code;
    return error_prefix(error, "S3_ACCESS_KEY and S3_SECRET_KEY are not set, and with the keys of "
                               "the AWS tools there is a problem");
}

static enum s3_addressing addressing(const char *style)
{
    if (strcmp(style, "path") == 0)
        return S3_ADDRESSING_PATH;
    return strcmp(style, "virtual") == 0 ? S3_ADDRESSING_VIRTUAL : S3_ADDRESSING_AUTO;
}

bool endpoint_from_config(const struct config *config, struct endpoint *endpoint,
                          struct error *error)
{
    return endpoint_init(endpoint, config->s3_endpoint, config->s3_bucket,
                         addressing(config->s3_addressing_style), config->s3_allow_http, error);
}

static bool create_s3(const struct config *config, struct storage_provider **ret_provider,
                      struct error *error)
{
    CLEANUP(credentials_finish) struct credentials credentials = {0};
    if (!credentials_from_config(config, &credentials, error))
        return false;
    struct s3_config s3 = {
        .bucket = config->s3_bucket,
        .region = config->s3_region,
        .endpoint = config->s3_endpoint,
        .access_key = credentials.access_key,
        .secret_key = credentials.secret_key,
        .session_token = credentials.session_token,
        .ca_file = config->s3_ca_bundle,
        .acl = config->s3_acl,
        .addressing = addressing(config->s3_addressing_style),
        .allow_http = config->s3_allow_http,
    };
    return s3_provider_create(&s3, config->s3_cdn_url, ret_provider, error);
}

/* One line a provider. */
static bool (*const creators[])(const struct config *config, struct storage_provider **ret_provider,
                                struct error *error) = {
    [CONFIG_LOCAL] = create_local,
    [CONFIG_S3] = create_s3,
};

bool storage_provider_from_config(const struct config *config,
                                  struct storage_provider **ret_provider, struct error *error)
{
    return creators[config->provider](config, ret_provider, error);
}

bool storage_from_config(const struct config *config, struct storage **ret_storage,
                         struct error *error)
{
    struct storage_provider *provider;
    return storage_provider_from_config(config, &provider, error) &&
           storage_create(provider, config->s3_prefix, ret_storage, error);
}
