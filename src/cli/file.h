/* SPDX-License-Identifier: MIT */
#ifndef CLI_FILE_H
#define CLI_FILE_H

#include "base/blob.h"
#include "base/operation.h"

/* Files that the user of a terminal names; the system decides what they may read and write. */

/* The whole of a file, a pipe or a device. max: the largest size in bytes; ERROR_TOO_LARGE. */
bool file_read(const char *path, size_t max, const struct operation *operation,
               struct blob **ret_blob, struct error *error) MUST_CHECK;
/* The same of standard input. */
bool file_read_input(size_t max, const struct operation *operation, struct blob **ret_blob,
                     struct error *error) MUST_CHECK;

/* Writes the bytes into a file of that name in one step: it is there whole, or what was there
 * before still is. A symbolic link is followed. What is no regular file (a pipe, a device) is
 * written to as it is. */
bool file_write(const char *path, const struct blob *blob, struct error *error) MUST_CHECK;

/* Writes all of it. */
bool file_write_all(int fd, const struct blob *blob, struct error *error) MUST_CHECK;

#endif
