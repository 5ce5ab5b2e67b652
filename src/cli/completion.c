/* SPDX-License-Identifier: MIT */
/* What shells offer while a command line is typed, as a script in the language of the shell, made
 * from the table of commands. The scripts need nothing but the shell itself. */
#include "base/array.h"
#include "base/quote.h"
#include "cli/commands.h"

#include <string.h>

/* Prints a text with a backslash before each of these characters. */
static void put_escaped(FILE *file, const char *text, const char *special)
{
    for (; *text; text++) {
        if (strchr(special, *text))
            fputc('\\', file);
        fputc(*text, file);
    }
}

static void put_option_names(FILE *file, const struct cli_option *option, const char *between)
{
    fprintf(file, "--%s", option->name);
    if (option->letter)
        fprintf(file, "%s-%c", between, option->letter);
}

static void put_command_words(FILE *file)
{
    for (size_t i = 0; commands[i]; i++)
        fprintf(file, "%s%s", i > 0 ? " " : "", commands[i]->name);
}

/* bash */

static void bash_offer(FILE *file, const char *values)
{
    if (!values) {
        fputs(":", file);
    } else if (strcmp(values, CLI_FILES) == 0) {
        fputs("__image_storage_mcp_files", file);
    } else {
        fputs("__image_storage_mcp_words \"", file);
        if (strcmp(values, CLI_COMMANDS) == 0)
            put_command_words(file);
        else
            fputs(values, file);
        fputc('"', file);
    }
}

/* After an option that has a value there is nothing to offer but what is known of the value. */
static void bash_command(FILE *file, const struct cli_command *command)
{
    const struct cli_option *option;
    fprintf(file, "    %s)\n        case $previous in\n", command->name);
    for (size_t i = 0; (option = cli_command_option(command, i)); i++) {
        if (!option->argument)
            continue;
        fputs("        ", file);
        put_option_names(file, option, " | ");
        fputs(") ", file);
        bash_offer(file, option->values);
        fputs("; return ;;\n", file);
    }
    fputs("        esac\n        case $current in\n        -*) __image_storage_mcp_words \"", file);
    for (size_t i = 0; (option = cli_command_option(command, i)); i++) {
        fputs(i > 0 ? " " : "", file);
        put_option_names(file, option, " ");
    }
    fputs("\" ;;\n        *) ", file);
    bash_offer(file, command->values);
    fputs(" ;;\n        esac ;;\n", file);
}

static void bash(FILE *file)
{
    fputs("# bash completion for image-storage-mcp\n"
          "\n"
          "__image_storage_mcp_words() {\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$current\")\n"
          "}\n"
          "\n"
          "__image_storage_mcp_files() {\n"
          "    compopt -o filenames\n"
          "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
          "}\n"
          "\n"
          "_image_storage_mcp() {\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
          "    COMPREPLY=()\n"
          "    if [ \"$COMP_CWORD\" = 1 ]; then\n"
          "        __image_storage_mcp_words \"",
          file);
    put_command_words(file);
    fputs(" --help --version\"\n"
          "        return\n"
          "    fi\n"
          "    case ${COMP_WORDS[1]} in\n",
          file);
    for (size_t i = 0; commands[i]; i++)
        bash_command(file, commands[i]);
    fputs("    esac\n"
          "}\n"
          "\n"
          "complete -F _image_storage_mcp image-storage-mcp\n",
          file);
}

/* zsh: a text between single quotes, in which _arguments has special characters of its own. */

static void zsh_text(FILE *file, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", file);
        else if (strchr("[]:\\", *text))
            fprintf(file, "\\%c", *text);
        else
            fputc(*text, file);
    }
}

static void zsh_action(FILE *file, const char *values)
{
    if (!values)
        fputs(" ", file);
    else if (strcmp(values, CLI_FILES) == 0)
        fputs("_files", file);
    else if (strcmp(values, CLI_COMMANDS) == 0)
        fputs("_image_storage_mcp_commands", file);
    else
        fprintf(file, "(%s)", values);
}

static void zsh_option(FILE *file, const struct cli_option *option, const char *dashes,
                       const char *name)
{
    fprintf(file, " \\\n            '*%s%s[", dashes, name);
    zsh_text(file, option->help);
    fputc(']', file);
    if (option->argument) {
        fprintf(file, ":%s:", option->argument);
        zsh_action(file, option->values);
    }
    fputc('\'', file);
}

static void zsh_command(FILE *file, const struct cli_command *command)
{
    const struct cli_option *option;
    fprintf(file, "        %s) _arguments -s -S", command->name);
    for (size_t i = 0; (option = cli_command_option(command, i)); i++) {
        char letter[] = {option->letter, '\0'};
        if (option->letter)
            zsh_option(file, option, "-", letter);
        zsh_option(file, option, "--", option->name);
    }
    if (*command->arguments) {
        fprintf(file, " \\\n            '%s:", command->arguments_max > 1 ? "*" : "");
        zsh_text(file, command->arguments);
        fputc(':', file);
        zsh_action(file, command->values);
        fputc('\'', file);
    }
    fputs(" ;;\n", file);
}

static void zsh(FILE *file)
{
    fputs("#compdef image-storage-mcp\n"
          "\n"
          "_image_storage_mcp_commands() {\n"
          "    local -a commands=(\n",
          file);
    for (size_t i = 0; commands[i]; i++) {
        fprintf(file, "        '%s:", commands[i]->name);
        zsh_text(file, commands[i]->summary);
        fputs("'\n", file);
    }
    fputs(
        "    )\n"
        "    _describe command commands\n"
        "}\n"
        "\n"
        "_image_storage_mcp() {\n"
        "    local state line\n"
        "    typeset -A opt_args\n"
        "    _arguments -C '(- :)--help[Explain the program]' '(- :)--version[Print the version]' "
        "\\\n"
        "        ':command:_image_storage_mcp_commands' '*::argument:->command'\n"
        "    [[ $state = command ]] || return\n"
        "    case $words[1] in\n",
        file);
    for (size_t i = 0; commands[i]; i++)
        zsh_command(file, commands[i]);
    fputs("    esac\n"
          "}\n"
          "\n"
          "if [[ $funcstack[1] = _image-storage-mcp ]]; then\n"
          "    _image_storage_mcp \"$@\"\n"
          "else\n"
          "    compdef _image_storage_mcp image-storage-mcp\n"
          "fi\n",
          file);
}

/* fish */

static void fish_text(FILE *file, const char *text)
{
    fputc('\'', file);
    put_escaped(file, text, "\\'");
    fputc('\'', file);
}

static void fish_values(FILE *file, const char *values)
{
    if (values && strcmp(values, CLI_FILES) == 0) {
        fputs(" -F", file);
    } else if (values) {
        fputs(" -f -a '", file);
        if (strcmp(values, CLI_COMMANDS) == 0)
            put_command_words(file);
        else
            put_escaped(file, values, "\\'");
        fputc('\'', file);
    }
}

static void fish_command(FILE *file, const struct cli_command *command)
{
    const struct cli_option *option;
    char begin[128];
    snprintf(begin, sizeof begin,
             "complete -c image-storage-mcp -n '__fish_seen_subcommand_from %s'", command->name);
    for (size_t i = 0; (option = cli_command_option(command, i)); i++) {
        fprintf(file, "%s -l %s", begin, option->name);
        if (option->letter)
            fprintf(file, " -s %c", option->letter);
        if (option->argument)
            fputs(option->values ? " -r" : " -x", file);
        fish_values(file, option->values);
        fputs(" -d ", file);
        fish_text(file, option->help);
        fputc('\n', file);
    }
    if (command->values) {
        fputs(begin, file);
        fish_values(file, command->values);
        fputc('\n', file);
    }
}

static void fish(FILE *file)
{
    fputs(
        "# fish completion for image-storage-mcp\n"
        "complete -c image-storage-mcp -f\n"
        "complete -c image-storage-mcp -n __fish_use_subcommand -l help -d 'Explain the program'\n"
        "complete -c image-storage-mcp -n __fish_use_subcommand -l version "
        "-d 'Print the version'\n",
        file);
    for (size_t i = 0; commands[i]; i++) {
        fprintf(file, "complete -c image-storage-mcp -n __fish_use_subcommand -a %s -d ",
                commands[i]->name);
        fish_text(file, commands[i]->summary);
        fputc('\n', file);
    }
    for (size_t i = 0; commands[i]; i++)
        fish_command(file, commands[i]);
}

static const struct {
    const char *name;
    void (*print)(FILE *file);
} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

static bool run_completion(struct cli *cli, struct error *error)
{
    for (size_t i = 0; i < LENGTH(shells); i++) {
        if (strcmp(cli->arguments[0], shells[i].name) != 0)
            continue;
        shells[i].print(cli->output.file);
        return true;
    }
    return error_set(error, ERROR_INVALID, "there is no completion for %s: bash, zsh, fish",
                     quoted(cli->arguments[0], 40).text);
}

const struct cli_command command_completion = {
    .name = "completion",
    .arguments = "SHELL",
    .values = "bash zsh fish",
    .summary = "Print the completion script of a shell",
    .description =
        "meson install puts them where the shells look. Without it: for bash, source <("
        "image-storage-mcp completion bash) in ~/.bashrc; for zsh, the same in ~/.zshrc after "
        "compinit; for fish, image-storage-mcp completion fish > "
        "~/.config/fish/completions/image-storage-mcp.fish",
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_completion,
};
