/* SPDX-License-Identifier: MIT */
#include "cli/question.h"

#include "cli/interrupt.h"
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

bool question_ask(const char *question, const char *option, bool *ret_yes, struct error *error)
{
    char answer[16] = "";
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return error_set(error, ERROR_DENIED,
                         "this needs a yes, and there is no terminal to ask on: give --%s", option);
    progress_clear();
    fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    interrupt_ends_process(true);
    bool answered = fgets(answer, sizeof answer, stdin);
    interrupt_ends_process(false);
    if (!answered)
        fputc('\n', stderr);
    answer[strcspn(answer, "\r\n")] = '\0';
    *ret_yes = strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
    return true;
}
