/* SPDX-License-Identifier: MIT */
#ifndef SOURCE_SOURCE_PATH_H
#define SOURCE_SOURCE_PATH_H

#include "base/error.h"

/* The absolute path that a text means: /home/me/cat.png, ~/cat.png ("~" is `home`; NULL: unknown),
 * or a file URL (RFC 8089) of this computer. Pure: nothing is looked up, "." and ".." stay.
 * ERROR_INVALID says what is wrong; *ret_path is the caller's. */
bool source_path_parse(const char *text, const char *home, char **ret_path,
                       struct error *error) MUST_CHECK;

/* What a path that was copied out of a shell, or dropped on a terminal, means: without blanks and
 * quotes around it, and without the backslashes before blanks and the like. *ret_text is the
 * caller's. */
bool source_path_unquote(const char *text, char **ret_text, struct error *error) MUST_CHECK;

#endif
