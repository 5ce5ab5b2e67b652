/* SPDX-License-Identifier: MIT */
/* One image for the eyes (its metadata, line by line), or its bytes into a file or a pipe: what
 * goes to a pipe is the image alone. */
#include "base/clock.h"
#include "base/counted.h"
#include "cli/commands.h"
#include "cli/file.h"
#include "cli/image_text.h"
#include "cli/progress.h"
#include "cli/text.h"
#include "views/image_json.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LABEL_WIDTH = 12 };

/* On a terminal a label and the text beside it, as long as it is; in a pipe both in one line. */
static void print_fact(const struct output *output, const char *label, const char *text, bool whole)
{
    if (!text || !*text)
        return;
    if (!output->terminal) {
        fprintf(output->file, "%s\t", label);
        output_line(output, STYLE_PLAIN, text);
        return;
    }
    output_text(output, STYLE_DIM, label);
    fprintf(output->file, "%*s", LABEL_WIDTH - (int)strlen(label), "");
    if (whole) {
        output_line(output, STYLE_PLAIN, text);
    } else {
        output_wrapped(output, STYLE_PLAIN, LABEL_WIDTH, text);
    }
}

/* A moment as a person or a program reads it. */
static void print_time(const struct output *output, const char *label, int64_t ms)
{
    char text[CLOCK_TEXT_SIZE];
    if (ms == 0)
        return;
    if (output->terminal)
        format_local_time(ms, text);
    else
        clock_format_rfc3339(ms, text);
    print_fact(output, label, text, true);
}

static void print_size(const struct output *output, uint64_t bytes)
{
    char text[COUNT_TEXT_SIZE + 2 * SIZE_TEXT_SIZE + 64], size[SIZE_TEXT_SIZE];
    format_size(bytes, size);
    if (!output->terminal)
        snprintf(text, sizeof text, "%llu", (unsigned long long)bytes);
    else if (bytes < 1000)
        strcpy(text, size);
    else
        snprintf(text, sizeof text, "%s (%s)", size, counted_grouped(bytes, "byte").text);
    print_fact(output, "size", text, true);
}

static void print_image(const struct output *output, const struct stored_image *image)
{
    const struct image_metadata *metadata = &image->metadata;
    char pixels[32];
    snprintf(pixels, sizeof pixels, "%ux%u", image->image.width, image->image.height);
    print_fact(output, "url", image->url.url, true);
    print_time(output, "url expires", image->url.expires_ms);
    print_fact(output, "key", image->key, true);
    print_fact(output, "type", image_mime_type(image->image.format), true);
    print_fact(output, "pixels", pixels, true);
    print_size(output, image->size);
    print_time(output, "saved", image->modified_ms);
    print_fact(output, "sha256", image->sha256, true);
    print_time(output, "made", metadata->timestamp_ms);
    print_fact(output, "model", metadata->model, false);
    print_fact(output, "category", metadata->category, false);
    print_fact(output, "parameters", metadata->parameters, false);
    print_fact(output, "prompt", metadata->prompt, false);
}

/* A directory gets the image under its own filename. */
static bool write_file(const struct cli *cli, const char *path, const struct stored_image *image,
                       const struct blob *data, struct error *error)
{
    struct stat status;
    CLEANUP(free_cleanup) char *inside = NULL;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode) &&
        asprintf(&inside, "%s/%s", path, image->filename) < 0)
        return error_no_memory(error);
    if (!file_write(inside ? inside : path, data, error))
        return false;
    if (cli->errors.terminal) {
        progress_clear();
        fputs("written to ", cli->errors.file);
        output_line(&cli->errors, STYLE_BOLD, inside ? inside : path);
    }
    return true;
}

/* *ret_printed: standard output was taken by the image. */
static bool write_image(const struct cli *cli, const char *path, const struct stored_image *image,
                        bool *ret_printed, struct error *error)
{
    CLEANUP(blob_destroy_cleanup) struct blob *data = NULL;
    bool to_output = strcmp(path, "-") == 0;
    if (to_output && cli->output.terminal)
        return error_set(
            error, ERROR_INVALID,
            "an image is not written to a terminal: give --output a file, or pipe the output");
    if (to_output && cli->output.json)
        return error_set(error, ERROR_INVALID,
                         "--json and --output - would both print to standard output");
    progress_label("fetching");
    if (!storage_read(cli->storage, &cli->operation, image->key, image->size, &data, error))
        return false;
    *ret_printed = to_output;
    return to_output ? file_write_all(STDOUT_FILENO, data, error)
                     : write_file(cli, path, image, data, error);
}

static bool run_show(struct cli *cli, struct error *error)
{
    CLEANUP(stored_image_finish) struct stored_image image = {0};
    const char *path = cli_value(cli, "output");
    bool printed = false;
    progress_label("looking");
    if (!storage_find(cli->storage, &cli->operation, cli->arguments[0], &image, error) ||
        (path && !write_image(cli, path, &image, &printed, error)))
        return false;
    progress_clear();
    if (cli->output.json)
        return output_json(&cli->output, image_json_shown(&image, false), error);
    if (!printed)
        print_image(&cli->output, &image);
    return true;
}

static const struct cli_option options[] = {
    {.name = "output",
     .letter = 'o',
     .argument = "FILE",
     .help = "Fetch the image itself into this file or directory; - is standard output.",
     .values = CLI_FILES},
    {0},
};

const struct cli_command command_show = {
    .name = "show",
    .arguments = "NAME",
    .summary = "Show an image: its URL, type and size, and its metadata",
    .description = "NAME is the image's key, its filename, or a URL of it. A filename is searched "
                   "for from the newest day back.\nThe file of --output is replaced in one step, "
                   "once all of the image has arrived.",
    .options = options,
    .arguments_min = 1,
    .arguments_max = 1,
    .has_json = true,
    .needs = CLI_NEEDS_STORAGE,
    .run = run_show,
};
