/* SPDX-License-Identifier: MIT */
/* Making a directory and opening it are one step to the caller, and mkdir() alone would not last: a
 * crash could take the directory away again, with what was synced into it meanwhile. */
#include "base/directory.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

int directory_open_at(int parent, const char *name, mode_t mode)
{
    int fd = openat(parent, name, OPEN_DIRECTORY | O_NOFOLLOW);
    if (fd >= 0 || errno != ENOENT || !mode)
        return fd;
    if (mkdirat(parent, name, mode) < 0 && errno != EEXIST)
        return -1;
    if (fsync(parent) < 0)
        return -1;
    return openat(parent, name, OPEN_DIRECTORY | O_NOFOLLOW);
}

int directory_open(const char *path, mode_t mode)
{
    int fd = open(path, OPEN_DIRECTORY);
    if (fd >= 0 || errno != ENOENT || !mode)
        return fd;
    const char *name = strrchr(path, '/') + 1;
    size_t length = (size_t)(name - path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    CLEANUP(free_cleanup) char *above = strndup(path, length);
    if (!above)
        return -1;
    CLEANUP(close_cleanup) int parent = directory_open(above, mode);
    return parent < 0 ? -1 : directory_open_at(parent, name, mode);
}
