/* SPDX-License-Identifier: MIT */
#ifndef CLI_ADVICE_H
#define CLI_ADVICE_H

#include "base/error.h"

/* What somebody at a terminal can do about an error: a clause that follows the error's text after a
 * semicolon. NULL: nothing beyond what the text says. */
const char *advice_for_commands(const struct error *error);

#endif
