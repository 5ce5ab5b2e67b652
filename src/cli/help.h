/* SPDX-License-Identifier: MIT */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/command.h"

/* Texts made from the table of commands and that of the variables. */

/* What the program is, in a few sentences. */
extern const char help_description[];

/* What the program is, its commands, and the environment. */
void help_program(const struct output *output);
/* One command: usage, description, options. */
void help_command(const struct output *output, const struct cli_command *command);

/* All of it as a manual page, image-storage-mcp(1), in the man(7) macros of roff. */
void help_man_page(FILE *file);

#endif
