/* SPDX-License-Identifier: MIT */
/* All of it is made from the tables of commands and variables, so that no text can forget one. */
#include "cli/help.h"

#include "cli/commands.h"
#include "version.h"

#include <string.h>

enum { LABEL_MAX = 48, TEXT_MIN = 36, INDENT = 2, GAP = 2 };

const char help_description[] =
    "An MCP server that stores generated images in an S3-compatible bucket, or in a local "
    "directory, and answers with their URLs. An MCP host (Claude Desktop, Claude Code, Cursor, VS "
    "Code, ...) starts it without a command, and it serves MCP on stdin and stdout. With a command "
    "it does the same work for people.";

static void heading(const struct output *output, const char *text)
{
    fputc('\n', output->file);
    output_text(output, STYLE_BOLD, text);
    fputs(":\n", output->file);
}

/* A label and its text beside it, or below it where there is little room. */
static void entry(const struct output *output, const char *label, size_t width, const char *text)
{
    size_t indent = INDENT + width + GAP;
    if (indent + TEXT_MIN > output->width) {
        indent = 2 * INDENT + GAP;
        fprintf(output->file, "%*s%s\n%*s", INDENT, "", label, (int)indent, "");
    } else {
        fprintf(output->file, "%*s%-*s%*s", INDENT, "", (int)width, label, GAP, "");
    }
    output_wrapped(output, STYLE_PLAIN, indent, text);
}

static void option_label(const struct cli_option *option, char label[LABEL_MAX])
{
    char letter[] = {'-', option->letter, ',', ' ', '\0'};
    snprintf(label, LABEL_MAX, "%s--%s%s%s", option->letter ? letter : "    ", option->name,
             option->argument ? " " : "", option->argument ? option->argument : "");
}

static void print_options(const struct output *output, const struct cli_command *command)
{
    char label[LABEL_MAX];
    const struct cli_option *option;
    size_t width = 0;
    for (size_t i = 0; (option = cli_command_option(command, i)); i++) {
        option_label(option, label);
        width = strlen(label) > width ? strlen(label) : width;
    }
    for (size_t i = 0; (option = cli_command_option(command, i)); i++) {
        option_label(option, label);
        entry(output, label, width, option->help);
    }
}

void help_command(const struct output *output, const struct cli_command *command)
{
    output_say(output, STYLE_PLAIN, "usage: image-storage-mcp %s [OPTION]...%s%s", command->name,
               *command->arguments ? " " : "", command->arguments);
    fputc('\n', output->file);
    output_say(output, STYLE_PLAIN, "%s.", command->summary);
    if (command->description) {
        fputc('\n', output->file);
        output_wrapped(output, STYLE_PLAIN, 0, command->description);
    }
    heading(output, "Options");
    print_options(output, command);
}

static void print_commands(const struct output *output)
{
    size_t width = 0;
    for (size_t i = 0; commands[i]; i++)
        width = strlen(commands[i]->name) > width ? strlen(commands[i]->name) : width;
    for (size_t i = 0; commands[i]; i++)
        entry(output, commands[i]->name, width, commands[i]->summary);
}

static void print_exit_codes(const struct output *output)
{
    char code[LABEL_MAX];
    for (const struct cli_exit_meaning *each = cli_exit_meanings; each->meaning; each++) {
        snprintf(code, sizeof code, "%d", each->code);
        entry(output, code, strlen("130"), each->meaning);
    }
}

static void print_variable(const struct output *output, const struct config_variable *variable)
{
    enum { BELOW = 6 };
    fprintf(output->file, "%*s%s\n%*s", INDENT, "", variable->name, BELOW, "");
    output_wrapped(output, STYLE_PLAIN, BELOW, variable->help);
    if (variable->initial) {
        fprintf(output->file, "%*sDefault: ", BELOW, "");
        output_wrapped(output, STYLE_PLAIN, BELOW + strlen("Default: "), variable->initial);
    }
    for (size_t i = 0; i < CONFIG_FALLBACKS && variable->fallbacks[i]; i++)
        fprintf(output->file, "%*s%s%s", i == 0 ? BELOW : 0, "", i == 0 ? "Also read from: " : ", ",
                variable->fallbacks[i]);
    if (variable->fallbacks[0])
        fputc('\n', output->file);
}

void help_program(const struct output *output)
{
    struct config_variable variable;
    fprintf(output->file, "image-storage-mcp %s\n\n", VERSION);
    output_wrapped(output, STYLE_PLAIN, 0, help_description);
    heading(output, "Usage");
    fputs("  image-storage-mcp\n"
          "  image-storage-mcp COMMAND [OPTION]... [ARGUMENT]...\n"
          "  image-storage-mcp --help | --version\n",
          output->file);
    heading(output, "Commands");
    print_commands(output);
    fputc('\n', output->file);
    output_wrapped(output, STYLE_PLAIN, 0, "For one command: image-storage-mcp help COMMAND");
    heading(output, "Exit codes");
    print_exit_codes(output);
    heading(output, "Environment");
    for (size_t i = 0; config_describe(i, &variable); i++)
        print_variable(output, &variable);
}

static bool run_help(struct cli *cli, struct error *error)
{
    if (cli_has(cli, "man")) {
        help_man_page(cli->output.file);
        return true;
    }
    if (cli->argument_count == 0) {
        help_program(&cli->output);
        return true;
    }
    const struct cli_command *command = commands_find(cli->arguments[0]);
    if (!command)
        return commands_refuse_unknown(cli->arguments[0], error);
    help_command(&cli->output, command);
    return true;
}

static const struct cli_option options[] = {
    {.name = "man", .help = "Print everything as a manual page (roff)."},
    {0},
};

const struct cli_command command_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .values = CLI_COMMANDS,
    .summary = "Explain the program, or a command",
    .options = options,
    .arguments_max = 1,
    .run = run_help,
};
