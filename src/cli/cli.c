/* SPDX-License-Identifier: MIT */
/* From the command line to an exit code: the command is found, its options are read, its storage
 * is opened, and it runs in such a way that Ctrl-C can end it. */
#include "cli/cli.h"

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "config/config_storage.h"
#include "version.h"

#include <signal.h>
#include <string.h>

/* Silent when the reader of the output has closed it. */
static enum cli_exit cli_end_failed(const struct cli *cli, const struct error *error)
{
    if (error->code != ERROR_CANCELLED || interrupt_signal())
        cli_report_error(&cli->errors, NULL, error);
    return cli->status != CLI_DONE ? cli->status : cli_exit_code(error);
}

static enum cli_exit cli_run(struct cli *cli)
{
    struct error error;
    bool done = cli->command->run(cli, &error) && output_flush(&cli->output, &error);
    progress_clear();
    return done ? cli->status : cli_end_failed(cli, &error);
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
        status = cli_run(cli);
        storage_destroy(cli->storage);
    } else {
        status = cli_end_failed(cli, &error);
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
        return cli_end_failed(cli, &error);
    progress_start(&cli->operation);
    return cli->command->needs == CLI_NEEDS_STORAGE ? run_on_storage(cli) : cli_run(cli);
}

static enum cli_exit run_command(struct cli *cli, int argc, char **argv)
{
    struct error error;
    if (!options_read(cli, argc, argv, &error))
        return cli_end_failed(cli, &error);
    cli->output.json = cli_has(cli, "json");
    if (cli_has(cli, "help")) {
        help_command(&cli->output, cli->command);
        return output_flush(&cli->output, &error) ? CLI_DONE : cli_end_failed(cli, &error);
    }
    return run_interruptibly(cli);
}

/* The command that the first argument names; --help is a name of one, too. */
static const struct cli_command *find_command(const char *name, struct error *error)
{
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return &command_help;
    const struct cli_command *command = commands_find(name);
    if (!command)
        commands_refuse_unknown(name, error);
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
                                       : cli_end_failed(&cli, &error);
    if (status == CLI_INTERRUPTED)
        interrupt_end(interrupt_signal() ? interrupt_signal() : SIGPIPE);
    return status;
}
