/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_ADVICE_H
#define TOOLS_ADVICE_H

#include "base/error.h"

/* What a model can do about an error with these tools, or with the requests for resources: a clause
 * that follows the error's text after a semicolon. NULL: nothing beyond what the text says. */
const char *advice_for_tools(const struct error *error);
const char *advice_for_resources(const struct error *error);

#endif
