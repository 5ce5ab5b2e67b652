/* SPDX-License-Identifier: MIT */
#ifndef BASE_DRAFT_H
#define BASE_DRAFT_H

#include <stdbool.h>
#include <sys/types.h>

#define DRAFT_PREFIX ".tmp-"

enum { DRAFT_NAME_SIZE = sizeof DRAFT_PREFIX "0123456789abcdef" };

/* A file that nobody sees before it is whole. It has no name (O_TMPFILE), or a hidden one,
 * ".tmp-*", where the file system cannot do that; then a crash leaves it behind. All functions that
 * fail set errno. */
struct draft {
    int directory;              /* borrowed: where the file will be */
    int fd;                     /* to write to and to fsync() before it is published */
    char name[DRAFT_NAME_SIZE]; /* empty: none */
};

/* named: it gets a hidden name in any case, so that nobody can remove the directory as empty. mode:
 * of the file, less the process's umask. */
bool draft_open(struct draft *draft, int directory, bool named, mode_t mode);

/* Makes the file appear as `name` in one step, if there is nothing of that name (EEXIST). */
bool draft_link(struct draft *draft, const char *name);

/* The same, in place of what has that name. */
bool draft_replace(struct draft *draft, const char *name);

/* Closes it, and removes it if it was not published. */
void draft_finish(struct draft *draft);

#endif
