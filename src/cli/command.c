/* SPDX-License-Identifier: MIT */
/* What every command needs besides its own work: the options that all have, the values that were
 * given, errors on stderr, and the exit code. It knows no command. */
#include "cli/command.h"

#include "base/quote.h"
#include "cli/advice.h"
#include "cli/progress.h"
#include "storage/date_range.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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

static const struct cli_given *find_given(const struct cli *cli, const char *name)
{
    for (size_t i = cli->given_count; i-- > 0;)
        if (strcmp(cli->given[i].name, name) == 0)
            return &cli->given[i];
    return NULL;
}

bool cli_has(const struct cli *cli, const char *name)
{
    return find_given(cli, name) != NULL;
}

const char *cli_value(const struct cli *cli, const char *name)
{
    const struct cli_given *given = find_given(cli, name);
    return given ? given->value : NULL;
}

bool cli_number(const struct cli *cli, const char *name, int64_t min, int64_t max, int64_t initial,
                int64_t *ret_number, struct error *error)
{
    const char *text = cli_value(cli, name);
    char *end;
    if (!text) {
        *ret_number = initial;
        return true;
    }
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (end == text || *end || errno || number < min || number > max)
        return error_set(error, ERROR_INVALID,
                         "--%s is %s, but must be a whole number from %lld to %lld", name,
                         quoted(text, 40).text, (long long)min, (long long)max);
    *ret_number = number;
    return true;
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
