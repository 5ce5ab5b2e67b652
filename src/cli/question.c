/* SPDX-License-Identifier: MIT */
/* Questions on the terminal. While a secret is typed the terminal neither shows it nor sends
 * signals: one that ended the process there would leave the terminal without an echo. So Ctrl-C is
 * read as the character that it is, and ends the process when the echo is back. */
#include "cli/question.h"
#include "cli/interrupt.h"
#include "cli/progress.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

enum { VALUE_SIZE = 4096, INTERRUPT_POLL_MS = 100 };

enum { CTRL_C = 3, CTRL_D = 4, CTRL_U = 21, BACKSPACE = 8, DELETE = 127 };

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

bool question_confirm(struct cli *cli, const char *question, bool *ret_confirmed,
                      struct error *error)
{
    bool yes = cli_has(cli, "yes");
    cli->status = CLI_DECLINED;
    if (!yes && (!isatty(STDIN_FILENO) || !cli->errors.terminal))
        return error_set(
            error, ERROR_DENIED,
            "this needs a confirmation, and there is no terminal to ask on: add --yes");
    yes = yes || ask(&cli->errors, question);
    if (yes)
        cli->status = CLI_DONE;
    *ret_confirmed = yes;
    return true;
}

/* The next character; 0 at the end of input, or when a signal came. */
static unsigned char next_character(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    unsigned char character = 0;
    while (!interrupt_signal())
        if (poll(&input, 1, INTERRUPT_POLL_MS) > 0)
            return read(STDIN_FILENO, &character, 1) == 1 ? character : 0;
    return 0;
}

/* Reads a line from a terminal that shows nothing; returns what ended it. */
static unsigned char read_hidden(char line[VALUE_SIZE])
{
    size_t length = 0;
    for (;;) {
        unsigned char character = next_character();
        bool ends = character == 0 || character == CTRL_C || character == CTRL_D ||
                    character == '\r' || character == '\n';
        line[length] = '\0';
        if (ends)
            return character;
        if (character == CTRL_U)
            length = 0;
        else if (character == BACKSPACE || character == DELETE)
            length -= length > 0 ? 1 : 0;
        else if (length < VALUE_SIZE - 1)
            line[length++] = (char)character;
    }
}

static void ask_hidden(FILE *terminal, const char *name, char line[VALUE_SIZE])
{
    struct termios usual, hidden;
    bool changed = tcgetattr(STDIN_FILENO, &usual) == 0;
    if (changed) {
        hidden = usual;
        hidden.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
        tcsetattr(STDIN_FILENO, TCSADRAIN, &hidden);
    }
    fprintf(terminal, "%s (not shown): ", name);
    fflush(terminal);
    unsigned char end = read_hidden(line);
    if (changed)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &usual);
    fputc('\n', terminal);
    if (end == CTRL_C || interrupt_signal())
        interrupt_end(end == CTRL_C ? SIGINT : interrupt_signal());
}

static void ask_shown(FILE *terminal, const char *name, char line[VALUE_SIZE])
{
    fprintf(terminal, "%s: ", name);
    fflush(terminal);
    interrupt_ends_process(true);
    if (!fgets(line, VALUE_SIZE, stdin))
        fputc('\n', terminal);
    interrupt_ends_process(false);
    line[strcspn(line, "\r\n")] = '\0';
}

bool question_ask_value(struct cli *cli, const char *name, bool secret, char **ret_value,
                        struct error *error)
{
    char line[VALUE_SIZE] = "";
    cli->status = CLI_DECLINED;
    if (!isatty(STDIN_FILENO) || !cli->errors.terminal)
        return error_set(error, ERROR_DENIED,
                         "%s is not set, and there is no terminal to ask on: set it in the "
                         "environment of this command",
                         name);
    if (secret)
        ask_hidden(cli->errors.file, name, line);
    else
        ask_shown(cli->errors.file, name, line);
    bool given = *line;
    char *value = given ? strdup(line) : NULL;
    explicit_bzero(line, sizeof line);
    if (!given)
        return error_set(error, ERROR_INVALID, "no value was given for %s; nothing was changed",
                         name);
    if (!value)
        return error_no_memory(error);
    cli->status = CLI_DONE;
    *ret_value = value;
    return true;
}
