/* SPDX-License-Identifier: MIT */
/* Texts become roff by escaping: a backslash, a hyphen that is to be copied as one, and a dot or an
 * apostrophe where a word, and so perhaps a line, begins. */
#include "cli/help.h"

#include "cli/commands.h"

#include "version.h"

#include <ctype.h>
#include <string.h>

enum { LINE_WIDTH = 64 };

/* Breaks lines at spaces, as pages are written. */
static void put_words(FILE *file, const char *text, size_t size)
{
    size_t column = 0;
    for (size_t i = 0; i < size; i++, column++) {
        bool in_word = i > 0 && !isspace((unsigned char)text[i - 1]);
        if (!in_word && strchr(".'", text[i]))
            fputs("\\&", file);
        if (text[i] == ' ' && column + strcspn(text + i + 1, " \n") > LINE_WIDTH) {
            fputc('\n', file);
            column = 0;
            continue;
        }
        if (text[i] == '\\')
            fputs("\\e", file);
        else if (text[i] == '-')
            fputs("\\-", file);
        else if (text[i] == '~')
            fputs("\\(ti", file);
        else
            fputc(text[i], file);
    }
}

static void man_put(FILE *file, const char *text)
{
    put_words(file, text, strlen(text));
}

static void put_bold(FILE *file, const char *text)
{
    fputs("\\fB", file);
    man_put(file, text);
    fputs("\\fR", file);
}

static void put_paragraphs(FILE *file, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        put_words(file, text, length);
        fputc('\n', file);
        text += length + strspn(text + length, "\n");
        if (*text)
            fputs(".PP\n", file);
    }
}

static void put_option(FILE *file, const struct cli_option *option)
{
    char letter[] = {'-', option->letter, '\0'};
    fputs(".TP\n", file);
    if (option->letter) {
        put_bold(file, letter);
        fputs(", ", file);
    }
    fputs("\\fB\\-\\-", file);
    man_put(file, option->name);
    fputs("\\fR", file);
    if (option->argument)
        fprintf(file, " \\fI%s\\fR", option->argument);
    fputc('\n', file);
    man_put(file, option->help);
    fputc('\n', file);
}

static void put_command(FILE *file, const struct cli_command *command)
{
    const struct cli_option *option;
    fputs(".SS ", file);
    man_put(file, command->name);
    fputs(" [\\fIOPTION\\fR]...", file);
    if (*command->arguments)
        fprintf(file, " \\fI%s\\fR", command->arguments);
    fputc('\n', file);
    man_put(file, command->summary);
    fputs(".\n", file);
    if (command->description) {
        fputs(".PP\n", file);
        put_paragraphs(file, command->description);
    }
    for (size_t i = 0; (option = cli_command_option(command, i)); i++)
        put_option(file, option);
}

static void put_variable(FILE *file, const struct config_variable *variable)
{
    fputs(".TP\n", file);
    put_bold(file, variable->name);
    fputc('\n', file);
    man_put(file, variable->help);
    fputc('\n', file);
    if (variable->initial) {
        fputs("Default: ", file);
        man_put(file, variable->initial);
        fputs(".\n", file);
    }
    for (size_t i = 0; i < CONFIG_FALLBACKS && variable->fallbacks[i]; i++)
        fprintf(file, "%s\\fB%s\\fR", i == 0 ? "Also read from: " : ", ", variable->fallbacks[i]);
    if (variable->fallbacks[0])
        fputs(".\n", file);
}

static void put_exit_codes(FILE *file)
{
    for (const struct cli_exit_meaning *each = cli_exit_meanings; each->meaning; each++) {
        fprintf(file, ".TP\n\\fB%d\\fR\n", each->code);
        man_put(file, each->meaning);
        fputc('\n', file);
    }
}

void help_man_page(FILE *file)
{
    struct config_variable variable;
    fprintf(file,
            ".TH IMAGE\\-STORAGE\\-MCP 1 \"%s\" \"image\\-storage\\-mcp %s\"\n"
            ".SH NAME\n"
            "image\\-storage\\-mcp \\- store generated images, for AI assistants and for people\n"
            ".SH SYNOPSIS\n"
            ".B image\\-storage\\-mcp\n"
            ".PP\n"
            "\\fBimage\\-storage\\-mcp\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]... "
            "[\\fIARGUMENT\\fR]...\n"
            ".PP\n"
            "\\fBimage\\-storage\\-mcp\\fR \\fB\\-\\-help\\fR | \\fB\\-\\-version\\fR\n"
            ".SH DESCRIPTION\n",
            VERSION_DATE, VERSION);
    put_paragraphs(file, help_description);
    fputs(".SH COMMANDS\n", file);
    for (size_t i = 0; commands[i]; i++)
        put_command(file, commands[i]);
    fputs(".SH EXIT STATUS\n", file);
    put_exit_codes(file);
    fputs(".SH ENVIRONMENT\n", file);
    for (size_t i = 0; config_describe(i, &variable); i++)
        put_variable(file, &variable);
}
