/* SPDX-License-Identifier: MIT */
/* Before it asks, it looks: what will be deleted is shown by key, and then deleted by key. */
#include "base/counted.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/image_text.h"
#include "cli/interrupt.h"
#include "cli/parallel.h"
#include "cli/progress.h"
#include "cli/question.h"

#include <string.h>

enum { QUESTION_SIZE = 64 };

struct delete_target {
    const char *name;          /* as the user calls it */
    struct stored_image image; /* found; without a key: not looked for, or not there */
    struct error error;        /* ERROR_NONE: nothing went wrong */
    bool told;                 /* the user knows of the error */
    bool deleted;
    struct image_key key; /* of what was deleted */
};

struct delete_run {
    struct cli *cli;
    struct delete_target *targets;
    size_t deleted, absent, failed;
};

static void run_finish(struct delete_run *run)
{
    for (size_t i = 0; run->targets && i < run->cli->argument_count; i++)
        stored_image_finish(&run->targets[i].image);
    free(run->targets);
}

/* Looking */

static void delete_find(void *argument, size_t index, const struct operation *operation)
{
    struct delete_run *run = argument;
    struct delete_target *target = &run->targets[index];
    struct error error = {0};
    if (!storage_find(run->cli->storage, operation, target->name, &target->image, &error))
        target->error = error;
}

static bool report_failure(struct delete_run *run, struct delete_target *target)
{
    if (target->told || target->error.code == ERROR_CANCELLED)
        return true;
    target->told = true;
    run->absent += target->error.code == ERROR_NOT_FOUND;
    run->failed += target->error.code != ERROR_NOT_FOUND;
    if (target->error.code == ERROR_NOT_FOUND)
        cli_report(&run->cli->errors, "no image is stored as %s",
                   quoted(target->name, QUOTED_MAX).text);
    else
        cli_report_error(&run->cli->errors, NULL, &target->error);
    return true;
}

static bool report_found(void *argument, size_t index, struct error *error)
{
    struct delete_run *run = argument;
    struct delete_target *target = &run->targets[index];
    const struct output *errors = &run->cli->errors;
    char summary[IMAGE_SUMMARY_SIZE];
    (void)error;
    if (target->error.code != ERROR_NONE)
        return report_failure(run, target);
    image_summary(&target->image, summary);
    progress_clear();
    output_text(errors, STYLE_BOLD, target->image.key);
    fprintf(errors->file, "\n  %s", summary);
    if (target->image.metadata.prompt && *target->image.metadata.prompt) {
        fputs("\n  ", errors->file);
        output_wrapped(errors, STYLE_PLAIN, 2, target->image.metadata.prompt);
    } else {
        fputc('\n', errors->file);
    }
    return true;
}

/* Shows what there is, and asks. *ret_go: there is something to delete, and it is wanted. */
static bool look_and_ask(struct delete_run *run, bool *ret_go, struct error *error)
{
    struct cli *cli = run->cli;
    char question[QUESTION_SIZE];
    const struct parallel parallel = {
        .count = cli->argument_count, .work = delete_find, .report = report_found, .argument = run};
    progress_label("looking");
    if (!parallel_run(&parallel, &cli->operation, error))
        return false;
    *ret_go = false;
    size_t found = cli->argument_count - run->absent - run->failed;
    if (found == 0)
        return true;
    snprintf(question, sizeof question, "Delete %.40s for good?",
             found == 1 ? "it" : counted_grouped(found, "image").text);
    return question_confirm(cli, question, ret_go, error);
}

/* Deleting */

static void work(void *argument, size_t index, const struct operation *operation)
{
    struct delete_run *run = argument;
    struct delete_target *target = &run->targets[index];
    const char *name = target->image.key ? target->image.key : target->name;
    struct error error;
    if (target->error.code != ERROR_NONE)
        return;
    if (!storage_delete(run->cli->storage, operation, name, &target->deleted, &target->key, &error))
        target->error = error;
    else if (!target->deleted)
        target->error.code = ERROR_NOT_FOUND;
}

static bool delete_report(void *argument, size_t index, struct error *error)
{
    struct delete_run *run = argument;
    struct delete_target *target = &run->targets[index];
    const struct output *output = &run->cli->output;
    if (!target->deleted)
        return report_failure(run, target);
    run->deleted++;
    if (output->json)
        return true;
    progress_clear();
    fputs(output->terminal ? "deleted " : "", output->file);
    output_line(output, STYLE_PLAIN, target->key.text);
    return output_flush(output, error);
}

static json_t *target_json(const struct delete_target *target)
{
    CLEANUP(free_cleanup) char *name = strdup(target->name);
    if (!name)
        return NULL;
    utf8_mend(name);
    if (target->deleted)
        return json_pack("{s:s, s:b, s:s}", "name", name, "deleted", 1, "key", target->key.text);
    if (target->error.code == ERROR_NOT_FOUND)
        return json_pack("{s:s, s:b}", "name", name, "deleted", 0);
    return json_pack("{s:s, s:s}", "name", name, "error",
                     target->error.code != ERROR_NONE ? target->error.text
                                                      : "interrupted before it was deleted");
}

static json_t *run_json(const struct delete_run *run)
{
    json_t *images = json_array();
    for (size_t i = 0; i < run->cli->argument_count; i++)
        if (json_array_append_new(images, target_json(&run->targets[i])) < 0) {
            json_decref(images);
            return NULL;
        }
    return json_pack("{s:I, s:I, s:o}", "deleted", (json_int_t)run->deleted, "failed",
                     (json_int_t)run->failed, "images", images);
}

static bool delete_all(struct delete_run *run, struct error *error)
{
    struct cli *cli = run->cli;
    const struct parallel parallel = {
        .count = cli->argument_count, .work = work, .report = delete_report, .argument = run};
    progress_label("deleting");
    bool done = parallel_run(&parallel, &cli->operation, error);
    if (!done && !interrupt_signal())
        return false;
    progress_clear();
    if (!done) {
        output_say(&cli->errors, STYLE_PLAIN,
                   "Interrupted: %zu of %zu deleted; an image that was being deleted then may be "
                   "gone too.",
                   run->deleted, cli->argument_count);
        cli->status = CLI_INTERRUPTED;
    }
    return true;
}

static bool run_delete(struct cli *cli, struct error *error)
{
    CLEANUP(run_finish) struct delete_run run = {.cli = cli};
    bool go = true;
    if (!(run.targets = calloc(cli->argument_count, sizeof *run.targets)))
        return error_no_memory(error);
    for (size_t i = 0; i < cli->argument_count; i++)
        run.targets[i].name = cli->arguments[i];
    if ((!cli_has(cli, "yes") && !look_and_ask(&run, &go, error)) ||
        (go && !delete_all(&run, error)))
        return false;
    if (cli->status == CLI_DECLINED) {
        output_say(&cli->errors, STYLE_PLAIN, "Nothing was deleted.");
        return true;
    }
    if (cli->status == CLI_DONE)
        cli->status = run.failed > 0 ? CLI_FAILED : run.absent > 0 ? CLI_NOT_FOUND : CLI_DONE;
    return !cli->output.json || output_json(&cli->output, run_json(&run), error);
}

static const struct cli_option options[] = {
    CLI_YES_OPTION,
    {0},
};

const struct cli_command command_delete = {
    .name = "delete",
    .arguments = "NAME...",
    .summary = "Delete images and their metadata",
    .description = "NAME is an image's key, its filename, or a URL of it. Shows the images and "
                   "asks, unless --yes is given.",
    .options = options,
    .arguments_min = 1,
    .arguments_max = SIZE_MAX,
    .has_json = true,
    .needs = CLI_NEEDS_STORAGE,
    .run = run_delete,
};
