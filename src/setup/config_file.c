/* SPDX-License-Identifier: MIT */
/* The file belongs to another program and its user, and can be the only copy of much work. So it
 * is written anew beside itself and renamed, with its mode and owner, after a copy of it was kept;
 * if it has changed since it was read, nothing is done. */
#include "setup/config_file.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    SIZE_MAX_READ = 32 * 1024 * 1024, /* hosts keep more than settings in some of these files */
    CHUNK = 64 * 1024,
    BACKUPS_MAX = 1000,
};

void config_file_finish(struct config_file *file)
{
    if (file->text.data)
        explicit_bzero(file->text.data, file->text.size);
    buffer_finish(&file->text);
    free(file->path);
    *file = (struct config_file){0};
}

/* Fails with what errno says. */
static bool system_error(struct error *error, const char *doing, const char *path)
{
    enum error_code code = errno == EACCES || errno == EPERM || errno == EROFS ? ERROR_DENIED
                                                                               : ERROR_UNAVAILABLE;
    return error_set(error, code, "cannot %s %s: %s", doing, path, strerror(errno));
}

static bool read_all(int fd, const char *path, struct buffer *text, struct error *error)
{
    for (;;) {
        char *place = buffer_reserve(text, CHUNK, error);
        if (!place)
            return error_prefix(error, "%s", path);
        ssize_t size = read(fd, place, CHUNK);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return system_error(error, "read", path);
        text->size += (size_t)size;
        buffer_terminate(text);
        if (size == 0)
            return true;
    }
}

static bool read_existing(struct config_file *file, struct error *error)
{
    CLEANUP(close_cleanup) int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &file->status) < 0)
        return system_error(error, "read", file->path);
    if (!S_ISREG(file->status.st_mode))
        return error_set(error, ERROR_INVALID, "%s is not a file", file->path);
    file->exists = true;
    return read_all(fd, file->path, &file->text, error);
}

bool config_file_read(const char *path, struct config_file *ret_file, struct error *error)
{
    CLEANUP(config_file_finish) struct config_file file = {.text = BUFFER_INIT(SIZE_MAX_READ)};
    struct stat link;
    file.path = realpath(path, NULL);
    if (!file.path && errno != ENOENT)
        return system_error(error, "read", path);
    if (file.path) {
        if (!read_existing(&file, error))
            return false;
    } else if (lstat(path, &link) == 0) {
        return error_set(error, ERROR_INVALID,
                         "%s is a link to something that does not exist; make that or remove the "
                         "link",
                         path);
    } else if (!(file.path = strdup(path)) || !buffer_append(&file.text, "", 0, error)) {
        return error_no_memory(error);
    }
    *ret_file = TAKE_STRUCT(file);
    return true;
}

/* The directory that a path is in; the caller frees it. */
static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static bool make_directories(const char *path, struct error *error)
{
    CLEANUP(free_cleanup) char *copy = strdup(path);
    if (!copy)
        return error_no_memory(error);
    for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0777) < 0 && errno != EEXIST && errno != EISDIR)
            return system_error(error, "make the directory", copy);
        *slash = '/';
    }
    return true;
}

static bool write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, text, size);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            text += written;
            size -= (size_t)written;
        }
    }
    return fsync(fd) == 0;
}

/* A file of a name that was free. */
static bool take_name(const char *pattern, const char *path, int *ret_fd, char **ret_name,
                      struct error *error)
{
    for (int i = 0; i < BACKUPS_MAX; i++) {
        char number[16] = "";
        CLEANUP(free_cleanup) char *name = NULL;
        if (i > 0)
            snprintf(number, sizeof number, ".%d", i);
        if (asprintf(&name, "%s%s%s", path, pattern, number) < 0)
            return error_no_memory(error);
        int fd = open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
        if (fd >= 0) {
            *ret_fd = fd;
            *ret_name = TAKE(name);
            return true;
        }
        if (errno != EEXIST)
            return system_error(error, "write", name);
    }
    return error_set(error, ERROR_EXISTS, "there are too many files %s%s.*; remove some", path,
                     pattern);
}

/* The mode of a new file, as the umask has it. */
static mode_t new_mode(bool secret)
{
    mode_t mask = umask(077);
    umask(mask);
    return secret ? 0600 : 0666 & ~mask;
}

/* Gives the file to the owner and the group of another. */
static bool give(int fd, const struct stat *to)
{
    struct stat status;
    return fstat(fd, &status) == 0 &&
           ((status.st_uid == to->st_uid && status.st_gid == to->st_gid) ||
            fchown(fd, to->st_uid, to->st_gid) == 0);
}

/* Writes a text to a new file beside the old one, with the mode and the owner of that. */
static bool write_beside(const struct config_file *file, const char *pattern, const char *text,
                         size_t size, bool secret, char **ret_name, struct error *error)
{
    CLEANUP(free_cleanup) char *name = NULL;
    CLEANUP(close_cleanup) int fd = -1;
    if (!take_name(pattern, file->path, &fd, &name, error))
        return false;
    mode_t mode = file->exists ? file->status.st_mode & 07777 : new_mode(secret);
    if ((file->exists && !give(fd, &file->status)) || fchmod(fd, mode) < 0 ||
        !write_all(fd, text, size)) {
        system_error(error, "write", name);
        unlink(name);
        return false;
    }
    *ret_name = TAKE(name);
    return true;
}

/* Whether the file still is what was read. */
static bool is_as_read(const struct config_file *file, struct error *error)
{
    CLEANUP(config_file_finish) struct config_file now = {0};
    if (!config_file_read(file->path, &now, error))
        return false;
    if (now.exists == file->exists && now.text.size == file->text.size &&
        memcmp(now.text.data, file->text.data, now.text.size) == 0)
        return true;
    return error_set(error, ERROR_EXISTS,
                     "%s was changed by another program meanwhile; nothing was written, try again",
                     file->path);
}

/* Puts the new file in the place of the old one; where there was none, only if there still is none.
 */
static bool publish(const struct config_file *file, const char *name, struct error *error)
{
    if (!is_as_read(file, error))
        return false;
    bool done = !file->exists &&
                renameat2(AT_FDCWD, name, AT_FDCWD, file->path, RENAME_NOREPLACE) == 0;
    if (!done && (file->exists || errno == EINVAL)) /* a file system that cannot do that */
        done = rename(name, file->path) == 0;
    return done || system_error(error, "write", file->path);
}

static void sync_directory(const char *directory)
{
    CLEANUP(close_cleanup) int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        fsync(fd);
}

bool config_file_replace(const struct config_file *file, const char *text, size_t size, bool secret,
                         char **ret_backup, struct error *error)
{
    CLEANUP(free_cleanup) char *directory = directory_of(file->path);
    CLEANUP(free_cleanup) char *name = NULL;
    CLEANUP(free_cleanup) char *backup = NULL;
    if (!directory)
        return error_no_memory(error);
    if (!is_as_read(file, error) || (!file->exists && !make_directories(file->path, error)) ||
        !write_beside(file, ".new", text, size, secret, &name, error))
        return false;
    if ((file->exists &&
         !write_beside(file, ".bak", file->text.data, file->text.size, secret, &backup, error)) ||
        !publish(file, name, error)) {
        unlink(name);
        if (backup)
            unlink(backup);
        return false;
    }
    sync_directory(directory);
    *ret_backup = TAKE(backup);
    return true;
}
