/* SPDX-License-Identifier: MIT */
/* A reader must find a whole file or none. O_TMPFILE gives a file that has no name until it is
 * complete and that a crash leaves no trace of; where a file system cannot do that, a hidden name
 * stands in for it. */
#include "base/draft.h"

#include "base/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { PROC_PATH_SIZE = 32 };

void draft_finish(struct draft *draft)
{
    close_cleanup(&draft->fd);
    if (*draft->name)
        unlinkat(draft->directory, draft->name, 0);
}

static bool pick_name(char name[DRAFT_NAME_SIZE])
{
    unsigned char random[8];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return false;
    strcpy(name, DRAFT_PREFIX);
    hex_encode(random, sizeof random, name + strlen(name));
    return true;
}

/* The name under which a file without one can be linked. */
static void proc_path(const struct draft *draft, char path[PROC_PATH_SIZE])
{
    snprintf(path, PROC_PATH_SIZE, "/proc/self/fd/%d", draft->fd);
}

bool draft_open(struct draft *draft, int directory, bool named, mode_t mode)
{
    char path[PROC_PATH_SIZE];
    *draft = (struct draft){.directory = directory, .fd = -1};
    if (!named)
        draft->fd = openat(draft->directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
    if (draft->fd >= 0) {
        proc_path(draft, path);
        if (access(path, F_OK) == 0)
            return true;
        close(draft->fd);
    }
    char name[DRAFT_NAME_SIZE];
    if (!pick_name(name))
        return false;
    draft->fd = openat(draft->directory, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
    if (draft->fd < 0)
        return false;
    strcpy(draft->name, name);
    return true;
}

bool draft_link(struct draft *draft, const char *name)
{
    char path[PROC_PATH_SIZE];
    proc_path(draft, path);
    if (!*draft->name)
        return linkat(AT_FDCWD, path, draft->directory, name, AT_SYMLINK_FOLLOW) == 0;
    if (linkat(draft->directory, draft->name, draft->directory, name, 0) == 0)
        return true;
    if (errno != EPERM && errno != EOPNOTSUPP)
        return false;
    /* A file system without hard links. */
    if (renameat2(draft->directory, draft->name, draft->directory, name, RENAME_NOREPLACE) < 0)
        return false;
    *draft->name = '\0';
    return true;
}

bool draft_replace(struct draft *draft, const char *name)
{
    if (!*draft->name) {
        char hidden[DRAFT_NAME_SIZE];
        if (!pick_name(hidden) || !draft_link(draft, hidden))
            return false;
        strcpy(draft->name, hidden);
    }
    if (renameat(draft->directory, draft->name, draft->directory, name) < 0)
        return false;
    *draft->name = '\0';
    return true;
}
