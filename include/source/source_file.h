/* SPDX-License-Identifier: MIT */
#ifndef SOURCE_SOURCE_FILE_H
#define SOURCE_SOURCE_FILE_H

#include "base/blob.h"
#include "base/operation.h"

/* Images from files. */

/* Where files may be read from at a caller's word. */
struct source_files {
    const char *directories; /* absolute, separated by ':'; NULL: nowhere */
    const char *home;        /* what "~" is; NULL: unknown */
};

/* Opens the regular file that `text` names (see source_path_parse()), for reading; *ret_fd is the
 * caller's. What does not lead there as it is may do so without a shell's quotes and backslashes
 * (source_path_unquote()), or by another name of its directory. Neither ".." nor a symbolic link
 * leads out of the directory that the path is in, and nothing outside of it is touched, whatever is
 * exchanged meanwhile; it never waits for a FIFO or a device. ERROR_DENIED, ERROR_NOT_FOUND,
 * ERROR_INVALID (the path, or what it leads to), ERROR_UNAVAILABLE. */
bool source_file_open(const struct source_files *files, const char *text, int *ret_fd,
                      struct error *error) MUST_CHECK;

/* Reads an open file (or a pipe) to its end. max: the largest size in bytes; ERROR_TOO_LARGE before
 * anything is read where the file's size is known, and also when it grows beyond it while it is
 * read. ERROR_CANCELLED, ERROR_UNAVAILABLE. */
bool source_file_read(int fd, size_t max, const struct operation *operation, struct blob **ret_blob,
                      struct error *error) MUST_CHECK;

#endif
