/* SPDX-License-Identifier: MIT */
/* The table of commands. Parsing, help, completion and the manual page are all made from it, so
 * that a command is known everywhere once it has a line here. */
#include "cli/commands.h"

#include "base/array.h"
#include "base/quote.h"
#include "cli/text.h"

#include <string.h>

const struct cli_command *const commands[] = {
    &command_save,       &command_list,  &command_show,  &command_delete,
    &command_cleanup,    &command_stats, &command_setup, &command_doctor,
    &command_completion, &command_help,  NULL,
};

const struct cli_command *commands_find(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

bool commands_refuse_unknown(const char *name, struct error *error)
{
    const char *names[LENGTH(commands)];
    size_t count = 0;
    for (; commands[count]; count++)
        names[count] = commands[count]->name;
    const char *nearest = text_nearest(name, names, count);
    if (nearest)
        return error_set(error, ERROR_INVALID, "there is no command %s; did you mean %s?",
                         quoted(name, 60).text, nearest);
    return error_set(error, ERROR_INVALID,
                     "there is no command %s; image-storage-mcp help lists them",
                     quoted(name, 60).text);
}
