/* SPDX-License-Identifier: MIT */
#ifndef SETUP_CHANGE_H
#define SETUP_CHANGE_H

#include "base/buffer.h"

#include <stddef.h>

/* A change of a configuration file as people can look at it: secrets, their own and those of other
 * servers, never appear. */

/* Appends a text of JSON (jsonc.h) with "********" for every string that is the value of a member
 * whose name speaks of a secret. Lines stay what they are. */
bool change_hide_secrets(const char *text, size_t size, struct buffer *shown,
                         struct error *error) MUST_CHECK;

/* Appends the lines in which two texts of JSON differ, "- " and "+ " before them, with a few lines
 * around them, "  " before them; secrets are hidden, and of very long lines the part that matters
 * is shown. Equal texts give nothing. */
bool change_lines(const char *old, size_t old_size, const char *text, size_t size,
                  struct buffer *lines, struct error *error) MUST_CHECK;

#endif
