/* SPDX-License-Identifier: MIT */
/* The one place that knows both the configuration and the storage: everything below is given what
 * it needs, so that providers and S3 can be used, and tested, without an environment. */
#include "config/config_storage.h"

#include "storage/providers/local.h"
#include "storage/providers/s3.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

static bool create_local(const struct config *config, struct storage_provider **ret_provider,
                         struct error *error)
{
    return local_provider_create(config->storage_dir, config->storage_url, ret_provider, error);
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

/* One step: the file appears whole. */
static bool make_key_file(const char *path, struct error *error)
{
    unsigned char key[CONFIRMATION_KEY_BYTES];
    CLEANUP(buffer_finish) struct buffer draft = BUFFER_INIT(8192);
    if (getrandom(key, sizeof key, 0) != sizeof key)
        return error_set(error, ERROR_INTERNAL, "the system gives no random numbers");
    if (!buffer_printf(&draft, error, "%s.%d", path, (int)getpid()))
        return false;
    int fd = open(draft.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool written = fd >= 0 && write(fd, key, sizeof key) == (ssize_t)sizeof key && fsync(fd) == 0;
    written = written && (link(draft.data, path) == 0 || errno == EEXIST);
    if (fd >= 0) {
        close(fd);
        unlink(draft.data);
    }
    return written ||
           error_set(error, ERROR_UNAVAILABLE, "cannot write %.200s: %s", path, strerror(errno));
}

static bool read_key_file(const char *path, unsigned char *key)
{
    CLEANUP(close_cleanup) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return fd >= 0 && read(fd, key, CONFIRMATION_KEY_BYTES) == CONFIRMATION_KEY_BYTES;
}

/* Makes a directory and what is missing above it, for this user alone. */
static bool make_directories(const char *directory, struct error *error)
{
    CLEANUP(buffer_finish) struct buffer path = BUFFER_INIT(8192);
    for (const char *slash = strchr(directory + 1, '/');; slash = strchr(slash + 1, '/')) {
        size_t length = slash ? (size_t)(slash - directory) : strlen(directory);
        buffer_clear(&path);
        if (!buffer_append(&path, directory, length, error))
            return false;
        if (mkdir(path.data, 0700) < 0 && errno != EEXIST)
            return error_set(error, ERROR_UNAVAILABLE, "cannot make %.200s: %s", path.data,
                             strerror(errno));
        if (!slash)
            return true;
    }
}

/* Not in the storage directory, which a web server may serve. */
static bool local_key(const struct config *config, unsigned char *key, struct error *error)
{
    CLEANUP(buffer_finish) struct buffer path = BUFFER_INIT(8192);
    if (!config->state_dir)
        return error_set(
            error, ERROR_INVALID,
            "there is no place for the key that seals plans: set HOME or XDG_STATE_HOME");
    if (!buffer_printf(&path, error, "%s/confirmation-key", config->state_dir))
        return false;
    if (read_key_file(path.data, key))
        return true;
    return make_directories(config->state_dir, error) && make_key_file(path.data, error) &&
           (read_key_file(path.data, key) ||
            error_set(error, ERROR_UNAVAILABLE, "cannot read %.200s: delete it", path.data));
}

static bool s3_key(const struct config *config, unsigned char *key, struct error *error)
{
    CLEANUP(credentials_finish) struct credentials credentials = {0};
    static const char purpose[] = "image-storage-mcp confirmation key";
    unsigned length = CONFIRMATION_KEY_BYTES;
    return credentials_from_config(config, &credentials, error) &&
           (HMAC(EVP_sha256(), credentials.secret_key, (int)strlen(credentials.secret_key),
                 (const unsigned char *)purpose, sizeof purpose, key, &length) ||
            error_set(error, ERROR_INTERNAL, "HMAC-SHA256 is not available in this OpenSSL"));
}

bool confirmation_key_from_config(const struct config *config,
                                  unsigned char key[CONFIRMATION_KEY_BYTES], struct error *error)
{
    return config->provider == CONFIG_S3 ? s3_key(config, key, error)
                                         : local_key(config, key, error);
}
