/* SPDX-License-Identifier: MIT */
/* Everything happens relative to a descriptor of the directory that holds the file, reached segment
 * by segment without following a symbolic link, so that nothing inside the root can lead out of it;
 * a segment that is a plain name needs no openat2() to stay beneath its parent.
 *
 * Directories that are made are synced into their parents before anything is put into them, which a
 * mutex makes sure of for all threads. */
#include "storage/providers/local_tree.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/directory.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
    int number;
    enum error_code code;
    const char *text;
} failures[] = {
    {ENOENT, ERROR_NOT_FOUND, "it does not exist"},
    {EEXIST, ERROR_EXISTS, "it exists already"},
    {EACCES, ERROR_DENIED,
     "permission denied; let the user who runs the server write there, or set "
     "IMAGE_STORAGE_DIR to another directory, and restart the server; also if the directory was "
     "replaced while it ran"},
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

bool local_tree_fail(const struct local_tree *tree, const char *what, const char *path,
                     struct error *error)
{
    int number = errno;
    enum error_code code = ERROR_UNAVAILABLE;
    const char *text = strerror(number);
    for (size_t i = 0; i < LENGTH(failures); i++) {
        if (failures[i].number == number) {
            code = failures[i].code;
            text = failures[i].text;
        }
    }
    size_t shown = utf8_cut(tree->directory, strlen(tree->directory), 160);
    return error_set(error, code, "cannot %s %.*s/%.160s: %s", what, (int)shown, tree->directory,
                     path, text);
}

/* No key of the layout has such segments; this is the last line of defence. */
static bool has_odd_segment(const char *path, bool is_directory)
{
    for (const char *segment = path;; segment++) {
        size_t size = strcspn(segment, "/");
        if (is_directory && !*segment)
            return false;
        if (size == 0 || (size <= 2 && strspn(segment, ".") >= size))
            return true;
        segment += size;
        if (!*segment)
            return false;
    }
}

static int open_parent_locked(const struct local_tree *tree, const char *key, bool create,
                              const char **ret_name)
{
    const mode_t mode = create ? local_tree_mode(tree->is_private) : 0;
    int fd = directory_open(*tree->directory ? tree->directory : "/", mode);
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
        fd = directory_open_at(parent, name, mode);
    }
    *ret_name = segment;
    return fd;
}

int local_tree_open_parent(struct local_tree *tree, const char *key, bool create,
                           const char **ret_name)
{
    if (has_odd_segment(key, false)) {
        errno = EINVAL;
        return -1;
    }
    pthread_mutex_lock(&tree->mutex);
    int fd = open_parent_locked(tree, key, create, ret_name);
    pthread_mutex_unlock(&tree->mutex);
    return fd;
}

int local_tree_open_directory(struct local_tree *tree, const char *path)
{
    const char *name;
    if (has_odd_segment(path, true)) {
        errno = EINVAL;
        return -1;
    }
    pthread_mutex_lock(&tree->mutex);
    int fd = open_parent_locked(tree, path, false, &name);
    pthread_mutex_unlock(&tree->mutex);
    return fd;
}

int64_t local_tree_modified_ms(const struct stat *stat)
{
    return (int64_t)stat->st_mtim.tv_sec * 1000 + stat->st_mtim.tv_nsec / 1000000;
}
