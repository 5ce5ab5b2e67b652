/* SPDX-License-Identifier: MIT */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/command.h"

/* One file a command. */
extern const struct cli_command command_cleanup;
extern const struct cli_command command_completion;
extern const struct cli_command command_delete;
extern const struct cli_command command_doctor;
extern const struct cli_command command_help;
extern const struct cli_command command_list;
extern const struct cli_command command_save;
extern const struct cli_command command_setup;
extern const struct cli_command command_show;
extern const struct cli_command command_stats;

/* All commands, in the order of help; the last has no name. */
extern const struct cli_command *const commands[];
/* The command of that name, or NULL. */
const struct cli_command *commands_find(const char *name);
/* ERROR_INVALID: there is no command of that name; perhaps another was meant. */
bool commands_refuse_unknown(const char *name, struct error *error);

#endif
