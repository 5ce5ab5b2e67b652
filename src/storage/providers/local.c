/* SPDX-License-Identifier: MIT */
/* Objects as files; local_tree.c finds the directories they are in, local_list.c lists them.
 *
 * A file is written as a draft (draft.h), synced, and only then linked or renamed to its name; then
 * the directory is synced. So a crash leaves the old state or the new, and at worst a file ".tmp-*"
 * that no key of an image can name. What is found may be another process's that has not come to its
 * sync, or never will, so it is synced before it is called found. Deleting needs no sync for that.
 * It removes the directories that it leaves empty, which may happen under the hands of a put in
 * this process or another: that makes them anew and starts over. */
#include "storage/providers/local.h"

#include "base/draft.h"
#include "base/uri.h"
#include "base/utf8.h"
#include "storage/providers/local_tree.h"
#include "storage/public_url.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

enum {
    CHUNK_SIZE = 1024 * 1024,
    PUT_TRIES = 100,
    LOCK_PAUSE_MS = 2,
    LOCK_WAIT_MS = 2000,
};

struct local_provider {
    struct storage_provider provider;
    struct local_tree tree;
    char *url_base;
};

static struct local_provider *from_provider(struct storage_provider *provider)
{
    return (struct local_provider *)provider;
}

static bool fail(const struct local_provider *local, const char *what, const char *key,
                 struct error *error)
{
    return local_tree_fail(&local->tree, what, key, error);
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

/* ENOENT: the directory was removed meanwhile, because the last file in it was deleted. A further
 * try holds it with a draft that has a name. */
static bool put_once(struct local_provider *local, const struct operation *operation,
                     const struct object_put *put, bool hold, bool *ret_vanished,
                     struct error *error)
{
    const char *name;
    CLEANUP(close_cleanup)
    int directory = local_tree_open_parent(&local->tree, put->key, true, &name);
    if (directory < 0) {
        *ret_vanished = errno == ENOENT;
        return fail(local, "make the directory for", put->key, error);
    }
    CLEANUP(draft_finish) struct draft draft = {.fd = -1};
    if (!draft_open(&draft, directory, hold, local->tree.is_private ? 0600 : 0666)) {
        *ret_vanished = errno == ENOENT;
        return fail(local, "write", put->key, error);
    }
    if (!write_all(local, operation, put, draft.fd, error))
        return false;
    if (fsync(draft.fd) < 0)
        return fail(local, "write", put->key, error);
    if (!operation_check(operation, error))
        return false;
    if (!(put->if_absent ? draft_link(&draft, name) : draft_replace(&draft, name)) ||
        fsync(directory) < 0) {
        *ret_vanished = errno == ENOENT;
        return fail(local, "write", put->key, error);
    }
    return true;
}

static bool local_provider_put(struct storage_provider *provider, const struct operation *operation,
                               const struct object_put *put, struct error *error)
{
    struct local_provider *local = from_provider(provider);
    const struct operation again = {.cancel = operation->cancel}; /* progress never goes back */
    if (!operation_check(operation, error))
        return false;
    for (int try = 1;; try++) {
        bool vanished = false;
        if (put_once(local, try == 1 ? operation : &again, put, try > 1, &vanished, error))
            return true;
        if (!vanished || try == PUT_TRIES)
            return false;
    }
}

static bool check_regular(const char *what, const char *key, const struct stat *stat,
                          struct error *error)
{
    if (S_ISREG(stat->st_mode))
        return true;
    return error_set(error, ERROR_INVALID, "cannot %s %.200s: it is not a file; move it away", what,
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
    CLEANUP(close_cleanup) int directory = local_tree_open_parent(&local->tree, key, false, &name);
    if (directory < 0 || fstatat(directory, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
        return fail(local, "read", key, error);
    if (!check_regular("read", key, &stat, error))
        return false;
    *ret_info = (struct object_info){
        .size = (uint64_t)stat.st_size,
        .modified_ms = local_tree_modified_ms(&stat),
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
    CLEANUP(close_cleanup) int directory = local_tree_open_parent(&local->tree, key, false, &name);
    if (directory < 0)
        return fail(local, "read", key, error);
    /* Not to be kept waiting by a FIFO that somebody has put there. */
    CLEANUP(close_cleanup)
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat) < 0)
        return fail(local, "read", key, error);
    if (!check_regular("read", key, &stat, error))
        return false;
    if ((uint64_t)stat.st_size > max)
        return error_set(error, ERROR_TOO_LARGE, "%.200s has %jd bytes and the limit is %zu", key,
                         (intmax_t)stat.st_size, max);
    CLEANUP(blob_builder_finish) struct blob_builder bytes;
    blob_builder_init(&bytes, max);
    return read_all(local, operation, key, fd, (size_t)stat.st_size, &bytes, error) &&
           blob_builder_end(&bytes, ret_blob, error);
}

static bool local_provider_list(struct storage_provider *provider,
                                const struct operation *operation, const struct object_query *query,
                                object_each *each, void *argument, struct error *error)
{
    return local_list(&from_provider(provider)->tree, operation, query, each, argument, error);
}

static bool local_provider_list_drafts(struct storage_provider *provider,
                                       const struct operation *operation, const char *prefix,
                                       object_each *each, void *argument, struct error *error)
{
    return local_list_drafts(&from_provider(provider)->tree, operation, prefix, each, argument,
                             error);
}

/* Removes a directory unless somebody holds a lock on it: a save is about to put its image there.
 */
static bool remove_directory(int parent, const char *name)
{
    CLEANUP(close_cleanup)
    int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0 || (flock(directory, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK))
        return false;
    return unlinkat(parent, name, AT_REMOVEDIR) == 0;
}

/* Removes the directories above a key as far as they are empty. */
static void prune(struct local_provider *local, const char *key)
{
    CLEANUP(free_cleanup) char *path = strdup(key);
    for (char *slash; path && (slash = strrchr(path, '/'));) {
        const char *name;
        *slash = '\0';
        CLEANUP(close_cleanup)
        int parent = local_tree_open_parent(&local->tree, path, false, &name);
        if (parent < 0 || !remove_directory(parent, name))
            return;
    }
}

/* A lock on the directory that the image is in, which needs no file of its own and ends with its
 * process. The directory can be removed and made anew until the lock is there, so it is opened
 * again to see that it still is the one. */
struct directory_lock {
    int directory;
    bool exclusive;
    char key[];
};

static bool is_same_directory(int a, int b)
{
    struct stat stat_of_a, stat_of_b;
    return fstat(a, &stat_of_a) == 0 && fstat(b, &stat_of_b) == 0 &&
           stat_of_a.st_dev == stat_of_b.st_dev && stat_of_a.st_ino == stat_of_b.st_ino;
}

/* Waits for a while, since whoever has it may have been stopped. */
static bool wait_for_lock(const struct operation *operation, int directory, bool exclusive)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
    struct error ignored;
    for (int waited_ms = 0; waited_ms < LOCK_WAIT_MS; waited_ms += LOCK_PAUSE_MS) {
        if (flock(directory, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK || !operation_check(operation, &ignored))
            return false;
        nanosleep(&pause, NULL);
    }
    return false;
}

/* The directory, locked; -1: not to be had. */
static int lock_directory(struct local_provider *local, const struct operation *operation,
                          const char *key, bool exclusive)
{
    for (int try = 0; try < PUT_TRIES; try++) {
        const char *name;
        CLEANUP(close_cleanup)
        int directory = local_tree_open_parent(&local->tree, key, !exclusive, &name);
        if (directory < 0 && (exclusive || errno != ENOENT))
            return -1;
        if (directory < 0)
            continue;
        if (!wait_for_lock(operation, directory, exclusive))
            return -1;
        CLEANUP(close_cleanup)
        int again = local_tree_open_parent(&local->tree, key, false, &name);
        if (again >= 0 && is_same_directory(directory, again)) {
            int locked = directory;
            directory = -1;
            return locked;
        }
    }
    return -1;
}

static void *local_provider_lock(struct storage_provider *provider,
                                 const struct operation *operation, const char *key, bool exclusive)
{
    struct directory_lock *lock = malloc(sizeof *lock + strlen(key) + 1);
    if (!lock)
        return NULL;
    lock->exclusive = exclusive;
    strcpy(lock->key, key);
    lock->directory = lock_directory(from_provider(provider), operation, key, exclusive);
    if (lock->directory >= 0)
        return lock;
    free(lock);
    return NULL;
}

static void local_provider_unlock(struct storage_provider *provider, void *argument)
{
    struct directory_lock *lock = argument;
    close(lock->directory);
    if (lock->exclusive) /* what was deleted under the lock could not remove its directory */
        prune(from_provider(provider), lock->key);
    free(lock);
}

static bool delete_one(struct local_provider *local, const char *key, struct error *error)
{
    const char *name;
    struct stat stat;
    CLEANUP(close_cleanup)
    int directory = local_tree_open_parent(&local->tree, key, false, &name);
    if (directory < 0 || fstatat(directory, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT || fail(local, "delete", key, error);
    if (!check_regular("delete", key, &stat, error))
        return false;
    if (unlinkat(directory, name, 0) < 0)
        return errno == ENOENT || fail(local, "delete", key, error);
    prune(local, key);
    return true;
}

static bool local_provider_delete(struct storage_provider *provider,
                                  const struct operation *operation, const char *const *keys,
                                  size_t count, struct delete_result *results, struct error *error)
{
    struct local_provider *local = from_provider(provider);
    if (!operation_check(operation, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        results[i] = (struct delete_result){0};
        if (!operation_check(operation, error) || !delete_one(local, keys[i], error))
            delete_result_set(&results[i], error);
    }
    return true;
}

/* What is above it is synced up to the root, since another process may have made the directories
 * and not come to that yet. */
static bool sync_parents(struct local_provider *local, const char *key, struct error *error)
{
    CLEANUP(free_cleanup) char *path = strdup(key);
    if (!path)
        return error_no_memory(error);
    for (char *slash = path; slash; slash = strrchr(path, '/')) {
        const char *name;
        if (slash > path)
            *slash = '\0';
        CLEANUP(close_cleanup)
        int parent = local_tree_open_parent(&local->tree, path, false, &name);
        if (parent < 0 || fsync(parent) < 0)
            return fail(local, "sync", path, error);
    }
    return true;
}

static bool local_provider_sync(struct storage_provider *provider,
                                const struct operation *operation, const char *key,
                                struct error *error)
{
    struct local_provider *local = from_provider(provider);
    const char *name;
    if (!operation_check(operation, error))
        return false;
    CLEANUP(close_cleanup) int directory = local_tree_open_parent(&local->tree, key, false, &name);
    CLEANUP(close_cleanup)
    int fd = directory < 0
                 ? -1
                 : openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0)
        return fail(local, "sync", key, error);
    return sync_parents(local, key, error);
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
    pthread_mutex_destroy(&local->tree.mutex);
    free(local->tree.directory);
    free(local->url_base);
    free(local);
}

static const struct storage_provider_ops local_provider_ops = {
    .name = "local",
    .fields_max = 0,
    .put = local_provider_put,
    .head = local_provider_head,
    .get = local_provider_get,
    .list = local_provider_list,
    .delete = local_provider_delete,
    .list_drafts = local_provider_list_drafts,
    .sync = local_provider_sync,
    .lock = local_provider_lock,
    .unlock = local_provider_unlock,
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

bool local_provider_create(const char *directory, const char *url_base, bool is_private,
                           struct storage_provider **ret_provider, struct error *error)
{
    if (*directory != '/')
        return error_set(error, ERROR_INVALID,
                         "the storage directory \"%.200s\" is not an absolute path", directory);
    struct local_provider *local = calloc(1, sizeof *local);
    if (!local)
        return error_no_memory(error);
    storage_provider_init(&local->provider, &local_provider_ops);
    pthread_mutex_init(&local->tree.mutex, NULL);
    local->tree.is_private = is_private;
    CLEANUP(storage_provider_destroy_cleanup)
    struct storage_provider *provider = &local->provider;
    size_t length = strlen(directory);
    while (length > 0 && directory[length - 1] == '/')
        length--;
    if (!(local->tree.directory = strndup(directory, length)) ||
        (url_base && !(local->url_base = strdup(url_base))))
        return error_no_memory(error);
    if (!url_base && !file_url(local->tree.directory, &local->url_base, error))
        return false;
    *ret_provider = TAKE(provider);
    return true;
}
