/* SPDX-License-Identifier: MIT */
#ifndef BASE_DIRECTORY_H
#define BASE_DIRECTORY_H

#include <sys/types.h>

/* Directories that are made when they are missing, with the permissions `mode` less the umask; 0:
 * they are not made. What was made lasts: it has been synced into its parent. Both return a
 * descriptor that is the caller's, or -1 with errno. */

/* By an absolute path, which may lead through symbolic links; all that is missing above it is made
 * as well. */
int directory_open(const char *path, mode_t mode);

/* One segment in a directory; a symbolic link is not followed. */
int directory_open_at(int parent, const char *name, mode_t mode);

#endif
