/* SPDX-License-Identifier: MIT */
/* A key is longer than most terminals have room for beside anything else, so people get the
 * filename, which is a name of the image too, and the model; programs get the key. */
#include "base/clock.h"
#include "base/counted.h"
#include "cli/commands.h"
#include "cli/image_text.h"
#include "cli/progress.h"
#include "storage/storage_list.h"
#include "views/image_json.h"

enum { DEFAULT_LIMIT = 20, COLUMNS = 4 };

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

static bool add_cells(struct table *table, const char *const *cells, struct error *error)
{
    for (size_t i = 0; i < table->columns; i++)
        if (!table_add(table, cells[i], error))
            return false;
    return true;
}

static const char *shown_prompt(const struct stored_image *image)
{
    return image->metadata.prompt ? image->metadata.prompt : "";
}

/* The prompts take the room of the models. */
static bool print_for_people(const struct cli *cli, const struct image_list *list,
                             struct error *error)
{
    static const struct table_column layout[] = {
        {.drops = 3}, {.right = true, .drops = 2}, {.least = 10, .drops = 4}, {0}};
    static const struct table_column layout_with_prompts[] = {
        {.drops = 3}, {.right = true, .drops = 2}, {0}, {.least = 12, .drops = 1}};
    bool urls = cli_has(cli, "urls"), prompts = cli_has(cli, "prompts");
    const char *name = urls ? "URL" : "NAME";
    const char *const titles[COLUMNS] = {"SAVED", "SIZE", prompts ? name : "MODEL",
                                         prompts ? "PROMPT" : name};
    char saved[CLOCK_TEXT_SIZE], size[SIZE_TEXT_SIZE], model[IMAGE_KEY_SLUG_MAX + 1];
    CLEANUP(table_finish) struct table table = {0};
    table_init(&table, titles, COLUMNS);
    table.layout = prompts ? layout_with_prompts : layout;
    for (size_t i = 0; i < list->count; i++) {
        const struct stored_image *image = &list->items[i];
        name = urls ? image->url.url : image->filename;
        format_local_time(image->modified_ms, saved);
        format_size(image->size, size);
        image_key_copy_slug(image->key, &image->parts, model);
        const char *const cells[COLUMNS] = {saved, size, prompts ? name : model,
                                            prompts ? shown_prompt(image) : name};
        if (!add_cells(&table, cells, error))
            return false;
    }
    return list->count == 0 || table_print(&table, &cli->output, error);
}

static bool print_for_programs(const struct cli *cli, const struct image_list *list,
                               struct error *error)
{
    char saved[CLOCK_TEXT_SIZE], size[COUNT_TEXT_SIZE];
    CLEANUP(table_finish) struct table table = {0};
    table_init(&table, NULL, cli_has(cli, "prompts") ? COLUMNS : COLUMNS - 1);
    for (size_t i = 0; i < list->count; i++) {
        const struct stored_image *image = &list->items[i];
        clock_format_rfc3339(image->modified_ms, saved);
        snprintf(size, sizeof size, "%llu", (unsigned long long)image->size);
        const char *const cells[] = {
            saved, size, cli_has(cli, "urls") ? image->url.url : image->key, shown_prompt(image)};
        if (!add_cells(&table, cells, error))
            return false;
    }
    return table_print(&table, &cli->output, error);
}

/* What is not an image goes to stderr, so that a pipe gets images only. */
static void print_end(const struct cli *cli, const struct image_list *list)
{
    const struct output *errors = &cli->errors;
    if (list->bounded)
        output_say(errors, STYLE_PLAIN, "The search stopped at its limit, after %s, back to %s.",
                   counted_grouped(list->looked_at, "image").text, list->oldest_day);
    else if (list->count == 0)
        output_say(errors, STYLE_PLAIN, "No images.");
    if (list->cursor && (cli->output.terminal || !cli_has(cli, "limit")))
        output_say(errors, STYLE_PLAIN, "There may be more: --cursor %s", list->cursor);
}

static bool list_run(struct cli *cli, struct error *error)
{
    struct list_options options;
    CLEANUP(image_list_finish) struct image_list list = {0};
    progress_label("looking");
    if (!read_options(cli, &options, error) ||
        !storage_list(cli->storage, &cli->operation, &options, &list, error))
        return false;
    progress_clear();
    bool metadata = options.metadata || options.category || options.query;
    if (cli->output.json)
        return output_json(&cli->output, image_json_list(&list, metadata), error);
    if (!(cli->output.terminal ? print_for_people : print_for_programs)(cli, &list, error) ||
        !output_flush(&cli->output, error))
        return false;
    print_end(cli, &list);
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
    {.name = "cursor", .argument = "CURSOR", .help = "Continue after the previous page."},
    {.name = "urls", .letter = 'u', .help = "Print URLs instead of names."},
    {.name = "prompts",
     .letter = 'p',
     .help = "Print the prompts too; they are fetched image by image."},
    {0},
};

const struct cli_command command_list = {
    .name = "list",
    .arguments = "",
    .summary = "List images, newest first",
    .description = "The newest images are found without listing the others, so the cost follows "
                   "what is shown and not what is stored. --category and --query fetch the "
                   "metadata of each image that they check.\nIn a pipe a line is the date (UTC), "
                   "the bytes, the key "
                   "or URL, and with --prompts the prompt, with tabs between them.",
    .options = options,
    .has_json = true,
    .needs = CLI_NEEDS_STORAGE,
    .run = list_run,
};
