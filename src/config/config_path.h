/* SPDX-License-Identifier: MIT */
#ifndef CONFIG_CONFIG_PATH_H
#define CONFIG_CONFIG_PATH_H

#include "base/error.h"

/* Paths in the configuration. What comes out is the caller's; ERROR_INVALID says what is expected,
 * and where that can be known the text to write. */

/* An absolute path; "~/" at its start stands for `home` (NULL: unknown). Slashes at its end are
 * dropped. */
bool config_path_read(const char *text, const char *home, char **ret_path,
                      struct error *error) MUST_CHECK;

/* Paths as of config_path_read(), separated by ':'; empty ones are dropped. They come out the same
 * way. */
bool config_path_read_list(const char *text, const char *home, char **ret_paths,
                           struct error *error) MUST_CHECK;

/* As config_path_read(), of a file that this process can read. The one function here that looks at
 * the file system. */
bool config_path_read_readable(const char *text, const char *home, char **ret_path,
                               struct error *error) MUST_CHECK;

#endif
