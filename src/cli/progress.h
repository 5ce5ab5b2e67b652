/* SPDX-License-Identifier: MIT */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "base/operation.h"

/* A line on stderr that shows how far long work is, drawn again a few times a second, if stderr is
 * a terminal; otherwise nothing. One at a time. */

/* Sets the operation's progress. */
void progress_start(struct operation *operation);

/* What the line begins with from now on: "saving a.png"; borrowed until the next. NULL: nothing. */
void progress_label(const char *label);

/* Wipes the line, so that something else can be printed. It comes back with the next progress. */
void progress_clear(void);

#endif
