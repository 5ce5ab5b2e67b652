/* SPDX-License-Identifier: MIT */
/* On a terminal the days of a long time are put together to months or years, so that the chart
 * stays on the screen. */
#include "base/array.h"
#include "base/clock.h"
#include "base/counted.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/text.h"
#include "storage/storage_statistics.h"
#include "views/statistics_json.h"

#include <string.h>

enum { ROWS_MAX = 31, BAR_MIN = 8, BAR_MAX = 50, GAP = 2 };
enum { YEAR_LENGTH = 4, MONTH_LENGTH = 7, DAY_LENGTH = 10 }; /* of 2024-09-27 */

/* Bars of one scale. */
struct chart {
    struct statistics_group *rows;
    size_t count;
};

static void chart_finish(struct chart *chart)
{
    free(chart->rows);
}

/* Groups whose names begin with the same `length` bytes become one row; they must be neighbours. */
static bool chart_init(struct chart *chart, const struct statistics_group *groups, size_t count,
                       size_t length, struct error *error)
{
    chart->count = 0;
    if (!(chart->rows = calloc(count + 1, sizeof *chart->rows)))
        return error_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        struct statistics_group *row = &chart->rows[chart->count];
        bool same = chart->count > 0 && strncmp(row[-1].name, groups[i].name, length) == 0;
        if (same) {
            row[-1].files += groups[i].files;
            row[-1].bytes += groups[i].bytes;
            continue;
        }
        *row = groups[i];
        row->name[length < sizeof row->name ? length : sizeof row->name - 1] = '\0';
        chart->count++;
    }
    return true;
}

static int by_files(const void *a, const void *b)
{
    uint64_t left = ((const struct statistics_group *)a)->files;
    uint64_t right = ((const struct statistics_group *)b)->files;
    return (left < right) - (left > right);
}

/* The largest rows, largest first. *ret_left_out: how many others there are. */
static void chart_keep_largest(struct chart *chart, size_t max, size_t *ret_left_out)
{
    qsort(chart->rows, chart->count, sizeof *chart->rows, by_files);
    *ret_left_out = chart->count > max ? chart->count - max : 0;
    chart->count -= *ret_left_out;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void chart_print(const struct chart *chart, const char *title, const struct output *output)
{
    char count[COUNT_TEXT_SIZE], size[SIZE_TEXT_SIZE];
    size_t name_width = 0, count_width = 0, size_width = strlen("999 MB");
    uint64_t most = 1;
    for (size_t i = 0; i < chart->count; i++) {
        format_count(chart->rows[i].files, count);
        name_width = larger(name_width, text_width(chart->rows[i].name));
        count_width = larger(count_width, strlen(count));
        most = chart->rows[i].files > most ? chart->rows[i].files : most;
    }
    size_t taken = count_width + size_width + 3 * GAP, width = output->width;
    size_t name_max = width > taken + BAR_MIN ? width - taken - BAR_MIN : 1;
    name_width = name_width < name_max ? name_width : name_max;
    size_t bar = width > taken + name_width ? width - taken - name_width : 0;
    bar = bar < BAR_MAX ? bar : BAR_MAX;
    fputc('\n', output->file);
    output_line(output, STYLE_BOLD, title);
    for (size_t i = 0; i < chart->count; i++) {
        const struct statistics_group *row = &chart->rows[i];
        format_count(row->files, count);
        format_size(row->bytes, size);
        size_t columns, fitting = text_fitting(row->name, name_width, &columns);
        text_put(output->file, row->name, fitting);
        fprintf(output->file, "%*s", (int)(name_width - columns) + GAP, "");
        output_bar(output, STYLE_GOOD, (double)row->files / (double)most, bar);
        fprintf(output->file, "%*s%*s%*s%*s\n", GAP, "", (int)count_width, count, GAP, "",
                (int)size_width, size);
    }
}

static bool print_days(const struct statistics *statistics, const struct output *output,
                       struct error *error)
{
    static const struct {
        size_t length;
        const char *title;
    } scales[] = {{DAY_LENGTH, "BY DAY (UTC)"},
                  {MONTH_LENGTH, "BY MONTH (UTC)"},
                  {YEAR_LENGTH, "BY YEAR (UTC)"}};
    enum { SCALES = LENGTH(scales) };
    for (size_t i = 0; i < SCALES; i++) {
        CLEANUP(chart_finish) struct chart chart;
        if (!chart_init(&chart, statistics->days, statistics->day_count, scales[i].length, error))
            return false;
        if (chart.count > ROWS_MAX && i + 1 < SCALES)
            continue;
        chart_print(&chart, scales[i].title, output);
        return true;
    }
    return true;
}

static bool print_for_people(const struct statistics *statistics, const struct output *output,
                             struct error *error)
{
    char size[SIZE_TEXT_SIZE], oldest[CLOCK_TEXT_SIZE], newest[CLOCK_TEXT_SIZE];
    if (statistics->files == 0) {
        fputs("No images.\n", output->file);
        return true;
    }
    format_size(statistics->bytes, size);
    format_local_time(statistics->oldest.time_ms, oldest);
    format_local_time(statistics->newest.time_ms, newest);
    output_text(output, STYLE_BOLD, counted_grouped(statistics->files, "image").text);
    fprintf(output->file, ", %s\nmade from %s\n       to %s\n", size, oldest, newest);
    CLEANUP(chart_finish) struct chart models;
    if (!chart_init(&models, statistics->models, statistics->model_count, SIZE_MAX, error))
        return false;
    size_t left_out;
    chart_keep_largest(&models, ROWS_MAX, &left_out);
    chart_print(&models, "BY MODEL", output);
    if (left_out > 0)
        fprintf(output->file, "and %s with fewer images\n", counted(left_out, "more model").text);
    return print_days(statistics, output, error);
}

static void print_line(const struct output *output, const char *kind, const char *name,
                       uint64_t files, uint64_t bytes)
{
    fprintf(output->file, "%s\t", kind);
    output_text(output, STYLE_PLAIN, name);
    fprintf(output->file, "\t%llu\t%llu\n", (unsigned long long)files, (unsigned long long)bytes);
}

static void print_for_programs(const struct statistics *statistics, const struct output *output)
{
    print_line(output, "total", "", statistics->files, statistics->bytes);
    for (size_t i = 0; i < statistics->model_count; i++)
        print_line(output, "model", statistics->models[i].name, statistics->models[i].files,
                   statistics->models[i].bytes);
    for (size_t i = 0; i < statistics->day_count; i++)
        print_line(output, "day", statistics->days[i].name, statistics->days[i].files,
                   statistics->days[i].bytes);
}

/* Not counted: nobody can see them. */
static void print_drafts(const struct statistics *statistics, const struct output *errors)
{
    char size[SIZE_TEXT_SIZE];
    if (statistics->drafts == 0)
        return;
    format_size(statistics->draft_bytes, size);
    fprintf(errors->file,
            "%s of saves that broke off or are under way (%s); a clean-up removes what is older "
            "than a day\n",
            counted_grouped(statistics->drafts, "unfinished file").text, size);
}

static void print_other_objects(const struct statistics *statistics, const struct output *errors)
{
    if (statistics->other_objects > 0)
        fprintf(errors->file, "%s not counted: not images of this store\n",
                counted_grouped(statistics->other_objects, "object").text);
}

static bool run_stats(struct cli *cli, struct error *error)
{
    struct statistics_options options = {.model = cli_value(cli, "model")};
    CLEANUP(statistics_finish) struct statistics statistics = {0};
    progress_label("counting");
    if (!cli_date_range(cli, &options.from_ms, &options.until_ms, error) ||
        !storage_statistics(cli->storage, &cli->operation, &options, &statistics, error))
        return false;
    progress_clear();
    print_drafts(&statistics, &cli->errors);
    print_other_objects(&statistics, &cli->errors);
    if (cli->output.json)
        return output_json(&cli->output, statistics_json(&statistics), error);
    if (cli->output.terminal)
        return print_for_people(&statistics, &cli->output, error);
    print_for_programs(&statistics, &cli->output);
    return true;
}

static const struct cli_option options[] = {
    CLI_DATE_RANGE_OPTIONS,
    {.name = "model", .letter = 'm', .argument = "MODEL", .help = "Only images of this model."},
    {0},
};

const struct cli_command command_stats = {
    .name = "stats",
    .arguments = "",
    .summary = "Count images and bytes by model and by day",
    .description = "In a pipe a line is a kind (total, model, day), a name, the number of images "
                   "and their bytes, with tabs between them.",
    .options = options,
    .has_json = true,
    .needs = CLI_NEEDS_STORAGE,
    .run = run_stats,
};
