/* SPDX-License-Identifier: MIT */
/* A page is filled from the days of the walk, one after the other. Without a need for metadata the
 * images of a day are taken as they come; with it, a second lookahead fetches the metadata of the
 * day's candidates side by side and in order. The page keeps the last image it looked at, whether
 * it was wanted or not: that is where the cursor points. */
#include "storage/storage_list.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/lookahead.h"
#include "storage/cursor.h"
#include "storage/record.h"
#include "storage/storage_private.h"
#include "storage/text_match.h"
#include "storage/walk.h"

#include <string.h>

enum {
    LOOK_WIDTH = 32,
    LOOK_START = 8,
    RECORDS_AHEAD_MAX = 16 * 1024 * 1024, /* bytes of records that wait to be looked at */
    PAGE_SIZE_MAX = 8 * 1024 * 1024,      /* bytes of records after which a page is full */
};

struct page {
    struct storage *storage;
    const struct operation *operation;
    const struct list_options *options;
    struct operation quiet;
    char slug[IMAGE_KEY_SLUG_MAX + 1];
    struct text_match *query;
    char *category;                    /* folded; NULL: any */
    unsigned char digest[SHA256_SIZE]; /* of everything a cursor must agree with */
    size_t size;                       /* bytes of the records in the list */
    bool needs_records;                /* metadata is needed */
    struct cursor position;            /* the last image looked at; key "": none yet */
    struct image_list list;
};

void image_list_finish(struct image_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        stored_image_finish(&list->items[i]);
    free(list->items);
    free(list->cursor);
    *list = (struct image_list){0};
}

static void page_finish(struct page *page)
{
    text_match_destroy(page->query);
    free(page->category);
    image_list_finish(&page->list);
}

static bool digest_options(struct page *page, struct error *error)
{
    const struct list_options *options = page->options;
    const char *texts[] = {
        page->storage->prefix,
        page->slug,
        options->category ? options->category : "",
        options->query ? options->query : "",
    };
    CLEANUP(buffer_finish) struct buffer all = BUFFER_INIT(SIZE_MAX / 2);
    if (!buffer_printf(&all, error, "%lld %lld", (long long)options->from_ms,
                       (long long)options->until_ms))
        return false;
    for (size_t i = 0; i < LENGTH(texts); i++)
        if (!buffer_append(&all, texts[i], strlen(texts[i]) + 1, error))
            return false;
    return sha256(all.data, all.size, page->digest, error);
}

static bool page_init(struct page *page, struct storage *storage, const struct operation *operation,
                      const struct list_options *options, struct error *error)
{
    page->storage = storage;
    page->operation = operation;
    page->options = options;
    page->quiet.cancel = operation->cancel;
    page->needs_records = options->metadata || options->category || options->query;
    if (options->limit < 1 || options->limit > STORAGE_LIST_MAX)
        return error_set(error, ERROR_INVALID, "a page has 1 to %d images", STORAGE_LIST_MAX);
    if (options->model)
        image_key_slug(options->model, page->slug);
    if ((options->query && !text_match_create(options->query, &page->query, error)) ||
        (options->category && !text_match_fold(options->category, &page->category, error)))
        return false;
    if (!(page->list.items = calloc(options->limit, sizeof *page->list.items)))
        return error_no_memory(error);
    return digest_options(page, error) &&
           (!options->cursor ||
            cursor_parse(options->cursor, storage->prefix, page->digest, &page->position, error));
}

static bool page_is_full(const struct page *page)
{
    return page->list.count == page->options->limit || page->list.bounded ||
           page->size >= PAGE_SIZE_MAX;
}

static void move_to(struct page *page, const struct walk_day *day, const struct walk_image *image)
{
    page->position.day_ms = day->day_ms;
    page->position.modified_ms = image->modified_ms;
    strcpy(page->position.key, image->key);
    page->list.looked_at++;
}

/* Whether the image comes after the position, in the order of the walk. */
static bool is_ahead(const struct page *page, const struct walk_day *day,
                     const struct walk_image *image)
{
    const struct cursor *position = &page->position;
    if (!*position->key || day->day_ms < position->day_ms)
        return true;
    if (image->modified_ms != position->modified_ms)
        return image->modified_ms < position->modified_ms;
    return strcmp(image->key, position->key) > 0;
}

/* The day's images that are ahead of the position and in the range of time: one stretch, since both
 * follow the order of the day. */
static void select_stretch(const struct page *page, const struct walk_day *day, size_t *ret_begin,
                           size_t *ret_end)
{
    const struct list_options *options = page->options;
    size_t begin = 0, end = day->count;
    while (begin < end &&
           (!is_ahead(page, day, &day->images[begin]) ||
            (options->until_ms &&
             image_key_time_ms(day->day_ms, day->images[begin].modified_ms) >= options->until_ms)))
        begin++;
    while (end > begin &&
           image_key_time_ms(day->day_ms, day->images[end - 1].modified_ms) < options->from_ms)
        end--;
    *ret_begin = begin;
    *ret_end = end;
}

static bool add_item(struct page *page, const struct walk_image *image,
                     struct image_metadata *metadata, struct error *error)
{
    struct stored_image *item = &page->list.items[page->list.count];
    if (!storage_describe(page->storage, image->key, image->size, image->modified_ms, item, error))
        return false;
    page->list.count++;
    page->size += metadata ? image_metadata_size(metadata) : 0;
    return !metadata || stored_image_set_metadata(item, metadata, error);
}

/* A stretch of a day whose metadata is fetched. */
struct look {
    struct storage *storage;
    const struct walk_image *images;
};

/* What became of one image. */
struct candidate_record {
    bool gone; /* it was deleted since it was listed */
    struct image_metadata metadata;
};

static void candidate_record_destroy(void *item)
{
    struct candidate_record *candidate = item;
    if (!candidate)
        return;
    image_metadata_finish(&candidate->metadata);
    free(candidate);
}
DEFINE_CLEANUP(struct candidate_record *, candidate_record_destroy)

static size_t weigh_record(const void *item)
{
    const struct candidate_record *candidate = item;
    return sizeof *candidate + image_metadata_size(&candidate->metadata);
}

static bool fetch_metadata(struct storage *storage, const struct operation *operation,
                           const struct walk_image *image, struct candidate_record *candidate,
                           struct error *error)
{
    CLEANUP(object_info_finish) struct object_info info = {0};
    CLEANUP(record_finish) struct record record = {0};
    struct storage_provider *provider = storage->provider;
    if (!provider->ops->head(provider, operation, image->key, &info, error)) {
        candidate->gone = error->code == ERROR_NOT_FOUND;
        return candidate->gone;
    }
    if (!record_read(storage, operation, image->key, &info.fields, NULL, &record, error))
        return false;
    candidate->metadata = record.metadata;
    record.metadata = (struct image_metadata){0};
    if (record.state == RECORD_WHOLE)
        metadata_cache_put(storage->metadata, image->key, image->modified_ms, &candidate->metadata);
    return true;
}

static bool look_at(void *argument, size_t index, const struct operation *operation,
                    void **ret_item, struct error *error)
{
    const struct look *look = argument;
    const struct walk_image *image = &look->images[index];
    CLEANUP(candidate_record_destroy_cleanup)
    struct candidate_record *candidate = calloc(1, sizeof *candidate);
    bool found;
    if (!candidate)
        return error_no_memory(error);
    if (!metadata_cache_get(look->storage->metadata, image->key, image->modified_ms,
                            &candidate->metadata, &found, error))
        return false;
    if (!found && !fetch_metadata(look->storage, operation, image, candidate, error))
        return false;
    *ret_item = TAKE(candidate);
    return true;
}

/* page->category: NULL for any. */
static bool is_of_category(const struct page *page, const char *category, bool *ret_is,
                           struct error *error)
{
    CLEANUP(free_cleanup) char *folded = NULL;
    if (page->category && category && !text_match_fold(category, &folded, error))
        return false;
    *ret_is = !page->category || (folded && strcmp(folded, page->category) == 0);
    return true;
}

static bool is_wanted(const struct page *page, const struct candidate_record *candidate,
                      bool *ret_wanted, struct error *error)
{
    const struct image_metadata *metadata = &candidate->metadata;
    *ret_wanted = false;
    if (candidate->gone)
        return true;
    if (!is_of_category(page, metadata->category, ret_wanted, error))
        return false;
    if (!*ret_wanted || !page->query)
        return true;
    return text_match_all(page->query, metadata->prompt ? metadata->prompt : "", ret_wanted, error);
}

static bool take_candidates(struct page *page, const struct walk_day *day, size_t begin, size_t end,
                            struct error *error)
{
    struct look look = {.storage = page->storage, .images = day->images + begin};
    CLEANUP(lookahead_destroy_cleanup) struct lookahead *lookahead = NULL;
    bool filtered = page->options->category || page->query;
    size_t count = end - begin, missing = page->options->limit - page->list.count;
    const struct lookahead_source source = {
        .count = filtered || count < missing ? count : missing,
        .width_start = LOOK_START,
        .width_max = LOOK_WIDTH,
        .fetch = look_at,
        .discard = candidate_record_destroy,
        .weigh = weigh_record,
        .weight_max = RECORDS_AHEAD_MAX,
        .argument = &look,
    };
    if (!lookahead_create(&source, page->quiet.cancel, &lookahead, error))
        return false;
    for (size_t i = 0; i < source.count && !page_is_full(page); i++) {
        void *item;
        if (!lookahead_next(lookahead, &item, error))
            return false;
        CLEANUP(candidate_record_destroy_cleanup) struct candidate_record *candidate = item;
        const struct walk_image *image = &day->images[begin + i];
        bool wanted;
        move_to(page, day, image);
        operation_progress(page->operation, page->list.looked_at, 0, "images looked at");
        if (!is_wanted(page, candidate, &wanted, error) ||
            (wanted && !add_item(page, image, &candidate->metadata, error)))
            return false;
        page->list.bounded = page->list.looked_at == STORAGE_LIST_LOOKED_MAX;
    }
    return true;
}

static bool take_images(struct page *page, const struct walk_day *day, size_t begin, size_t end,
                        struct error *error)
{
    for (size_t i = begin; i < end && !page_is_full(page); i++) {
        move_to(page, day, &day->images[i]);
        if (!add_item(page, &day->images[i], NULL, error))
            return false;
    }
    return true;
}

/* Takes what it can from a day; *ret_more: there is more of the day than the page took. */
static bool take_from_day(struct page *page, const struct walk_day *day, bool *ret_more,
                          struct error *error)
{
    size_t begin, end;
    memcpy(page->list.oldest_day, day->day, sizeof day->day);
    page->list.other_objects += day->other_objects;
    select_stretch(page, day, &begin, &end);
    if (begin < end &&
        !(page->needs_records ? take_candidates : take_images)(page, day, begin, end, error))
        return false;
    *ret_more = begin < end && is_ahead(page, day, &day->images[end - 1]);
    return true;
}

static bool fill(struct page *page, bool *ret_more, struct error *error)
{
    const struct list_options *options = page->options;
    CLEANUP(walk_destroy_cleanup) struct walk *walk = NULL;
    struct walk_options range = {
        .from_ms = options->from_ms,
        .until_ms = options->until_ms,
        .slug = options->model ? page->slug : NULL,
    };
    int64_t after_position_ms = page->position.day_ms + IMAGE_KEY_DAY_MS;
    if (*page->position.key && (!range.until_ms || range.until_ms > after_position_ms))
        range.until_ms = after_position_ms;
    const struct operation *operation = page->needs_records ? &page->quiet : page->operation;
    if (!walk_create(page->storage->provider, page->storage->prefix, operation, &range, &walk,
                     error))
        return false;
    page->list.other_objects = walk_other_objects(walk);
    bool more = false;
    while (!page_is_full(page) && walk_days_left(walk) > 0) {
        CLEANUP(walk_day_destroy_cleanup) struct walk_day *day = NULL;
        if (!walk_next(walk, &day, error) || !take_from_day(page, day, &more, error))
            return false;
    }
    *ret_more = more || walk_days_left(walk) > 0;
    return true;
}

bool storage_list(struct storage *storage, const struct operation *operation,
                  const struct list_options *options, struct image_list *ret_list,
                  struct error *error)
{
    CLEANUP(page_finish) struct page page = {0};
    bool more;
    if (!page_init(&page, storage, operation, options, error) || !fill(&page, &more, error))
        return false;
    if (more && !cursor_format(&page.position, page.digest, &page.list.cursor, error))
        return false;
    *ret_list = page.list;
    page.list = (struct image_list){0};
    return true;
}
