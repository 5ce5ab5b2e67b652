/* SPDX-License-Identifier: MIT */
/* Objects as files. Everything happens relative to a descriptor of the directory that holds the
 * file, reached segment by segment without following a symbolic link, so that nothing inside the
 * directory can lead out of it; a segment that is a plain name needs no openat2() to stay beneath
 * its parent.
 *
 * A file is written as a draft (draft.h), synced, and only then linked or renamed to its name; then
 * the directory is synced. So a crash leaves the old state or the new, and at worst a file ".tmp-*"
 * that no key of an image can name. Directories that are made are synced into their parents before
 * anything is put into them, which a mutex makes sure of for all threads. */
#include "storage/providers/local.h"

#include "base/uri.h"
#include "base/utf8.h"
#include "storage/providers/draft.h"
#include "storage/public_url.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

enum { CHUNK_SIZE = 1024 * 1024 };

struct local_provider {
    struct storage_provider provider;
    char *directory; /* without a trailing slash */
    char *url_base;
    pthread_mutex_t directories; /* held while directories are opened and made */
};

static struct local_provider *from_provider(struct storage_provider *provider)
{
    return (struct local_provider *)provider;
}

static const struct {
    int number;
    enum error_code code;
    const char *text;
} failures[] = {
    {ENOENT, ERROR_NOT_FOUND, "it does not exist"},
    {EEXIST, ERROR_EXISTS, "it exists already"},
    {EACCES, ERROR_DENIED,
     "permission denied; let the user who runs the server write there, or set "
     "IMAGE_STORAGE_DIR to another directory"},
    {EPERM, ERROR_DENIED,
     "the file system does not permit it; set IMAGE_STORAGE_DIR to another "
     "directory"},
    {EROFS, ERROR_DENIED,
     "the file system is read-only; set IMAGE_STORAGE_DIR to another directory"},
    {ENOSPC, ERROR_UNAVAILABLE,
     "the disk is full; make room, or set IMAGE_STORAGE_DIR to another disk"},
    {EDQUOT, ERROR_UNAVAILABLE,
     "the disk quota is used up; make room, or set IMAGE_STORAGE_DIR to "
     "another disk"},
    {EFBIG, ERROR_TOO_LARGE,
     "the file is larger than the file system or the limits of the process "
     "allow"},
    {ENAMETOOLONG, ERROR_INVALID,
     "the name is longer than the file system allows; use a shorter "
     "IMAGE_STORAGE_DIR or S3_PREFIX"},
    {ENOTDIR, ERROR_INVALID,
     "a file or a symbolic link is where a directory should be; move it away"},
    {ELOOP, ERROR_INVALID, "a symbolic link is where a file or directory should be; move it away"},
    {EINVAL, ERROR_INVALID, "it is not a key of this store"},
    {EMFILE, ERROR_UNAVAILABLE, "the process has too many open files; try again"},
    {ENFILE, ERROR_UNAVAILABLE, "the system has too many open files; try again"},
    {ENOMEM, ERROR_NO_MEMORY, "out of memory"},
};

/* The sentence for errno: "<what> <directory>/<path>: <why>". */
static bool fail(const struct local_provider *local, const char *what, const char *path,
                 struct error *error)
{
    int number = errno;
    enum error_code code = ERROR_UNAVAILABLE;
    const char *text = strerror(number);
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        if (failures[i].number == number) {
            code = failures[i].code;
            text = failures[i].text;
        }
    }
    size_t shown = utf8_cut(local->directory, strlen(local->directory), 160);
    return error_set(error, code, "cannot %s %.*s/%.160s: %s", what, (int)shown, local->directory,
                     path, text);
}

enum { OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

/* Opens `name` in `parent`; with `create` it is made when missing, and lasts. Returns -1 and errno.
 */
static int open_directory_at(int parent, const char *name, bool create)
{
    int fd = openat(parent, name, OPEN_DIRECTORY | O_NOFOLLOW);
    if (fd >= 0 || errno != ENOENT || !create)
        return fd;
    if (mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
        return -1;
    if (fsync(parent) < 0)
        return -1;
    return openat(parent, name, OPEN_DIRECTORY | O_NOFOLLOW);
}

/* Opens a directory by its absolute path, which may lead through links; with `create` it is made,
 * and all that is missing above it. Returns -1 and errno. */
static int open_directory(const char *path, bool create)
{
    int fd = open(path, OPEN_DIRECTORY);
    if (fd >= 0 || errno != ENOENT || !create)
        return fd;
    const char *name = strrchr(path, '/') + 1;
    size_t length = (size_t)(name - path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    CLEANUP(free_cleanup) char *above = strndup(path, length);
    if (!above)
        return -1;
    CLEANUP(close_cleanup) int parent = open_directory(above, true);
    return parent < 0 ? -1 : open_directory_at(parent, name, true);
}

/* No key of the layout has such segments; this is the last line of defence. */
static bool has_odd_segment(const char *key)
{
    for (const char *segment = key;; segment++) {
        size_t size = strcspn(segment, "/");
        if (size == 0 || (size <= 2 && strspn(segment, ".") >= size))
            return true;
        segment += size;
        if (!*segment)
            return false;
    }
}

/* Opens the directory that the key's file is in; *ret_name is the file's name there, inside the
 * key. */
static int open_parent_locked(const struct local_provider *local, const char *key, bool create,
                              const char **ret_name)
{
    int fd = open_directory(*local->directory ? local->directory : "/", create);
    const char *segment = key, *slash;
    for (; fd >= 0 && (slash = strchr(segment, '/')); segment = slash + 1) {
        char name[NAME_MAX + 1];
        size_t size = (size_t)(slash - segment);
        CLEANUP(close_cleanup) int parent = fd;
        if (size >= sizeof name) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(name, segment, size);
        name[size] = '\0';
        fd = open_directory_at(parent, name, create);
    }
    *ret_name = segment;
    return fd;
}

static int open_parent(struct local_provider *local, const char *key, bool create,
                       const char **ret_name)
{
    if (has_odd_segment(key)) {
        errno = EINVAL;
        return -1;
    }
    pthread_mutex_lock(&local->directories);
    int fd = open_parent_locked(local, key, create, ret_name);
    pthread_mutex_unlock(&local->directories);
    return fd;
}

static bool write_all(const struct local_provider *local, const struct operation *operation,
                      const struct object_put *put, int fd, struct error *error)
{
    for (size_t done = 0; done < put->size;) {
        size_t chunk = put->size - done < CHUNK_SIZE ? put->size - done : CHUNK_SIZE;
        if (!operation_check(operation, error))
            return false;
        ssize_t written = write(fd, (const char *)put->data + done, chunk);
        if (written < 0 && errno != EINTR)
            return fail(local, "write", put->key, error);
        done += written > 0 ? (size_t)written : 0;
        operation_progress(operation, done, put->size, NULL);
    }
    return true;
}

static bool local_provider_put(struct storage_provider *provider, const struct operation *operation,
                               const struct object_put *put, struct error *error)
{
    struct local_provider *local = from_provider(provider);
    const char *name;
    if (!operation_check(operation, error))
        return false;
    CLEANUP(close_cleanup) int directory = open_parent(local, put->key, true, &name);
    if (directory < 0)
        return fail(local, "make the directory for", put->key, error);
    CLEANUP(draft_finish) struct draft draft = {.fd = -1};
    if (!draft_open(&draft, directory))
        return fail(local, "write", put->key, error);
    if (!write_all(local, operation, put, draft.fd, error))
        return false;
    if (fsync(draft.fd) < 0)
        return fail(local, "write", put->key, error);
    if (!operation_check(operation, error))
        return false;
    if (!(put->if_absent ? draft_link(&draft, name) : draft_replace(&draft, name)) ||
        fsync(directory) < 0)
        return fail(local, "write", put->key, error);
    return true;
}

static bool check_regular(const char *key, const struct stat *stat, struct error *error)
{
    if (S_ISREG(stat->st_mode))
        return true;
    return error_set(error, ERROR_INVALID, "cannot read %.200s: it is not a file; move it away",
                     key);
}

static bool local_provider_head(struct storage_provider *provider,
                                const struct operation *operation, const char *key,
                                struct object_info *ret_info, struct error *error)
{
    struct local_provider *local = from_provider(provider);
    const char *name;
    struct stat stat;
    if (!operation_check(operation, error))
        return false;
    CLEANUP(close_cleanup) int directory = open_parent(local, key, false, &name);
    if (directory < 0 || fstatat(directory, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
        return fail(local, "read", key, error);
    if (!check_regular(key, &stat, error))
        return false;
    *ret_info = (struct object_info){
        .size = (uint64_t)stat.st_size,
        .modified_ms = (int64_t)stat.st_mtim.tv_sec * 1000 + stat.st_mtim.tv_nsec / 1000000,
    };
    return true;
}

static bool read_all(const struct local_provider *local, const struct operation *operation,
                     const char *key, int fd, size_t size, struct blob_builder *bytes,
                     struct error *error)
{
    for (size_t done = 0; done < size;) {
        size_t chunk = size - done < CHUNK_SIZE ? size - done : CHUNK_SIZE;
        unsigned char *place = blob_builder_reserve(bytes, chunk, error);
        if (!place || !operation_check(operation, error))
            return false;
        ssize_t count = read(fd, place, chunk);
        if (count == 0)
            return error_set(error, ERROR_UNAVAILABLE, "%.200s was cut off while it was read", key);
        if (count < 0 && errno != EINTR)
            return fail(local, "read", key, error);
        if (count > 0 && !blob_builder_commit(bytes, (size_t)count, error))
            return false;
        done += count > 0 ? (size_t)count : 0;
        operation_progress(operation, done, size, NULL);
    }
    return true;
}

static bool local_provider_get(struct storage_provider *provider, const struct operation *operation,
                               const char *key, size_t max, struct blob **ret_blob,
                               struct error *error)
{
    struct local_provider *local = from_provider(provider);
    const char *name;
    struct stat stat;
    if (!operation_check(operation, error))
        return false;
    CLEANUP(close_cleanup) int directory = open_parent(local, key, false, &name);
    if (directory < 0)
        return fail(local, "read", key, error);
    /* Not to be kept waiting by a FIFO that somebody has put there. */
    CLEANUP(close_cleanup)
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat) < 0)
        return fail(local, "read", key, error);
    if (!check_regular(key, &stat, error))
        return false;
    if ((uint64_t)stat.st_size > max)
        return error_set(error, ERROR_TOO_LARGE, "%.200s has %jd bytes and the limit is %zu", key,
                         (intmax_t)stat.st_size, max);
    CLEANUP(blob_builder_finish) struct blob_builder bytes;
    blob_builder_init(&bytes, max);
    return read_all(local, operation, key, fd, (size_t)stat.st_size, &bytes, error) &&
           blob_builder_end(&bytes, ret_blob, error);
}

static bool local_provider_url(struct storage_provider *provider, const char *key,
                               struct object_url *ret_url, struct error *error)
{
    struct object_url url = {0};
    if (!public_url(from_provider(provider)->url_base, key, &url.url, error))
        return false;
    *ret_url = url;
    return true;
}

static void local_provider_destroy(struct storage_provider *provider)
{
    struct local_provider *local = from_provider(provider);
    pthread_mutex_destroy(&local->directories);
    free(local->directory);
    free(local->url_base);
    free(local);
}

static const struct storage_provider_ops local_provider_ops = {
    .name = "local",
    .properties_max = 0,
    .put = local_provider_put,
    .head = local_provider_head,
    .get = local_provider_get,
    .url = local_provider_url,
    .destroy = local_provider_destroy,
};

static bool file_url(const char *directory, char **ret_url, struct error *error)
{
    CLEANUP(buffer_finish) struct buffer url = BUFFER_INIT(SIZE_MAX / 2);
    if (!buffer_append_string(&url, "file://", error) ||
        !uri_encode(&url, directory, strlen(directory), URI_PATH, error))
        return false;
    *ret_url = buffer_take(&url);
    return true;
}

bool local_provider_create(const char *directory, const char *url_base,
                           struct storage_provider **ret_provider, struct error *error)
{
    if (*directory != '/')
        return error_set(error, ERROR_INVALID,
                         "\"%.200s\" is not an absolute path: set IMAGE_STORAGE_DIR to one",
                         directory);
    struct local_provider *local = calloc(1, sizeof *local);
    if (!local)
        return error_no_memory(error);
    storage_provider_init(&local->provider, &local_provider_ops);
    pthread_mutex_init(&local->directories, NULL);
    CLEANUP(storage_provider_destroy_cleanup)
    struct storage_provider *provider = &local->provider;
    size_t length = strlen(directory);
    while (length > 0 && directory[length - 1] == '/')
        length--;
    if (!(local->directory = strndup(directory, length)) ||
        (url_base && !(local->url_base = strdup(url_base))))
        return error_no_memory(error);
    if (!url_base && !file_url(local->directory, &local->url_base, error))
        return false;
    *ret_provider = TAKE(provider);
    return true;
}
