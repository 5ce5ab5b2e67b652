/* SPDX-License-Identifier: MIT */
/* A file that cannot be saved is reported, and the others are saved all the same. */
#include "base/clock.h"
#include "base/json_text.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/file.h"
#include "cli/image_text.h"
#include "cli/interrupt.h"
#include "cli/parallel.h"
#include "cli/progress.h"
#include "storage/image_key.h"
#include "views/image_json.h"

#include <string.h>
#include <sys/stat.h>

static const char unknown_model[] = "unknown", standard_input[] = "-";

struct save_file {
    const char *name;
    struct error error; /* ERROR_NONE: it was saved */
    struct stored_image image;
    uint64_t size, sent; /* bytes, for the progress */
};

struct save_run {
    struct cli *cli;
    struct image_metadata metadata; /* of all files; prompt NULL: the file's name */
    struct blob *input;             /* what came on standard input; NULL: nothing was asked of it */
    struct save_file *files;
    size_t saved, failed;
    const char *hint; /* about the URLs; NULL: none */
    struct {
        pthread_mutex_t mutex;
        uint64_t sent, size; /* bytes */
        size_t done;         /* files, saved or not */
    } locked;
};

static void run_finish(struct save_run *run)
{
    for (size_t i = 0; run->files && i < run->cli->argument_count; i++)
        stored_image_finish(&run->files[i].image);
    free(run->files);
    blob_destroy(run->input);
    image_metadata_finish(&run->metadata);
    pthread_mutex_destroy(&run->locked.mutex);
}

/* Options */

/* A text that the images get; NULL when it is not given. */
static bool read_text(const struct cli *cli, const char *name, char **ret_text, struct error *error)
{
    const char *text = cli_value(cli, name);
    if (!text)
        return true;
    if (!utf8_valid(text))
        return error_set(error, ERROR_INVALID, "--%s is not UTF-8 text", name);
    return (*ret_text = strdup(text)) || error_no_memory(error);
}

static bool read_timestamp(const char *text, int64_t *ret_ms, struct error *error)
{
    if (!text)
        *ret_ms = clock_wall_ms();
    if (!text || image_key_parse_day(text, strlen(text), ret_ms) ||
        clock_parse_time(text, ret_ms, error))
        return true;
    return error_set(error, ERROR_INVALID,
                     "--timestamp is %s, but must be a day such as 2024-09-27 or a time "
                     "such as 2024-09-27T10:00:00Z",
                     quoted(text, 40).text);
}

static bool read_parameters(const char *text, char **ret_parameters, struct error *error)
{
    json_error_t problem;
    if (!text)
        return true;
    json_t *parameters = json_loads(text, JSON_REJECT_DUPLICATES, &problem);
    if (!json_is_object(parameters)) {
        error_set(error, ERROR_INVALID,
                  "--parameters must be a JSON object, such as '{\"seed\": 42}'%s%s",
                  parameters ? "" : ": ", parameters ? "" : problem.text);
        json_decref(parameters);
        return false;
    }
    *ret_parameters = json_text(parameters, 0);
    json_decref(parameters);
    return *ret_parameters || error_no_memory(error);
}

static bool read_options(const struct cli *cli, struct image_metadata *metadata,
                         struct error *error)
{
    if (!read_text(cli, "prompt", &metadata->prompt, error) ||
        !read_text(cli, "model", &metadata->model, error) ||
        !read_text(cli, "category", &metadata->category, error) ||
        !read_timestamp(cli_value(cli, "timestamp"), &metadata->timestamp_ms, error) ||
        !read_parameters(cli_value(cli, "parameters"), &metadata->parameters, error))
        return false;
    if (metadata->category && !*metadata->category) {
        free(metadata->category);
        metadata->category = NULL;
    }
    if (!metadata->model && !(metadata->model = strdup(unknown_model)))
        return error_no_memory(error);
    if (!*metadata->model)
        return error_set(error, ERROR_INVALID, "--model is empty; leave it out if it is not known");
    return true;
}

/* Saving one file */

static bool is_input(const struct save_file *file)
{
    return strcmp(file->name, standard_input) == 0;
}

/* Without a prompt an image can be found by the name that its file had. */
static bool set_prompt(const struct save_file *file, struct image_metadata *metadata,
                       struct error *error)
{
    const char *slash = strrchr(file->name, '/'), *name = slash ? slash + 1 : file->name;
    if (metadata->prompt)
        return true;
    if (!(metadata->prompt = strdup(is_input(file) ? "" : name)))
        return error_no_memory(error);
    utf8_mend(metadata->prompt);
    return true;
}

struct upload {
    struct save_run *run;
    struct save_file *file;
};

/* The progress is that of all files together. */
static void show_progress_locked(struct save_run *run)
{
    char text[64];
    snprintf(text, sizeof text, "%zu of %zu", run->locked.done, run->cli->argument_count);
    operation_progress(&run->cli->operation, run->locked.sent, run->locked.size, text);
}

static void note_sent(void *argument, uint64_t done, uint64_t total, const char *message)
{
    struct upload *upload = argument;
    struct save_run *run = upload->run;
    (void)total;
    (void)message;
    pthread_mutex_lock(&run->locked.mutex);
    run->locked.sent += done - upload->file->sent;
    upload->file->sent = done;
    show_progress_locked(run);
    pthread_mutex_unlock(&run->locked.mutex);
}

static bool save(struct save_run *run, struct save_file *file, const struct operation *operation,
                 struct error *error)
{
    CLEANUP(blob_destroy_cleanup) struct blob *owned = NULL;
    CLEANUP(image_metadata_finish) struct image_metadata metadata = {0};
    struct upload upload = {.run = run, .file = file};
    const struct operation with_progress = {
        .cancel = operation->cancel, .progress = note_sent, .progress_argument = &upload};
    if (!is_input(file) &&
        !file_read(file->name, run->cli->config->image_max_bytes, operation, &owned, error))
        return false;
    return image_metadata_copy(&run->metadata, &metadata, error) &&
           set_prompt(file, &metadata, error) &&
           storage_save(run->cli->storage, &with_progress, is_input(file) ? run->input : owned,
                        &metadata, &file->image, error);
}

static void work(void *argument, size_t index, const struct operation *operation)
{
    struct save_run *run = argument;
    struct save_file *file = &run->files[index];
    struct error error;
    if (save(run, file, operation, &error))
        file->error.code = ERROR_NONE;
    else
        file->error = error;
    pthread_mutex_lock(&run->locked.mutex);
    run->locked.done++;
    show_progress_locked(run);
    pthread_mutex_unlock(&run->locked.mutex);
}

/* What is said of it */

static void print_saved(const struct save_file *file, const struct output *output)
{
    char summary[IMAGE_SUMMARY_SIZE], expiry[CLOCK_TEXT_SIZE];
    image_summary(&file->image, summary);
    image_url_expiry(&file->image.url, expiry);
    output_say(output, STYLE_BOLD, "%s: %s (%s)", file->name,
               file->image.deduplicated ? "stored before" : "saved", summary);
    fputs("  ", output->file);
    output_text(output, STYLE_GOOD, file->image.url.url);
    if (*expiry)
        fprintf(output->file, "\n  works %s", expiry);
    fputc('\n', output->file);
}

/* Beside the URLs, so that a pipe does not get them. */
static void print_notes(const struct save_file *file, const struct output *errors)
{
    for (unsigned i = 0; i < IMAGE_NOTE_COUNT; i++)
        if (file->image.image.notes >> i & 1)
            output_say(errors, STYLE_PLAIN, "%s: %s", file->name,
                       image_note_text((enum image_note)i));
}

static bool save_report(void *argument, size_t index, struct error *error)
{
    struct save_run *run = argument;
    struct save_file *file = &run->files[index];
    const struct output *output = &run->cli->output;
    if (file->error.code == ERROR_CANCELLED)
        return true;
    if (file->error.code != ERROR_NONE) {
        run->failed++;
        cli_report_error(&run->cli->errors, file->name, &file->error);
        return true;
    }
    run->saved++;
    run->hint = file->image.url.hint;
    if (output->json)
        return true;
    progress_clear();
    if (output->terminal)
        print_saved(file, output);
    else
        output_line(output, STYLE_PLAIN, file->image.url.url);
    print_notes(file, &run->cli->errors);
    return output_flush(output, error); /* its reader need not wait for the others */
}

static json_t *file_json(const struct save_file *file)
{
    CLEANUP(free_cleanup) char *name = strdup(file->name);
    if (!name)
        return NULL;
    utf8_mend(name); /* file names may be anything, JSON may not */
    if (file->error.code == ERROR_NONE)
        return json_pack("{s:s, s:o}", "file", name, "image", image_json_saved(&file->image));
    return json_pack("{s:s, s:s}", "file", name, "error", file->error.text);
}

static json_t *run_json(const struct save_run *run)
{
    json_t *files = json_array();
    for (size_t i = 0; i < run->cli->argument_count; i++)
        if (json_array_append_new(files, file_json(&run->files[i])) < 0) {
            json_decref(files);
            return NULL;
        }
    return json_pack("{s:I, s:I, s:o}", "saved", (json_int_t)run->saved, "failed",
                     (json_int_t)run->failed, "files", files);
}

static void print_end(const struct save_run *run)
{
    const struct cli *cli = run->cli;
    const struct output *errors = &cli->errors;
    size_t count = cli->argument_count;
    progress_clear();
    if (interrupt_signal())
        output_say(errors, STYLE_PLAIN,
                   "Interrupted: %zu of %zu saved. It is harmless to save them again.", run->saved,
                   count);
    else if (count > 1 && run->failed > 0)
        output_say(errors, STYLE_PLAIN, "%zu of %zu saved.", run->saved, count);
    if (run->hint && cli->output.terminal && errors->terminal)
        output_say(errors, STYLE_PLAIN, "%s", run->hint);
}

/* Prepares a run */

/* Sums up the sizes, as far as they are known before the files are read. */
static bool prepare_files(struct save_run *run, struct error *error)
{
    struct cli *cli = run->cli;
    size_t inputs = 0;
    if (!(run->files = calloc(cli->argument_count, sizeof *run->files)))
        return error_no_memory(error);
    for (size_t i = 0; i < cli->argument_count; i++) {
        struct save_file *file = &run->files[i];
        struct stat status;
        file->name = cli->arguments[i];
        error_set(&file->error, ERROR_CANCELLED, "interrupted before it was saved");
        if (is_input(file))
            inputs++;
        else if (stat(file->name, &status) == 0 && S_ISREG(status.st_mode))
            run->locked.size += (uint64_t)status.st_size;
    }
    if (inputs > 1)
        return error_set(error, ERROR_INVALID, "standard input (-) can be saved once only");
    if (inputs == 0)
        return true;
    interrupt_ends_process(true);
    bool read = file_read_input(cli->config->image_max_bytes, &cli->operation, &run->input, error);
    interrupt_ends_process(false);
    if (!read)
        return error_prefix(error, "standard input");
    run->locked.size += run->input->size;
    return true;
}

static bool run_save(struct cli *cli, struct error *error)
{
    CLEANUP(run_finish)
    struct save_run run = {.cli = cli, .locked.mutex = PTHREAD_MUTEX_INITIALIZER};
    if (!read_options(cli, &run.metadata, error) || !prepare_files(&run, error))
        return false;
    const struct parallel parallel = {
        .count = cli->argument_count, .work = work, .report = save_report, .argument = &run};
    progress_label("saving");
    bool done = parallel_run(&parallel, &cli->operation, error);
    if (!done && !interrupt_signal())
        return false;
    cli->status = !done ? CLI_INTERRUPTED : run.failed > 0 ? CLI_FAILED : CLI_DONE;
    print_end(&run);
    return !cli->output.json || output_json(&cli->output, run_json(&run), error);
}

static const struct cli_option options[] = {
    {.name = "prompt",
     .letter = 'p',
     .argument = "TEXT",
     .help = "The prompt that the images were made from; default: the file's name."},
    {.name = "model",
     .letter = 'm',
     .argument = "MODEL",
     .help = "The model that made them; default: unknown."},
    {.name = "category", .letter = 'c', .argument = "NAME", .help = "A label to find them by."},
    {.name = "timestamp",
     .letter = 't',
     .argument = "TIME",
     .help = "When they were made, as 2024-09-27 or 2024-09-27T10:00:00Z; default: now."},
    {.name = "parameters", .argument = "JSON", .help = "The generation settings, a JSON object."},
    {0},
};

const struct cli_command command_save = {
    .name = "save",
    .arguments = "FILE...",
    .values = CLI_FILES,
    .summary = "Save images, get their URLs",
    .description =
        "FILE is a PNG, JPEG, WebP, GIF or AVIF image, or - for standard input. Several are saved "
        "in parallel. If one cannot be saved, the others still are, and the exit code is 1.\nIn a "
        "pipe only the URLs are printed, one a line, in the order of the files. "
        "Saving the same image again on the same day finds the one that is stored.",
    .options = options,
    .arguments_min = 1,
    .arguments_max = SIZE_MAX,
    .has_json = true,
    .needs = CLI_NEEDS_STORAGE,
    .run = run_save,
};
