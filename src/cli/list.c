/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "cli/commands.h"
#include "storage/storage_list.h"
#include "tools/image_json.h"

#include <time.h>

/* Day, model and pixels of an image stand in its key, and so need no columns. */

enum { DEFAULT_LIMIT = 20, COLUMNS_MAX = 4 };

static bool read_options(const struct cli *cli, struct list_options *options, struct error *error)
{
    int64_t limit;
    if (!cli_number(cli, "limit", 1, STORAGE_LIST_MAX, DEFAULT_LIMIT, &limit, error))
        return false;
    *options = (struct list_options){
        .model = cli_value(cli, "model"),
        .category = cli_value(cli, "category"),
        .query = cli_value(cli, "query"),
        .cursor = cli_value(cli, "cursor"),
        .limit = (size_t)limit,
        .metadata = cli_has(cli, "prompts"),
    };
    return cli_date_range(cli, &options->from_ms, &options->until_ms, error);
}

/* For people in their own time, for programs in UTC and in bytes. */
static bool add_image(const struct cli *cli, struct table *table, const struct stored_image *image,
                      struct error *error)
{
    char saved[CLOCK_TEXT_SIZE], size[SIZE_TEXT_SIZE];
    time_t seconds = image->modified_ms / 1000;
    struct tm local;
    if (cli->output.terminal) {
        strftime(saved, sizeof saved, "%Y-%m-%d %H:%M", localtime_r(&seconds, &local));
        format_size(image->size, size);
    } else {
        clock_format_rfc3339(image->modified_ms, saved);
        snprintf(size, sizeof size, "%llu", (unsigned long long)image->size);
    }
    const char *prompt = image->metadata.prompt ? image->metadata.prompt : "";
    return table_add(table, saved, error) && table_add(table, size, error) &&
           table_add(table, cli_has(cli, "urls") ? image->url.url : image->key, error) &&
           (!cli_has(cli, "prompts") || table_add(table, prompt, error));
}

static bool print_list(const struct cli *cli, const struct image_list *list, struct error *error)
{
    const char *const titles[COLUMNS_MAX] = {"SAVED", "SIZE", cli_has(cli, "urls") ? "URL" : "KEY",
                                             "PROMPT"};
    CLEANUP(table_finish) struct table table = {0};
    table_init(&table, titles, cli_has(cli, "prompts") ? 4 : 3);
    for (size_t i = 0; i < list->count; i++)
        if (!add_image(cli, &table, &list->items[i], error))
            return false;
    return list->count == 0 || table_print(&table, &cli->output, error);
}

/* What is not an image goes to stderr, so that a pipe gets images only. */
static void print_end(const struct image_list *list)
{
    if (list->bounded)
        fprintf(stderr, "Stopped after looking at %llu images, back to %s.\n",
                (unsigned long long)list->looked_at, list->oldest_day);
    else if (list->count == 0)
        fprintf(stderr, "No images.\n");
    if (list->cursor)
        fprintf(stderr, "There may be more: --cursor %s\n", list->cursor);
}

static bool run(struct cli *cli, struct error *error)
{
    struct list_options options;
    CLEANUP(image_list_finish) struct image_list list = {0};
    if (!read_options(cli, &options, error) ||
        !storage_list(cli->storage, &cli->operation, &options, &list, error))
        return false;
    bool metadata = options.metadata || options.category || options.query;
    if (cli->output.json)
        return output_json(&cli->output, image_json_list(&list, metadata), error);
    if (!print_list(cli, &list, error) || !output_flush(&cli->output, error))
        return false;
    print_end(&list);
    return true;
}

static const struct cli_option options[] = {
    CLI_DATE_RANGE_OPTIONS,
    {.name = "model", .letter = 'm', .argument = "MODEL", .help = "Only images of this model."},
    {.name = "category", .argument = "NAME", .help = "Only images of this category."},
    {.name = "query",
     .letter = 'q',
     .argument = "WORDS",
     .help = "Only images whose prompt has all these words, in any order."},
    {.name = "limit",
     .letter = 'n',
     .argument = "NUMBER",
     .help = "How many images at most, up to 1000; 20 unless given."},
    {.name = "cursor", .argument = "CURSOR", .help = "Go on where the page before ended."},
    {.name = "urls", .letter = 'u', .help = "Print URLs instead of keys."},
    {.name = "prompts",
     .letter = 'p',
     .help = "Print the prompts too; they are fetched image by image."},
    {0},
};

const struct cli_command command_list = {
    .name = "list",
    .arguments = "",
    .summary = "List images, newest first",
    .description = "Costs what it shows, not what is stored: the newest images are found without "
                   "looking at the others. --category and --query fetch the metadata of each "
                   "image they look at.",
    .options = options,
    .has_json = true,
    .needs = CLI_NEEDS_STORAGE,
    .run = run,
};
