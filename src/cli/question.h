/* SPDX-License-Identifier: MIT */
#ifndef CLI_QUESTION_H
#define CLI_QUESTION_H

#include "cli/command.h"

/* Questions to whoever sits at the terminal. */

/* Asks for a value on the terminal; a secret is not shown while it is typed. The caller frees it.
 * cli->status is CLI_DECLINED when there is no terminal (ERROR_DENIED) or nothing is typed
 * (ERROR_INVALID). */
bool question_ask_value(struct cli *cli, const char *name, bool secret, char **ret_value,
                        struct error *error) MUST_CHECK;

/* Whether the user wants what `question` asks: --yes, or "y" or "yes" on the terminal; everything
 * else, and the end of input, means no. cli->status is CLI_DECLINED then, also when it cannot be
 * asked (ERROR_DENIED: stdin or stderr is no terminal). */
bool question_confirm(struct cli *cli, const char *question, bool *ret_confirmed,
                      struct error *error) MUST_CHECK;
#define CLI_YES_OPTION                                                                             \
    {                                                                                              \
        .name = "yes", .letter = 'y', .help = "Do it without asking."                              \
    }

#endif
