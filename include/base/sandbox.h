/* SPDX-License-Identifier: MIT */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include "base/error.h"

#include <stddef.h>

/* What a process gives up before it reads what others have written: new privileges by running a
 * program, core dumps, and, by Landlock where the kernel has it, all files but those in a list. It
 * is for good, for the thread that asks and all threads and processes that it starts afterwards:
 * so it is asked for while there are no others that stay. Elsewhere than on Linux nothing is given
 * up. */

enum sandbox_use {
    SANDBOX_READ,  /* a file, or all that is in a directory and below */
    SANDBOX_WRITE, /* the same; its contents may be changed, and files and directories made,
                      renamed and removed */
};

struct sandbox_path {
    const char *path; /* what it is when the sandbox is entered is what may be opened then */
    enum sandbox_use use;
};

/* The version of Landlock that the kernel offers; 0: none, and *ret_reason is why, in words
 * (static). */
int sandbox_landlock(const char **ret_reason);

/* Paths that do not exist are left out. A kernel without Landlock is no failure; one that does not
 * let us restrict ourselves is, and what was given up by then is. */
bool sandbox_enter(const struct sandbox_path *paths, size_t count, struct error *error) MUST_CHECK;

#endif
