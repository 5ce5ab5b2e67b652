/* SPDX-License-Identifier: MIT */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/operation.h"
#include "cli/table.h"
#include "config/config.h"
#include "storage/storage.h"

#include <stddef.h>

/* The commands for people. Each is described by one struct cli_command, which is all that parsing,
 * help texts, shell completion and the man page know of it, and is a function over the same storage
 * calls that the tools make. Adding a command is one file and one line in src/cli/commands.c. */

enum cli_exit {
    CLI_DONE = 0,
    CLI_FAILED = 1,        /* something could not be done */
    CLI_USAGE = 2,         /* wrong arguments or configuration */
    CLI_NOT_FOUND = 3,     /* there is no such image */
    CLI_DECLINED = 4,      /* a question was answered with no, or could not be asked */
    CLI_INTERRUPTED = 130, /* the process ends by the signal; shells show 128 and its number */
};

/* What help says of them; the last has no meaning. */
struct cli_exit_meaning {
    enum cli_exit code;
    const char *meaning;
};
extern const struct cli_exit_meaning cli_exit_meanings[];

/* What shells offer for a value: words with spaces between them, or one of these. */
#define CLI_FILES    "<files>"
#define CLI_COMMANDS "<commands>"

struct cli_option {
    const char *name;     /* without the dashes */
    char letter;          /* 0: none */
    const char *argument; /* what help calls its value, "DATE"; NULL: it has none */
    const char *help;     /* one sentence */
    const char *values;   /* what shells offer for the value; NULL: nothing */
};

enum cli_needs {
    CLI_NEEDS_NOTHING,
    CLI_NEEDS_STORAGE, /* the configuration is loaded and the store is opened */
};

struct cli;

struct cli_command {
    const char *name;
    const char *arguments;            /* as usage shows them, "FILE..."; "" for none */
    const char *values;               /* what shells offer for them; NULL: nothing */
    const char *summary;              /* one line without a full stop */
    const char *description;          /* what more there is to say, as paragraphs; NULL: nothing */
    const struct cli_option *options; /* of its own; the last has no name. NULL: none */
    size_t arguments_min, arguments_max;
    bool has_json; /* understands --json */
    enum cli_needs needs;

    /* Does it. On failure the error is printed, and its code makes the exit code unless cli->status
     * says another; what has failed in part succeeds here, prints what has, and sets cli->status.
     */
    bool (*run)(struct cli *cli, struct error *error);
};

/* The options of a command, its own first, then those that all have; NULL after the last. */
const struct cli_option *cli_command_option(const struct cli_command *command, size_t index);

/* An option as it was given. */
struct cli_given {
    const char *name;  /* borrowed from its struct cli_option */
    const char *value; /* NULL for an option without one */
};

/* A command that is run. */
struct cli {
    const struct cli_command *command;
    struct cli_given *given; /* in the order of the command line */
    size_t given_count;
    char **arguments;
    size_t argument_count;

    struct output output;        /* stdout: what was asked for */
    struct output errors;        /* stderr: what else there is to say; never JSON */
    struct operation operation;  /* Ctrl-C cancels it; its progress is shown on a terminal */
    const struct config *config; /* NULL unless the command needs the storage */
    struct storage *storage;     /* the same */
    enum cli_exit status;        /* of the process when run succeeds */
};

/* Whether an option was given, and its value (of the last one of that name), or NULL. */
bool cli_has(const struct cli *cli, const char *name);
const char *cli_value(const struct cli *cli, const char *name);

/* The value of an option as a whole number; `initial` when it was not given. ERROR_INVALID. */
bool cli_number(const struct cli *cli, const char *name, int64_t min, int64_t max, int64_t initial,
                int64_t *ret_number, struct error *error) MUST_CHECK;

/* --from and --to: days (both included) or RFC 3339 times, as date_range of the tools.
 * *ret_from_ms and *ret_until_ms are 0 where there is no bound. */
bool cli_date_range(const struct cli *cli, int64_t *ret_from_ms, int64_t *ret_until_ms,
                    struct error *error) MUST_CHECK;
#define CLI_DATE_RANGE_OPTIONS                                                                     \
    {.name = "from", .argument = "DATE", .help = "Only images made on this day (UTC) or later."},  \
    {                                                                                              \
        .name = "to", .argument = "DATE", .help = "Only images made on this day or earlier."       \
    }

/* The exit code that belongs to an error. */
enum cli_exit cli_exit_code(const struct error *error);

/* Prints an error on stderr, for commands that go on after it. */
void cli_report(const struct output *errors, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* ... with what to do about it (cli/advice.h). subject: the file or name it is about, or NULL. */
void cli_report_error(const struct output *errors, const char *subject, const struct error *error);

#endif
