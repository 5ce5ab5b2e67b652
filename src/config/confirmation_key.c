/* SPDX-License-Identifier: MIT */
/* The key that signs plans of clean-ups. Where it comes from is shared by several stores (one pair
 * of keys opens many buckets, one user has one state directory), and a handle of one store must be
 * worth nothing in another. So what it comes from is the key of an HMAC over the identity of the
 * store. A directory is what its device and inode say, whatever path leads to it: another directory
 * that has come to be at the same path is another store.
 *
 * The file is a draft (draft.h) that is linked to its name when it is whole: of two processes at
 * once one makes it and both read it, and a crash leaves the whole file or none. A file of another
 * size was not made by this program, and is replaced. */
#include "config/confirmation_key.h"

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/directory.h"
#include "base/draft.h"
#include "base/sha256.h"
#include "config/config_storage.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

enum { IDENTITY_MAX = 16 * 1024 };

static const char file_name[] = "confirmation-key";

/* A whole key, or false. */
static bool read_key(int directory, unsigned char *key)
{
    unsigned char bytes[CONFIRMATION_KEY_BYTES + 1];
    CLEANUP(close_cleanup)
    int fd = openat(directory, file_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || read(fd, bytes, sizeof bytes) != CONFIRMATION_KEY_BYTES)
        return false;
    memcpy(key, bytes, CONFIRMATION_KEY_BYTES);
    return true;
}

/* Whether there is a file of that name which cannot be a key. */
static bool is_damaged(int directory)
{
    struct stat stat;
    return fstatat(directory, file_name, &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(stat.st_mode) && stat.st_size != CONFIRMATION_KEY_BYTES;
}

/* Sets errno. EEXIST: another process was faster. */
static bool make_key(int directory)
{
    unsigned char key[CONFIRMATION_KEY_BYTES];
    bool replace = is_damaged(directory);
    CLEANUP(draft_finish) struct draft draft = {.fd = -1};
    errno = EIO; /* for what is too short */
    return getrandom(key, sizeof key, 0) == sizeof key &&
           draft_open(&draft, directory, false, 0600) &&
           write(draft.fd, key, sizeof key) == (ssize_t)sizeof key && fsync(draft.fd) == 0 &&
           (replace ? draft_replace(&draft, file_name) : draft_link(&draft, file_name)) &&
           fsync(directory) == 0;
}

/* Not in the storage directory, which a web server may serve. */
static bool local_secret(const struct config *config, unsigned char *key, struct error *error)
{
    const char *path = config->state_dir;
    if (!path)
        return error_set(
            error, ERROR_INVALID,
            "the key that signs clean-up plans has no directory: set HOME or XDG_STATE_HOME");
    CLEANUP(close_cleanup) int directory = directory_open(path, 0700);
    if (directory >= 0 && (read_key(directory, key) ||
                           ((make_key(directory) || errno == EEXIST) && read_key(directory, key))))
        return true;
    return error_set(error, ERROR_UNAVAILABLE, "cannot make or read %.200s/%s: %s", path, file_name,
                     strerror(errno));
}

static bool s3_secret(const struct config *config, unsigned char *key, struct error *error)
{
    CLEANUP(credentials_finish) struct credentials credentials = {0};
    static const char purpose[] = "image-storage-mcp confirmation key";
    return credentials_from_config(config, &credentials, error) &&
           sha256_hmac(credentials.secret_key, strlen(credentials.secret_key), purpose,
                       sizeof purpose, key, error);
}

/* No part of it has a line feed. */
static bool describe_store(const struct config *config, struct buffer *identity,
                           struct error *error)
{
    struct stat stat_of_directory = {0};
    if (config->provider == CONFIG_S3)
        return buffer_printf(identity, error, "s3\n%s\n%s\n%s",
                             config->s3_endpoint ? config->s3_endpoint : "", config->s3_bucket,
                             config->s3_prefix);
    if (stat(config->storage_dir, &stat_of_directory) < 0 && errno != ENOENT)
        return error_set(error, ERROR_UNAVAILABLE, "cannot read %.200s: %s", config->storage_dir,
                         strerror(errno));
    return buffer_printf(identity, error, "local\n%llu %llu\n%s",
                         (unsigned long long)stat_of_directory.st_dev,
                         (unsigned long long)stat_of_directory.st_ino, config->s3_prefix);
}

bool confirmation_key_from_config(const struct config *config,
                                  unsigned char key[CONFIRMATION_KEY_BYTES], struct error *error)
{
    unsigned char secret[CONFIRMATION_KEY_BYTES];
    CLEANUP(buffer_finish) struct buffer identity = BUFFER_INIT(IDENTITY_MAX);
    return (config->provider == CONFIG_S3 ? s3_secret : local_secret)(config, secret, error) &&
           describe_store(config, &identity, error) &&
           sha256_hmac(secret, sizeof secret, identity.data, identity.size, key, error);
}
