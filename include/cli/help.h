/* SPDX-License-Identifier: MIT */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/command.h"

/* Texts made from the table of commands. */

/* What the program is, its commands, and the environment. */
void help_program(FILE *file);
/* One command: usage, description, options. */
void help_command(FILE *file, const struct cli_command *command);

#endif
