/* SPDX-License-Identifier: MIT */
/* A plan and its execution share their members and differ in `status`, so that one output schema
 * holds both. */
#include "views/cleanup_json.h"

#include "base/clock.h"

static json_t *items_json(const struct cleanup_item *items, size_t count)
{
    json_t *array = json_array();
    char timestamp[CLOCK_TEXT_SIZE];
    for (size_t i = 0; array && i < count; i++) {
        clock_format_rfc3339(items[i].time_ms, timestamp);
        json_array_append_new(array, json_pack("{s:s, s:I, s:s}", "key", items[i].key, "size",
                                               (json_int_t)items[i].size, "timestamp", timestamp));
    }
    return array;
}

json_t *cleanup_json_plan(const struct cleanup_plan *plan)
{
    char oldest[CLOCK_TEXT_SIZE], newest[CLOCK_TEXT_SIZE];
    clock_format_rfc3339(plan->oldest_ms, oldest);
    clock_format_rfc3339(plan->newest_ms, newest);
    json_t *object = json_pack("{s:s, s:I, s:I, s:o}", "status", "planned", "count",
                               (json_int_t)plan->count, "totalSize", (json_int_t)plan->bytes,
                               "items", items_json(plan->sample, plan->sample_count));
    if (object && plan->whole)
        json_object_set_new(object, "kept", json_integer((json_int_t)plan->kept));
    if (object && plan->count > 0) {
        json_object_set_new(object, "oldest", json_string(oldest));
        json_object_set_new(object, "newest", json_string(newest));
    }
    return object;
}

json_t *cleanup_json_result(const struct cleanup_result *result)
{
    json_t *errors = json_array();
    for (size_t i = 0; errors && i < result->failure_count; i++)
        json_array_append_new(errors, json_pack("{s:s, s:s}", "key", result->failures[i].key,
                                                "error", result->failures[i].text));
    json_t *object = json_pack("{s:s, s:I, s:I, s:I, s:o, s:o}", "status", "executed", "deleted",
                               (json_int_t)result->deleted, "failed", (json_int_t)result->failed,
                               "totalSize", (json_int_t)result->bytes, "items",
                               items_json(result->items, result->item_count), "errors", errors);
    if (object && result->stopped.code != ERROR_NONE)
        json_object_set_new(object, "stopped", json_string(result->stopped.text));
    return object;
}
