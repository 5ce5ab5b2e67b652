/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "cli/advice.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/text.h"
#include "config/config_storage.h"
#include "tools/date_range.h"
#include "version.h"

#include <signal.h>
#include <stdarg.h>
#include <string.h>

const struct cli_command *const cli_commands[] = {
    &command_save,       &command_list,  &command_show,  &command_delete,
    &command_cleanup,    &command_stats, &command_setup, &command_doctor,
    &command_completion, &command_help,  NULL,
};

const struct cli_exit_meaning cli_exit_meanings[] = {
    {CLI_DONE, "done"},
    {CLI_FAILED, "something failed; the message says what was done all the same"},
    {CLI_USAGE, "wrong arguments or configuration"},
    {CLI_NOT_FOUND, "no image has that name"},
    {CLI_DECLINED, "the question was not answered with yes"},
    {CLI_INTERRUPTED, "interrupted (128 plus the signal's number)"},
    {0},
};

static const struct cli_option common_options[] = {
    {.name = "json", .help = "Print one JSON document."},
    {.name = "help", .letter = 'h', .help = "Explain this command."},
    {0},
};

const struct cli_option *cli_command_option(const struct cli_command *command, size_t index)
{
    const struct cli_option *option = command->options;
    for (; option && option->name; option++)
        if (index-- == 0)
            return option;
    for (option = common_options + !command->has_json; option->name; option++)
        if (index-- == 0)
            return option;
    return NULL;
}

const struct cli_command *cli_command_find(const char *name)
{
    for (size_t i = 0; cli_commands[i]; i++)
        if (strcmp(cli_commands[i]->name, name) == 0)
            return cli_commands[i];
    return NULL;
}

bool cli_command_unknown(const char *name, struct error *error)
{
    const char *names[sizeof cli_commands / sizeof *cli_commands];
    size_t count = 0;
    for (; cli_commands[count]; count++)
        names[count] = cli_commands[count]->name;
    const char *nearest = text_nearest(name, names, count);
    if (nearest)
        return error_set(error, ERROR_INVALID, "there is no command \"%.60s\"; did you mean %s?",
                         name, nearest);
    return error_set(error, ERROR_INVALID,
                     "there is no command \"%.60s\"; image-storage-mcp help lists them", name);
}

enum cli_exit cli_exit_code(const struct error *error)
{
    switch (error->code) {
    case ERROR_NONE:
        return CLI_DONE;
    case ERROR_INVALID:
        return CLI_USAGE;
    case ERROR_NOT_FOUND:
        return CLI_NOT_FOUND;
    case ERROR_CANCELLED:
        return CLI_INTERRUPTED;
    default:
        return CLI_FAILED;
    }
}

bool cli_date_range(const struct cli *cli, int64_t *ret_from_ms, int64_t *ret_until_ms,
                    struct error *error)
{
    const struct date_range range = {.start = cli_value(cli, "from"),
                                     .end = cli_value(cli, "to"),
                                     .start_name = "--from",
                                     .end_name = "--to"};
    return date_range_parse(&range, ret_from_ms, ret_until_ms, error);
}

void cli_report(const struct output *errors, const char *format, ...)
{
    char text[960];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    progress_clear();
    output_say(errors, STYLE_BAD, "image-storage-mcp: %s", text);
    fflush(errors->file);
}

void cli_report_error(const struct output *errors, const char *subject, const struct error *error)
{
    const char *advice = advice_for_commands(error);
    cli_report(errors, "%s%s%s%s%s", subject ? subject : "", subject ? ": " : "", error->text,
               advice ? "; " : "", advice ? advice : "");
}

/* Nothing is said when whoever read the output has gone. */
static enum cli_exit report(const struct cli *cli, const struct error *error)
{
    if (error->code != ERROR_CANCELLED || interrupt_signal())
        cli_report_error(&cli->errors, NULL, error);
    return cli->status != CLI_DONE ? cli->status : cli_exit_code(error);
}

static enum cli_exit run(struct cli *cli)
{
    struct error error;
    bool done = cli->command->run(cli, &error) && output_flush(&cli->output, &error);
    progress_clear();
    return done ? cli->status : report(cli, &error);
}

/* Runs a command that works on the store. */
static enum cli_exit run_on_storage(struct cli *cli)
{
    struct config config;
    struct error error;
    if (!config_load_or_report(&config, stderr))
        return CLI_USAGE;
    enum cli_exit status;
    if (storage_from_config(&config, &cli->storage, &error)) {
        cli->config = &config;
        status = run(cli);
        storage_destroy(cli->storage);
    } else {
        status = report(cli, &error);
    }
    config_finish(&config);
    return status;
}

static void cli_finish(struct cli *cli)
{
    free(cli->given);
}

static enum cli_exit run_interruptibly(struct cli *cli)
{
    struct error error;
    static struct cancel cancel; /* the thread that waits for signals outlives this function */
    cancel_init(&cancel);
    cli->operation.cancel = &cancel;
    if (!interrupt_start(&cancel, &error))
        return report(cli, &error);
    progress_start(&cli->operation);
    return cli->command->needs == CLI_NEEDS_STORAGE ? run_on_storage(cli) : run(cli);
}

static enum cli_exit run_command(struct cli *cli, int argc, char **argv)
{
    struct error error;
    if (!options_read(cli, argc, argv, &error))
        return report(cli, &error);
    cli->output.json = cli_has(cli, "json");
    if (cli_has(cli, "help")) {
        help_command(&cli->output, cli->command);
        return output_flush(&cli->output, &error) ? CLI_DONE : report(cli, &error);
    }
    return run_interruptibly(cli);
}

/* The command that the first argument names; --help is a name of one, too. */
static const struct cli_command *find_command(const char *name, struct error *error)
{
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return &command_help;
    const struct cli_command *command = cli_command_find(name);
    if (!command)
        cli_command_unknown(name, error);
    return command;
}

int cli_main(int argc, char **argv)
{
    struct error error;
    CLEANUP(cli_finish) struct cli cli = {0};
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of the write */
    output_init(&cli.output, stdout, false);
    output_init(&cli.errors, stderr, false);
    if (strcmp(argv[1], "--version") == 0) {
        printf("image-storage-mcp %s\n", VERSION);
        return CLI_DONE;
    }
    cli.command = find_command(argv[1], &error);
    enum cli_exit status = cli.command ? run_command(&cli, argc - 1, argv + 1)
                                       : report(&cli, &error);
    if (status == CLI_INTERRUPTED)
        interrupt_end(interrupt_signal() ? interrupt_signal() : SIGPIPE);
    return status;
}
