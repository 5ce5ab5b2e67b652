/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include "cli/commands.h"
#include "version.h"

#include <string.h>

enum { WRAP_AT = 80, INDENT_MAX = 40 };

/* Prints words, breaking lines so that they stay within WRAP_AT columns; lines but the first begin
 * with `indent` spaces. The cursor is in that column already. */
static void wrap(FILE *file, size_t indent, const char *text)
{
    size_t column = indent;
    while (*text) {
        size_t length = strcspn(text, " \n");
        if (column > indent && column + 1 + length > WRAP_AT) {
            fprintf(file, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', file);
            column++;
        }
        fwrite(text, 1, length, file);
        column += length;
        text += length;
        if (*text == '\n') { /* a new paragraph */
            fprintf(file, "\n\n%*s", (int)indent, "");
            column = indent;
        }
        text += strspn(text, " \n");
    }
    fputc('\n', file);
}

static void option_label(const struct cli_option *option, char label[INDENT_MAX])
{
    char letter[] = {'-', option->letter, ',', ' ', '\0'};
    snprintf(label, INDENT_MAX, "%s--%s%s%s", option->letter ? letter : "    ", option->name,
             option->argument ? " " : "", option->argument ? option->argument : "");
}

static size_t widest_label(const struct cli_option *options, size_t width)
{
    char label[INDENT_MAX];
    for (const struct cli_option *option = options; option && option->name; option++) {
        option_label(option, label);
        width = strlen(label) > width ? strlen(label) : width;
    }
    return width;
}

static void print_options(FILE *file, const struct cli_command *command,
                          const struct cli_option *options, size_t width)
{
    char label[INDENT_MAX];
    for (const struct cli_option *option = options; option && option->name; option++) {
        if (strcmp(option->name, "json") == 0 && !command->has_json)
            continue;
        option_label(option, label);
        fprintf(file, "  %-*s  ", (int)width, label);
        wrap(file, width + 4, option->help);
    }
}

void help_command(FILE *file, const struct cli_command *command)
{
    fprintf(file, "usage: image-storage-mcp %s [OPTION]...%s%s\n\n", command->name,
            *command->arguments ? " " : "", command->arguments);
    fprintf(file, "%s.\n", command->summary);
    if (command->description) {
        fputc('\n', file);
        wrap(file, 0, command->description);
    }
    size_t width = widest_label(cli_common_options, widest_label(command->options, 0));
    fprintf(file, "\nOptions:\n");
    print_options(file, command, command->options, width);
    print_options(file, command, cli_common_options, width);
}

void help_program(FILE *file)
{
    fprintf(file, "image-storage-mcp %s\n", VERSION);
    wrap(file, 0,
         "An MCP server that stores generated images in an S3-compatible bucket, or in a local "
         "directory, and answers with their URLs. An MCP host (Claude Desktop, Claude Code, "
         "Cursor, VS Code, ...) starts it without a command, and it serves MCP on stdin and "
         "stdout. With a command it does the same work for people.");
    fprintf(file, "\nusage: image-storage-mcp\n"
                  "       image-storage-mcp COMMAND [OPTION]... [ARGUMENT]...\n"
                  "       image-storage-mcp --help | --version\n"
                  "\nCommands:\n");
    for (size_t i = 0; cli_commands[i]; i++)
        fprintf(file, "  %-10s  %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    fprintf(file, "\nimage-storage-mcp help COMMAND tells more about one.\n"
                  "\nExit codes: 0 done, 1 failed, 2 wrong arguments or configuration, 3 no such "
                  "image,\n4 not confirmed, 130 interrupted.\n"
                  "\nEnvironment:\n");
    config_print_help(file);
}

static bool run_help(struct cli *cli, struct error *error)
{
    if (cli->argument_count == 0) {
        help_program(cli->output.file);
        return true;
    }
    const struct cli_command *command = cli_command_find(cli->arguments[0]);
    if (!command)
        return error_set(error, ERROR_INVALID, "there is no command \"%.60s\"", cli->arguments[0]);
    help_command(cli->output.file, command);
    return true;
}

const struct cli_command command_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "Explain the program, or a command",
    .arguments_max = 1,
    .run = run_help,
};
