/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "base/log.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "storage/factory.h"
#include "tools/date_range.h"
#include "version.h"

#include <string.h>

const struct cli_command *const cli_commands[] = {
    &command_list,
    &command_setup,
    &command_doctor,
    &command_help,
    NULL,
};

const struct cli_option cli_common_options[] = {
    {.name = "json", .help = "Print one JSON document."},
    {.name = "help", .letter = 'h', .help = "Explain this command."},
    {0},
};

const struct cli_command *cli_command_find(const char *name)
{
    for (size_t i = 0; cli_commands[i]; i++)
        if (strcmp(cli_commands[i]->name, name) == 0)
            return cli_commands[i];
    return NULL;
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

static enum cli_exit report(const struct error *error)
{
    progress_clear();
    log_error("%s", error->text);
    return cli_exit_code(error);
}

static enum cli_exit run(struct cli *cli)
{
    struct error error;
    bool done = cli->command->run(cli, &error) && output_flush(&cli->output, &error);
    progress_clear();
    return done ? cli->status : report(&error);
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
        status = report(&error);
    }
    config_finish(&config);
    return status;
}

static void cli_finish(struct cli *cli)
{
    free(cli->given);
}

static enum cli_exit run_command(const struct cli_command *command, int argc, char **argv)
{
    struct error error;
    struct cancel cancel;
    CLEANUP(cli_finish) struct cli cli = {.command = command, .operation = {.cancel = &cancel}};
    if (!options_read(&cli, argc, argv, &error))
        return report(&error);
    output_init(&cli.output, stdout, cli_has(&cli, "json"));
    if (cli_has(&cli, "help")) {
        help_command(stdout, command);
        return CLI_DONE;
    }
    cancel_init(&cancel);
    if (!interrupt_start(&cancel, &error))
        return report(&error);
    progress_start(&cli.operation);
    return command->needs == CLI_NEEDS_STORAGE ? run_on_storage(&cli) : run(&cli);
}

int cli_main(int argc, char **argv)
{
    const struct cli_command *command = cli_command_find(argv[1]);
    if (command)
        return run_command(command, argc - 1, argv + 1);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        help_program(stdout);
        return CLI_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("image-storage-mcp %s\n", VERSION);
        return CLI_DONE;
    }
    log_error("there is no command \"%.60s\"; see image-storage-mcp --help", argv[1]);
    return CLI_USAGE;
}
