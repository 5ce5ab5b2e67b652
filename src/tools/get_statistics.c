/* SPDX-License-Identifier: MIT */
/* The structure has all models and days; the text has the largest and the latest, as much as is
 * worth a model's context. */
#include "base/counted.h"
#include "storage/date_range.h"
#include "storage/storage_statistics.h"
#include "tools/tools.h"
#include "views/statistics_json.h"

enum { TEXT_MAX = 32 * 1024, GROUPS_SHOWN = 31 };

static bool append_groups(const char *title, const struct statistics_group *groups, size_t count,
                          struct buffer *text, struct error *error)
{
    if (!buffer_printf(text, error, "\n\n%s:", title))
        return false;
    for (size_t i = 0; i < count && i < GROUPS_SHOWN; i++)
        if (!buffer_printf(text, error, "\n- %s: %s, %s", groups[i].name,
                           counted(groups[i].files, "image").text,
                           counted(groups[i].bytes, "byte").text))
            return false;
    return count <= GROUPS_SHOWN ||
           buffer_printf(text, error, "\n- and %zu more", count - GROUPS_SHOWN);
}

static bool append_images(const struct statistics *statistics, struct buffer *text,
                          struct error *error)
{
    if (statistics->files == 0)
        return buffer_append_string(text, "No images.", error);
    return buffer_printf(text, error, "%s, %s.\nOldest: %s\nNewest: %s",
                         counted(statistics->files, "image").text,
                         counted(statistics->bytes, "byte").text, statistics->oldest.key.text,
                         statistics->newest.key.text) &&
           append_groups("By model", statistics->models, statistics->model_count, text, error) &&
           append_groups("By day (UTC)", statistics->days, statistics->day_count, text, error);
}

static bool statistics_text(const struct statistics *statistics, struct buffer *text,
                            struct error *error)
{
    return append_images(statistics, text, error) &&
           (statistics->other_objects == 0 ||
            buffer_printf(text, error, "\n\nNot images of this store, and not counted: %s.",
                          counted(statistics->other_objects, "object").text));
}

bool tool_get_statistics(void *context, const struct tool_call *call,
                         struct tool_result *ret_result, struct error *error)
{
    struct tools_context *tools = context;
    struct statistics_options options = {
        .model = json_string_value(json_object_get(call->arguments, "model"))};
    CLEANUP(statistics_finish) struct statistics statistics = {0};
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(TEXT_MAX);
    return date_range_read(json_object_get(call->arguments, "date_range"), &options.from_ms,
                           &options.until_ms, error) &&
           storage_statistics(tools->storage, call->operation, &options, &statistics, error) &&
           statistics_text(&statistics, &text, error) &&
           tool_result_text(text.data, statistics_json(&statistics), ret_result, error);
}
