/* SPDX-License-Identifier: MIT */
/* The table of a command, translated for getopt_long(). */
#include "cli/options.h"

#include "base/cleanup.h"
#include "base/quote.h"
#include "cli/text.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <string.h>

enum { OPTIONS_MAX = 32 };

struct getopt_table {
    const struct cli_option *options[OPTIONS_MAX];
    struct option longs[OPTIONS_MAX + 1];
    char letters[2 + 2 * OPTIONS_MAX + 1]; /* ":" first: a missing value is told apart */
    size_t count, letter_count;
};

static void add_option(struct getopt_table *table, const struct cli_option *option)
{
    assert(table->count < OPTIONS_MAX);
    table->longs[table->count] = (struct option){
        .name = option->name,
        .has_arg = option->argument ? required_argument : no_argument,
        .val = 256 + (int)table->count,
    };
    table->options[table->count++] = option;
    if (!option->letter)
        return;
    table->letters[table->letter_count++] = option->letter;
    if (option->argument)
        table->letters[table->letter_count++] = ':';
}

static void make_table(const struct cli_command *command, struct getopt_table *table)
{
    *table = (struct getopt_table){.letters = ":", .letter_count = 1};
    const struct cli_option *option;
    for (size_t i = 0; (option = cli_command_option(command, i)); i++)
        add_option(table, option);
}

static const struct cli_option *options_find(const struct getopt_table *table, int value)
{
    if (value >= 256)
        return table->options[value - 256];
    for (size_t i = 0; i < table->count; i++)
        if (table->options[i]->letter == value)
            return table->options[i];
    return NULL;
}

/* A long option that is none of the command's, or begins like several. */
static bool refuse_name(const struct getopt_table *table, const struct cli_command *command,
                        const char *text, struct error *error)
{
    char name[64];
    const char *names[OPTIONS_MAX];
    size_t matches = 0;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, "="), text);
    for (size_t i = 0; i < table->count; i++) {
        names[i] = table->options[i]->name;
        matches += strncmp(names[i], name, strlen(name)) == 0;
    }
    if (matches > 1)
        return error_set(error, ERROR_INVALID, "--%s can be more than one option of %s", name,
                         command->name);
    const char *nearest = text_nearest(name, names, table->count);
    if (nearest)
        return error_set(error, ERROR_INVALID, "%s has no option --%s; did you mean --%s?",
                         command->name, name, nearest);
    return error_set(error, ERROR_INVALID,
                     "%s has no option --%s; image-storage-mcp help %s lists them", command->name,
                     name, command->name);
}

/* getopt leaves the place of what it could not read in optind and optopt. */
static bool options_refuse(const struct getopt_table *table, const struct cli_command *command,
                           int result, char **argv, struct error *error)
{
    const char *text = argv[optind - 1];
    bool is_long = strncmp(text, "--", 2) == 0 && (!optopt || optopt >= 256);
    char letter[] = {'-', (char)optopt, '\0'};
    const char *what = is_long ? text : letter;
    if (result == ':')
        return error_set(error, ERROR_INVALID, "%.60s needs a value; see image-storage-mcp help %s",
                         what, command->name);
    if (is_long && optopt)
        return error_set(error, ERROR_INVALID, "%.60s: this option takes no value", what);
    if (is_long)
        return refuse_name(table, command, text + 2, error);
    return error_set(error, ERROR_INVALID,
                     "%s has no option %s; image-storage-mcp help %s lists them", command->name,
                     letter, command->name);
}

static bool check_arguments(const struct cli *cli, struct error *error)
{
    const struct cli_command *command = cli->command;
    if (cli_has(cli, "help") || (cli->argument_count >= command->arguments_min &&
                                 cli->argument_count <= command->arguments_max))
        return true;
    if (command->arguments_max == 0)
        return error_set(error, ERROR_INVALID, "%s takes no arguments, but got %s", command->name,
                         quoted(cli->arguments[0], 60).text);
    return error_set(error, ERROR_INVALID, "too %s arguments; usage: image-storage-mcp %s %s",
                     cli->argument_count < command->arguments_min ? "few" : "many", command->name,
                     command->arguments);
}

bool options_read(struct cli *cli, int argc, char **argv, struct error *error)
{
    struct getopt_table table;
    make_table(cli->command, &table);
    CLEANUP(free_cleanup) struct cli_given *given = calloc((size_t)argc, sizeof *given);
    if (!given)
        return error_no_memory(error);
    size_t count = 0;
    int result;
    opterr = 0;
    optind = 0; /* glibc: start anew */
    while ((result = getopt_long(argc, argv, table.letters, table.longs, NULL)) != -1) {
        const struct cli_option *option = options_find(&table, result);
        if (!option)
            return options_refuse(&table, cli->command, result, argv, error);
        given[count++] = (struct cli_given){.name = option->name, .value = optarg};
    }
    cli->given = TAKE(given);
    cli->given_count = count;
    cli->arguments = argv + optind;
    cli->argument_count = (size_t)(argc - optind);
    return check_arguments(cli, error);
}
