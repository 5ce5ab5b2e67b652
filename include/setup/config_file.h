/* SPDX-License-Identifier: MIT */
#ifndef SETUP_CONFIG_FILE_H
#define SETUP_CONFIG_FILE_H

#include "base/buffer.h"

#include <stddef.h>
#include <sys/stat.h>

/* A configuration file that somebody else owns, read, and replaced by another text in one step: a
 * reader sees the old text or the new one, a crash leaves one of them, and what was there is kept
 * beside it. */
struct config_file {
    char *path; /* absolute; of the file itself, when there is a symbolic link to it */
    bool exists;
    struct stat status; /* of what exists */
    struct buffer text; /* data is never NULL */
};

/* Reads the file at an absolute path; one that does not exist is empty. ERROR_INVALID: what is
 * there is no regular file, or a link to nothing; ERROR_DENIED, ERROR_TOO_LARGE. */
bool config_file_read(const char *path, struct config_file *ret_file,
                      struct error *error) MUST_CHECK;

/* Takes a zeroed struct. */
void config_file_finish(struct config_file *file);

/* Replaces what was read. Mode and owner stay; a new file is for its owner only if it is `secret`,
 * and missing directories are made. The old text is kept under a name of its own beside it, "*.bak"
 * or "*.bak.N": *ret_backup is the caller's, NULL when there was no file. ERROR_EXISTS: the file is
 * not what was read any more; nothing was done then, as with all errors. */
bool config_file_replace(const struct config_file *file, const char *text, size_t size, bool secret,
                         char **ret_backup, struct error *error) MUST_CHECK;

#endif
