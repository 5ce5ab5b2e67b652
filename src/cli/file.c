/* SPDX-License-Identifier: MIT */
/* Unlike the files that a model names (source/source_file), these are named by the user of the
 * terminal, who may read and write what the system lets him; so pipes and devices are fine, and
 * there is no list of directories. */
#include "cli/file.h"

#include "base/counted.h"
#include "base/draft.h"
#include "base/quote.h"
#include "source/source_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_open(int fd, size_t max, const struct operation *operation, struct blob **ret_blob,
                      struct error *error)
{
    if (source_file_read(fd, max, operation, ret_blob, error))
        return true;
    if (error->code == ERROR_TOO_LARGE)
        error_set(error, ERROR_TOO_LARGE, "it is larger than %s, the limit set by IMAGE_MAX_BYTES",
                  counted(max, "byte").text);
    return false;
}

bool file_read(const char *path, size_t max, const struct operation *operation,
               struct blob **ret_blob, struct error *error)
{
    CLEANUP(close_cleanup) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_UNAVAILABLE,
                         "it cannot be opened: %s", strerror(errno));
    return read_open(fd, max, operation, ret_blob, error);
}

bool file_read_input(size_t max, const struct operation *operation, struct blob **ret_blob,
                     struct error *error)
{
    return read_open(STDIN_FILENO, max, operation, ret_blob, error);
}

bool file_write_all(int fd, const struct blob *blob, struct error *error)
{
    for (size_t written = 0; written < blob->size;) {
        ssize_t size = write(fd, blob->data + written, blob->size - written);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return error_set(error, errno == EPIPE ? ERROR_CANCELLED : ERROR_UNAVAILABLE,
                             "the image cannot be written: %s", strerror(errno));
        written += (size_t)size;
    }
    return true;
}

static bool file_fail(const char *path, struct error *error)
{
    return error_set(error, ERROR_UNAVAILABLE, "%s cannot be written: %s", quoted(path, 200).text,
                     strerror(errno));
}

/* Puts it into its directory under its name in one step. */
static bool publish(const char *path, const struct blob *blob, struct error *error)
{
    CLEANUP(free_cleanup) char *for_directory = strdup(path);
    CLEANUP(free_cleanup) char *for_name = strdup(path);
    if (!for_directory || !for_name)
        return error_no_memory(error);
    CLEANUP(close_cleanup)
    int directory = open(dirname(for_directory), O_PATH | O_DIRECTORY | O_CLOEXEC);
    CLEANUP(draft_finish) struct draft draft = {.fd = -1};
    if (directory < 0 || !draft_open(&draft, directory, false, 0666))
        return file_fail(path, error);
    if (!file_write_all(draft.fd, blob, error))
        return false;
    return (fsync(draft.fd) == 0 && draft_replace(&draft, basename(for_name))) ||
           file_fail(path, error);
}

bool file_write(const char *path, const struct blob *blob, struct error *error)
{
    struct stat stat_of_path;
    if (stat(path, &stat_of_path) < 0)
        return publish(path, blob, error);
    if (S_ISREG(stat_of_path.st_mode)) {
        CLEANUP(free_cleanup) char *target = realpath(path, NULL);
        return target ? publish(target, blob, error) : file_fail(path, error);
    }
    CLEANUP(close_cleanup) int fd = open(path, O_WRONLY | O_CLOEXEC);
    return fd >= 0 ? file_write_all(fd, blob, error) : file_fail(path, error);
}
