/* SPDX-License-Identifier: MIT */
/* A path is taken apart in two: a directory that may be read from, by its text alone, and what is
 * left of the path below it. That is opened relative to the directory with openat2() and
 * RESOLVE_BENEATH, so that the kernel itself sees to it that ".." and symbolic links stay inside,
 * at the moment of opening: there is no check that could be outrun. Where openat2() is missing
 * (before Linux 5.6) or a sandbox does not let it through, the way is gone segment by segment, and
 * then neither ".." nor a symbolic link is followed at all. */
#include "source/source_file.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "source/source_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum {
    READ_SIZE = 256 * 1024,
    OPEN_ATTEMPTS = 100, /* when a rename elsewhere keeps the kernel from being sure */
};

static const int open_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

/* Opening */

static int open_beneath(int directory, const char *path)
{
    struct open_how how = {
        .flags = (unsigned)open_flags,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    int fd = -1;
    for (int i = 0; i < OPEN_ATTEMPTS; i++) {
        fd = (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
        if (fd >= 0 || errno != EAGAIN)
            break;
    }
    return fd;
}

/* The same without openat2(), for a path without links. */
static int open_by_segments(int directory, const char *path)
{
    CLEANUP(close_cleanup) int parent = fcntl(directory, F_DUPFD_CLOEXEC, 0);
    while (parent >= 0) {
        char name[NAME_MAX + 1];
        size_t length = strcspn(path, "/");
        if (length >= sizeof name) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(name, path, length);
        name[length] = '\0';
        if (strcmp(name, "..") == 0) {
            errno = EXDEV; /* as openat2() says it */
            return -1;
        }
        path += length;
        if (*path == '\0')
            return openat(parent, name, open_flags | O_NOFOLLOW);
        path += strspn(path, "/");
        int next = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close(parent);
        parent = next;
    }
    return -1;
}

/* What is left of the path below the directory ("." for itself), or NULL when it is not under it.
 */
static const char *path_below(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    while (length > 0 && directory[length - 1] == '/')
        length--;
    if (strncmp(path, directory, length) != 0 || (path[length] && path[length] != '/'))
        return NULL;
    path += length + strspn(path + length, "/");
    return *path ? path : ".";
}

/* The same by the directory's own name, where the configured one goes through a symbolic link. */
static const char *path_below_real(const char *path, const char *directory)
{
    CLEANUP(free_cleanup) char *real = realpath(directory, NULL);
    return real ? path_below(path, real) : NULL;
}

/* The path of an existing file by its directory's own name, or NULL: /link/cat.png, where /link
 * leads to /images, is /images/cat.png. The file itself is not looked at, and ".." is not followed.
 * The caller frees it. */
static char *real_name(const char *path)
{
    if (strstr(path, "/../"))
        return NULL;
    const char *name = strrchr(path, '/');
    CLEANUP(free_cleanup) char *directory = strndup(path, (size_t)(name - path) + 1);
    CLEANUP(free_cleanup) char *real = directory ? realpath(directory, NULL) : NULL;
    char *text = NULL;
    if (!real || !name[1] || asprintf(&text, "%s%s", strcmp(real, "/") == 0 ? "" : real, name) < 0)
        return NULL;
    return text;
}

static int open_under(const char *directory, const char *rest)
{
    CLEANUP(close_cleanup) int parent = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0)
        return -1;
    int fd = open_beneath(parent, rest);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        fd = open_by_segments(parent, rest);
    return fd;
}

/* Tries the directories that the path is in. Returns -1 with errno; *ret_inside: there is one. */
static int open_anywhere(const char *directories, const char *path, bool *ret_inside)
{
    CLEANUP(free_cleanup) char *copy = strdup(directories);
    char *next = copy, *directory;
    int fd = -1, failure = errno;
    *ret_inside = !copy;
    while (fd < 0 && next && (directory = strsep(&next, ":"))) {
        const char *rest = path_below(path, directory);
        if (!rest && !(rest = path_below_real(path, directory)))
            continue;
        *ret_inside = true;
        fd = open_under(directory, rest);
        failure = errno;
    }
    errno = failure; /* looking for the others had errors of its own */
    return fd;
}

static const struct {
    int number;
    enum error_code code;
    const char *text;
} failures[] = {
    {ENOENT, ERROR_NOT_FOUND, "it does not exist"},
    {EXDEV, ERROR_DENIED,
     "\"..\" or a symbolic link leads out of the directory that images may be read from"},
    {ELOOP, ERROR_DENIED,
     "it is a symbolic link that is not followed; give the path of the file itself"},
    {ENOTDIR, ERROR_INVALID,
     "a part of it is no directory, or a symbolic link that is not followed; give the path of the "
     "file itself"},
    {EACCES, ERROR_DENIED,
     "the user who runs the server has no permission to read it, or its directory in "
     "IMAGE_SOURCE_DIRS was made or replaced after the server was started: then restart the "
     "server"},
    {EISDIR, ERROR_INVALID, "it is a directory; give the path of an image in it"},
    {ENXIO, ERROR_INVALID, "it is not a regular file"},
    {ENAMETOOLONG, ERROR_INVALID, "it is longer than the file system allows"},
    {EMFILE, ERROR_UNAVAILABLE, "the process has too many open files; try again"},
    {ENFILE, ERROR_UNAVAILABLE, "the system has too many open files; try again"},
    {ENOMEM, ERROR_NO_MEMORY, "out of memory"},
};

/* From errno. */
static bool source_file_fail(const char *path, struct error *error)
{
    int number = errno;
    for (size_t i = 0; i < LENGTH(failures); i++)
        if (failures[i].number == number)
            return error_set(error, failures[i].code, "%s cannot be read: %s",
                             quoted(path, 200).text, failures[i].text);
    return error_set(error, ERROR_UNAVAILABLE, "%s cannot be read: %s", quoted(path, 200).text,
                     strerror(number));
}

static bool is_regular(int fd)
{
    struct stat stat;
    if (fstat(fd, &stat) < 0)
        return false;
    errno = S_ISDIR(stat.st_mode) ? EISDIR : ENXIO; /* what it is if not */
    return S_ISREG(stat.st_mode);
}

/* By the path as it is, or by the real name of the directory that it leads to. */
static int open_by_any_name(const char *directories, const char *path, bool *ret_inside)
{
    int fd = open_anywhere(directories, path, ret_inside);
    CLEANUP(free_cleanup) char *real = *ret_inside ? NULL : real_name(path);
    return real ? open_anywhere(directories, real, ret_inside) : fd;
}

static bool open_path(const struct source_files *files, const char *text, int *ret_fd,
                      struct error *error)
{
    CLEANUP(free_cleanup) char *path = NULL;
    bool inside;
    if (!source_path_parse(text, files->home, &path, error))
        return false;
    CLEANUP(close_cleanup) int fd = open_by_any_name(files->directories, path, &inside);
    if (!inside) {
        error_set(error, ERROR_DENIED,
                  "%s is not in a directory that images may be read from (%.160s)",
                  quoted(path, 160).text, files->directories);
        return error_because(error, REASON_OUTSIDE_SOURCE);
    }
    if (fd < 0 || !is_regular(fd))
        return source_file_fail(path, error);
    *ret_fd = fd;
    fd = -1;
    return true;
}

bool source_file_open(const struct source_files *files, const char *text, int *ret_fd,
                      struct error *error)
{
    CLEANUP(free_cleanup) char *plain = NULL;
    if (!files->directories) {
        error_set(error, ERROR_DENIED, "no directory is configured that images may be read from");
        return error_because(error, REASON_NO_SOURCE);
    }
    struct error as_it_is, ignored;
    if (open_path(files, text, ret_fd, &as_it_is))
        return true;
    if (source_path_unquote(text, &plain, &ignored) && strcmp(plain, text) != 0)
        return open_path(files, plain, ret_fd, error);
    *error = as_it_is;
    return false;
}

/* Reading */

/* Reads until the end, or until there is no room. */
static bool read_all(int fd, size_t room, const struct operation *operation,
                     struct blob_builder *bytes, struct error *error)
{
    while (room > 0) {
        size_t wanted = room < READ_SIZE ? room : READ_SIZE;
        unsigned char *place = blob_builder_reserve(bytes, wanted, error);
        if (!place || !operation_check(operation, error))
            return false;
        ssize_t size = read(fd, place, wanted);
        if (size == 0)
            return true;
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return error_set(error, ERROR_UNAVAILABLE, "the file cannot be read: %s",
                             strerror(errno));
        if (!blob_builder_commit(bytes, (size_t)size, error))
            return false;
        room -= (size_t)size;
    }
    return true;
}

static bool refuse_size(size_t max, struct error *error)
{
    return error_set(error, ERROR_TOO_LARGE, "the file is larger than %zu bytes", max);
}

bool source_file_read(int fd, size_t max, const struct operation *operation, struct blob **ret_blob,
                      struct error *error)
{
    struct stat stat;
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    CLEANUP(blob_builder_finish) struct blob_builder bytes = {0};
    if (fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && (uint64_t)stat.st_size > max)
        return refuse_size(max, error);
    blob_builder_init(&bytes, max + 1); /* one byte more tells that it is too large */
    if (!read_all(fd, max + 1, operation, &bytes, error) || !blob_builder_end(&bytes, &blob, error))
        return false;
    if (blob->size > max)
        return refuse_size(max, error);
    *ret_blob = TAKE(blob);
    return true;
}
