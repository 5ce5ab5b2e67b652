/* SPDX-License-Identifier: MIT */
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/progress.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool ask(const struct output *errors, const char *question)
{
    char answer[16] = "";
    progress_clear();
    output_text(errors, STYLE_PLAIN, question);
    fputs(" [y/N] ", errors->file);
    fflush(errors->file);
    interrupt_ends_process(true);
    bool answered = fgets(answer, sizeof answer, stdin);
    interrupt_ends_process(false);
    if (!answered)
        fputc('\n', errors->file);
    answer[strcspn(answer, "\r\n")] = '\0';
    return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}

bool cli_confirm(struct cli *cli, const char *question, bool *ret_confirmed, struct error *error)
{
    bool yes = cli_has(cli, "yes");
    cli->status = CLI_DECLINED;
    if (!yes && (!isatty(STDIN_FILENO) || !cli->errors.terminal))
        return error_set(error, ERROR_DENIED,
                         "this needs a yes, and there is no terminal to ask on: add --yes");
    yes = yes || ask(&cli->errors, question);
    if (yes)
        cli->status = CLI_DONE;
    *ret_confirmed = yes;
    return true;
}
