/* SPDX-License-Identifier: MIT */
/* Groups become objects by name, which keep the order that they come in. */
#include "views/statistics_json.h"

#include "base/clock.h"

static json_t *image_json(const struct statistics_image *image)
{
    char timestamp[CLOCK_TEXT_SIZE];
    clock_format_rfc3339(image->time_ms, timestamp);
    return json_pack("{s:s, s:s}", "key", image->key.text, "timestamp", timestamp);
}

static bool set_groups(json_t *object, const char *files_name, const char *sizes_name,
                       const struct statistics_group *groups, size_t count)
{
    json_t *files = json_object(), *sizes = json_object();
    bool good = json_object_set_new(object, files_name, files) == 0;
    good = json_object_set_new(object, sizes_name, sizes) == 0 && good;
    for (size_t i = 0; good && i < count; i++)
        good = json_object_set_new(files, groups[i].name,
                                   json_integer((json_int_t)groups[i].files)) == 0 &&
               json_object_set_new(sizes, groups[i].name,
                                   json_integer((json_int_t)groups[i].bytes)) == 0;
    return good;
}

json_t *statistics_json(const struct statistics *statistics)
{
    json_t *object = json_pack("{s:I, s:I}", "totalFiles", (json_int_t)statistics->files,
                               "totalSize", (json_int_t)statistics->bytes);
    bool good = object &&
                set_groups(object, "filesByModel", "sizeByModel", statistics->models,
                           statistics->model_count) &&
                set_groups(object, "filesByDate", "sizeByDate", statistics->days,
                           statistics->day_count);
    if (good && statistics->files > 0)
        good = json_object_set_new(object, "oldestFile", image_json(&statistics->oldest)) == 0 &&
               json_object_set_new(object, "newestFile", image_json(&statistics->newest)) == 0;
    if (good && statistics->other_objects > 0)
        good = json_object_set_new(object, "otherObjects",
                                   json_integer((json_int_t)statistics->other_objects)) == 0;
    if (good)
        return object;
    json_decref(object);
    return NULL;
}
