/* SPDX-License-Identifier: MIT */
#ifndef CLI_QUESTION_H
#define CLI_QUESTION_H

#include "base/error.h"

/* Asks on the terminal and waits for "y" or "yes"; everything else, and the end of input, means no.
 * ERROR_DENIED when there is no terminal to ask on (stdin or stderr is none): the text says what
 * option answers instead, `option` without its dashes. */
bool question_ask(const char *question, const char *option, bool *ret_yes,
                  struct error *error) MUST_CHECK;

#endif
