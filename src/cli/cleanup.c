/* SPDX-License-Identifier: MIT */
/* The plan that is shown is the one that is executed: if the store does not give the same plan any
 * more when the answer has come, nothing is deleted. */
#include "base/clock.h"
#include "base/counted.h"
#include "cli/commands.h"
#include "cli/image_text.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/question.h"
#include "storage/age.h"
#include "storage/storage_cleanup.h"
#include "views/cleanup_json.h"

enum { QUESTION_SIZE = 96 };

static const char interrupted[] = "interrupted; images that were being deleted then may be gone";

static bool read_policy(const struct cli *cli, struct retention_policy *policy, struct error *error)
{
    const char *older_than = cli_value(cli, "older-than");
    *policy = (struct retention_policy){.model = cli_value(cli, "model")};
    if (!cli_number(cli, "keep", 0, INT64_MAX, -1, &policy->keep_count, error) ||
        (older_than && !age_parse(older_than, clock_wall_ms(), &policy->older_than_ms, error)))
        return false;
    return retention_check(policy, error);
}

/* As list prints images: filenames for people, keys for programs. */
static bool print_sample(const struct cleanup_plan *plan, const struct output *output,
                         struct error *error)
{
    static const char *const titles[] = {"MADE", "SIZE", "MODEL", "NAME"};
    static const struct table_column layout[] = {
        {.drops = 2}, {.right = true, .drops = 1}, {.least = 10, .drops = 3}, {0}};
    CLEANUP(table_finish) struct table table = {0};
    char made[CLOCK_TEXT_SIZE], size[COUNT_TEXT_SIZE], model[IMAGE_KEY_SLUG_MAX + 1];
    table_init(&table, titles, output->terminal ? 4 : 3);
    table.layout = layout;
    for (size_t i = 0; i < plan->sample_count; i++) {
        const struct cleanup_item *item = &plan->sample[i];
        image_key_copy_slug(item->key, &item->parts, model);
        if (output->terminal) {
            format_local_time(item->time_ms, made);
            format_size(item->size, size);
        } else {
            clock_format_rfc3339(item->time_ms, made);
            snprintf(size, sizeof size, "%llu", (unsigned long long)item->size);
        }
        if (!table_add(&table, made, error) || !table_add(&table, size, error) ||
            !table_add(&table, output->terminal ? model : item->key, error) ||
            (output->terminal &&
             !table_add(&table, image_key_filename(item->key, &item->parts), error)))
            return false;
    }
    return table_print(&table, output, error);
}

/* How many are kept is known only where a number of them must be: other days are not looked at. */
static bool print_plan(const struct retention_policy *policy, const struct cleanup_plan *plan,
                       const struct output *output, struct error *error)
{
    char size[SIZE_TEXT_SIZE];
    bool counts = policy->keep_count >= 0;
    const struct counted count = counted_grouped(plan->count, "image"),
                         kept = counted_grouped(plan->kept, "image");
    format_size(plan->bytes, size);
    progress_clear();
    if (plan->count == 0) {
        output_say(output, STYLE_PLAIN, "Nothing to delete%s%s%s.", counts ? ": " : "",
                   counts ? kept.text : "", counts ? " kept" : "");
        return true;
    }
    output_say(output, STYLE_BOLD, "%s (%s) to be deleted%s%s%s.", count.text, size,
               counts ? ", " : "", counts ? kept.text : "", counts ? " kept" : "");
    if (!print_sample(plan, output, error))
        return false;
    if (plan->count > plan->sample_count)
        output_say(output, STYLE_PLAIN, "and %s more, made before these.",
                   counted_digits(plan->count - plan->sample_count).text);
    return true;
}

static void print_result(const struct cleanup_plan *plan, const struct cleanup_result *result,
                         const struct cli *cli)
{
    const struct output *errors = &cli->errors;
    char size[SIZE_TEXT_SIZE];
    const struct counted deleted = counted_grouped(result->deleted, "image");
    format_size(result->bytes, size);
    progress_clear();
    if (!cli->output.json && result->deleted == plan->count)
        output_say(&cli->output, STYLE_PLAIN, "Deleted %s (%s).", deleted.text, size);
    else if (!cli->output.json)
        output_say(&cli->output, STYLE_PLAIN, "Deleted %s of %s (%s).", deleted.text,
                   counted_digits(plan->count).text, size);
    for (size_t i = 0; i < result->failure_count; i++)
        cli_report(errors, "%s: %s", result->failures[i].key, result->failures[i].text);
    if (result->failed > result->failure_count)
        output_say(errors, STYLE_PLAIN, "%llu more could not be deleted.",
                   (unsigned long long)(result->failed - result->failure_count));
    if (result->stopped.code == ERROR_CANCELLED)
        cli_report(errors, "%s", interrupted);
    else if (result->stopped.code != ERROR_NONE)
        cli_report_error(errors, NULL, &result->stopped);
}

static bool execute(struct cli *cli, const struct retention_policy *policy,
                    const struct cleanup_plan *plan, struct error *error)
{
    CLEANUP(cleanup_result_finish) struct cleanup_result result = {0};
    progress_label("deleting");
    if (!storage_cleanup(cli->storage, &cli->operation, policy, plan->saved_until_ms, plan->digest,
                         &result, error)) {
        if (error->code == ERROR_INVALID) /* the plan's fault, not the command line's */
            cli->status = CLI_FAILED;
        if (error->code == ERROR_CANCELLED)
            error_set(error, ERROR_CANCELLED, "%s", interrupted);
        return false;
    }
    if (result.stopped.code != ERROR_NONE)
        cli->status = cli_exit_code(&result.stopped);
    else if (result.failed > 0)
        cli->status = CLI_FAILED;
    print_result(plan, &result, cli);
    return !cli->output.json || output_json(&cli->output, cleanup_json_result(&result), error);
}

static bool ask(struct cli *cli, const struct retention_policy *policy,
                const struct cleanup_plan *plan, bool *ret_go, struct error *error)
{
    char question[QUESTION_SIZE];
    snprintf(question, sizeof question, "Delete %s for good?",
             counted_grouped(plan->count, "image").text);
    if (!cli_has(cli, "yes") && !print_plan(policy, plan, &cli->errors, error))
        return false;
    if (!question_confirm(cli, question, ret_go, error))
        return false;
    if (!*ret_go)
        output_say(&cli->errors, STYLE_PLAIN, "Nothing was deleted.");
    return true;
}

/* A plan without images is executed too, for what saves that broke off have left. */
static bool tidy(struct cli *cli, const struct retention_policy *policy,
                 const struct cleanup_plan *plan, struct error *error)
{
    CLEANUP(cleanup_result_finish) struct cleanup_result result = {0};
    return storage_cleanup(cli->storage, &cli->operation, policy, plan->saved_until_ms,
                           plan->digest, &result, error);
}

static bool run_cleanup(struct cli *cli, struct error *error)
{
    CLEANUP(cleanup_plan_finish) struct cleanup_plan plan = {0};
    struct retention_policy policy;
    bool go;
    if (!read_policy(cli, &policy, error))
        return false;
    progress_label("looking");
    if (!storage_plan_cleanup(cli->storage, &cli->operation, &policy, &plan, error))
        return false;
    if (plan.count == 0 && !cli_has(cli, "dry-run") && !tidy(cli, &policy, &plan, error))
        return false;
    if (plan.count == 0 || cli_has(cli, "dry-run"))
        return cli->output.json ? output_json(&cli->output, cleanup_json_plan(&plan), error)
                                : print_plan(&policy, &plan, &cli->output, error);
    return ask(cli, &policy, &plan, &go, error) && (!go || execute(cli, &policy, &plan, error));
}

static const struct cli_option options[] = {
    {.name = "older-than",
     .letter = 'o',
     .argument = "AGE",
     .help = "Delete images older than this: 45min, 12h, 30d, 2w, 6mon, 1y, or a date such as "
             "2024-09-01."},
    {.name = "keep",
     .letter = 'k',
     .argument = "NUMBER",
     .help = "Keep this many of the newest images, whatever their age."},
    {.name = "model", .letter = 'm', .argument = "MODEL", .help = "Only images of this model."},
    {.name = "dry-run", .letter = 'n', .help = "Print the plan and delete nothing."},
    CLI_YES_OPTION,
    {0},
};

const struct cli_command command_cleanup = {
    .name = "cleanup",
    .arguments = "",
    .summary = "Delete old images by a rule",
    .description = "Makes a plan, shows it and asks, unless --yes is given; then deletes exactly "
                   "what was planned. Images saved in the meantime are kept, and if anything else "
                   "has changed, nothing is deleted. With both --older-than and --keep an image is "
                   "deleted only if it is older and not among the newest.",
    .options = options,
    .has_json = true,
    .needs = CLI_NEEDS_STORAGE,
    .run = run_cleanup,
};
