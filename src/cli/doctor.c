/* SPDX-License-Identifier: MIT */
/* On a terminal the findings come as they are made, since some take seconds. */
#include "doctor/doctor.h"
#include "base/array.h"

#include "cli/commands.h"

#include <string.h>

enum { STATUS_WIDTH = 9, CHECK_WIDTH = 20, INDENT = STATUS_WIDTH + CHECK_WIDTH, TEXT_MIN = 30 };

struct printer {
    struct cli *cli;
    json_t *findings; /* with --json */
    bool failed;
};

static json_t *finding_json(const struct finding *finding)
{
    return json_pack("{s:s, s:s, s:s, s:s*}", "check", finding->check, "status",
                     finding_status_name(finding->status), "text", finding->text, "fix",
                     *finding->fix ? finding->fix : NULL);
}

static void print_padded(const struct output *output, enum output_style style, const char *text,
                         size_t width)
{
    size_t length = strlen(text);
    output_text(output, style, text);
    fprintf(output->file, "%*s", length < width ? (int)(width - length) : 1, "");
}

/* Beside the name of the check, or below it where there is little room. */
static void print_for_people(const struct output *output, const struct finding *finding)
{
    static const enum output_style styles[] = {
        [FINDING_OK] = STYLE_GOOD,
        [FINDING_SKIPPED] = STYLE_DIM,
        [FINDING_WARNING] = STYLE_WARN,
        [FINDING_FAILED] = STYLE_BAD,
    };
    bool narrow = output->width < INDENT + TEXT_MIN;
    size_t indent = narrow ? STATUS_WIDTH : INDENT;
    print_padded(output, styles[finding->status], finding_status_name(finding->status),
                 STATUS_WIDTH);
    print_padded(output, STYLE_BOLD, finding->check, CHECK_WIDTH);
    if (narrow)
        fprintf(output->file, "\n%*s", (int)indent, "");
    output_wrapped(output, finding->status == FINDING_SKIPPED ? STYLE_DIM : STYLE_PLAIN, indent,
                   finding->text);
    if (!*finding->fix)
        return;
    fprintf(output->file, "%*s", (int)indent, "-> ");
    output_wrapped(output, STYLE_BOLD, indent, finding->fix);
}

static void print_fields(const struct output *output, const struct finding *finding)
{
    const char *const fields[] = {finding_status_name(finding->status), finding->check,
                                  finding->text, finding->fix};
    for (size_t i = 0; i < LENGTH(fields); i++) {
        if (i > 0)
            fputc('\t', output->file);
        output_text(output, STYLE_PLAIN, fields[i]);
    }
    fputc('\n', output->file);
}

static void print(void *argument, const struct finding *finding)
{
    struct printer *printer = argument;
    const struct output *output = &printer->cli->output;
    printer->failed |= finding->status == FINDING_FAILED;
    if (output->json)
        json_array_append_new(printer->findings, finding_json(finding));
    else if (output->terminal)
        print_for_people(output, finding);
    else
        print_fields(output, finding);
    fflush(output->file);
}

static bool doctor_command_run(struct cli *cli, struct error *error)
{
    struct printer printer = {.cli = cli, .findings = json_array()};
    bool done = doctor_run(&cli->operation, print, &printer, error);
    bool healthy = done && !printer.failed;
    if (cli->output.json) {
        struct error ignored;
        json_t *document = json_pack("{s:b, s:o}", "ok", healthy, "findings", printer.findings);
        bool printed = output_json(&cli->output, document, done ? error : &ignored);
        done = done && printed;
    } else {
        json_decref(printer.findings);
    }
    if (done && !healthy)
        cli->status = CLI_FAILED;
    return done;
}

const struct cli_command command_doctor = {
    .name = "doctor",
    .arguments = "",
    .summary = "Check the set-up, from the configuration to the public URL",
    .description =
        "Checks, with the current configuration, every step that an image takes: the connection to "
        "the store, the keys, and, with a small probe image that is deleted again, put, get, list "
        "and delete; then fetches the probe from its public URL without keys. Each line is a "
        "result; below a failure stands how to fix it.\nThe exit code is 1 if a check failed; "
        "warnings do not count.",
    .has_json = true,
    .run = doctor_command_run,
};
