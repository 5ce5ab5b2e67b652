/* SPDX-License-Identifier: MIT */
/* Statistics are summed up while the walk goes on, day by day, in memory that grows with the number
 * of models and days and not with that of images. */
#include "storage/storage_statistics.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "storage/drafts.h"
#include "storage/storage_private.h"
#include "storage/walk.h"

#include <string.h>

void statistics_finish(struct statistics *statistics)
{
    free(statistics->models);
    free(statistics->days);
    *statistics = (struct statistics){0};
}

/* Opens a place for a new group at `index`. */
static struct statistics_group *insert_group(struct statistics_group **groups, size_t *count,
                                             size_t *capacity, size_t index, const char *name,
                                             struct error *error)
{
    if (!ARRAY_RESERVE(*groups, *count, capacity, error))
        return NULL;
    struct statistics_group *group = *groups + index;
    memmove(group + 1, group, (*count - index) * sizeof *group);
    *group = (struct statistics_group){0};
    strcpy(group->name, name);
    (*count)++;
    return group;
}

static struct statistics_group *model_group(struct statistics *statistics, const char *slug,
                                            struct error *error)
{
    size_t low = 0, high = statistics->model_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(statistics->models[middle].name, slug);
        if (order == 0)
            return &statistics->models[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return insert_group(&statistics->models, &statistics->model_count, &statistics->model_capacity,
                        low, slug, error);
}

static void count_in(struct statistics_group *group, const struct walk_image *image)
{
    group->files++;
    group->bytes += image->size;
}

static void note(struct statistics_image *place, const struct walk_image *image, int64_t time_ms)
{
    strcpy(place->key.text, image->key);
    place->time_ms = time_ms;
}

static bool count_image(struct statistics *statistics, const struct walk_day *day,
                        const struct walk_image *image, int64_t time_ms, struct error *error)
{
    char slug[IMAGE_KEY_SLUG_MAX + 1];
    image_key_copy_slug(image->key, &image->parts, slug);
    struct statistics_group *model = model_group(statistics, slug, error);
    if (!model)
        return false;
    size_t days = statistics->day_count;
    if ((days == 0 || strcmp(statistics->days[days - 1].name, day->day) != 0) &&
        !insert_group(&statistics->days, &statistics->day_count, &statistics->day_capacity, days,
                      day->day, error))
        return false;
    count_in(model, image);
    count_in(&statistics->days[statistics->day_count - 1], image);
    if (statistics->files == 0)
        note(&statistics->newest, image, time_ms);
    note(&statistics->oldest, image, time_ms);
    statistics->files++;
    statistics->bytes += image->size;
    return true;
}

static bool count_day(struct statistics *statistics, const struct statistics_options *options,
                      const struct walk_day *day, struct error *error)
{
    statistics->other_objects += day->other_objects;
    for (size_t i = 0; i < day->count; i++) {
        const struct walk_image *image = &day->images[i];
        int64_t time_ms = image_key_time_ms(day->day_ms, image->modified_ms);
        bool inside = time_ms >= options->from_ms &&
                      (!options->until_ms || time_ms < options->until_ms);
        if (inside && !count_image(statistics, day, image, time_ms, error))
            return false;
    }
    return true;
}

bool storage_statistics(struct storage *storage, const struct operation *operation,
                        const struct statistics_options *options, struct statistics *ret_statistics,
                        struct error *error)
{
    CLEANUP(statistics_finish) struct statistics statistics = {0};
    CLEANUP(walk_destroy_cleanup) struct walk *walk = NULL;
    char slug[IMAGE_KEY_SLUG_MAX + 1];
    struct walk_options range = {
        .from_ms = options->from_ms,
        .until_ms = options->until_ms,
        .whole = true,
    };
    if (options->model) {
        image_key_slug(options->model, slug);
        range.slug = slug;
    }
    if (!walk_create(storage->provider, storage->prefix, operation, &range, &walk, error))
        return false;
    statistics.other_objects = walk_other_objects(walk);
    while (walk_days_left(walk) > 0) {
        CLEANUP(walk_day_destroy_cleanup) struct walk_day *day = NULL;
        if (!walk_next(walk, &day, error) || !count_day(&statistics, options, day, error))
            return false;
    }
    const struct operation quiet = {.cancel = operation->cancel};
    if (!drafts_count(storage->provider, &quiet, storage->prefix, &statistics.drafts,
                      &statistics.draft_bytes, error))
        return false;
    *ret_statistics = TAKE_STRUCT(statistics);
    return true;
}
