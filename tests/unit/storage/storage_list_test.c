/* SPDX-License-Identifier: MIT */
#include "storage/storage_list.h"

#include "support/library.h"
#include "support/test.h"

#include <string.h>

static const struct operation plain;

static struct image_list list(struct library *library, const struct list_options *options)
{
    struct image_list result;
    struct error error = {0};
    if (!storage_list(library->storage, &plain, options, &result, &error))
        fail_msg("%s", error.text);
    return result;
}

/* Places an image with a record; the texts must need no percent-encoding. */
static void place(struct library *library, int day, const char *slug, unsigned number, int minute,
                  const char *prompt, const char *category)
{
    struct memory_object *object = library_place(library, day, slug, number, minute);
    memory_set(object, "prompt", prompt);
    memory_set(object, "model", slug);
    memory_set(object, "sha256",
               "9e5fa711a03055cbb804b650663ed8099e5fa711a03055cbb804b650663ed809");
    if (category)
        memory_set(object, "category", category);
}

static void the_newest_twenty_cost_two_requests(void **state)
{
    (void)state;
    struct library library = library_create();
    for (int day = 0; day < 10; day++)
        for (unsigned number = 0; number < 25; number++)
            library_place(&library, day, "m", number, (int)number);
    CLEANUP(image_list_finish)
    struct image_list page = list(&library, &(struct list_options){.limit = 20});
    assert_int_equal(page.count, 20);
    assert_string_equal(page.items[0].key, library_key(9, "m", 24).text);
    assert_string_equal(page.items[19].key, library_key(9, "m", 5).text);
    assert_string_equal(page.items[0].filename, "000000000018_8x4.png");
    assert_string_equal(page.items[0].url.url,
                        "memory://generations/2024-09-28/m/000000000018_8x4.png");
    assert_int_equal(page.items[0].size, 4);
    assert_int_equal(page.items[0].image.width, 8);
    assert_int_equal(page.items[0].modified_ms, first_day + 9 * DAY_MS + 24 * 60000);
    assert_null(page.items[0].metadata.prompt);
    assert_non_null(page.cursor);
    assert_int_equal(page.looked_at, 20);
    assert_string_equal(page.oldest_day, "2024-09-28");
    assert_int_equal(library.memory->list_requests, 2);
    assert_int_equal(library.memory->head_requests, 0);
    storage_destroy(library.storage);
}

/* Takes all pages; returns how many images they had, each of which must be new. */
static unsigned take_pages(struct library *library, struct list_options options, bool seen[0x4000],
                           void (*between)(struct library *library, unsigned page))
{
    CLEANUP(free_cleanup) char *cursor = NULL;
    unsigned count = 0, pages = 0;
    do {
        options.cursor = cursor;
        CLEANUP(image_list_finish) struct image_list page = list(library, &options);
        for (size_t i = 0; i < page.count; i++) {
            unsigned number = (unsigned)strtoul(page.items[i].filename, NULL, 16);
            assert_false(seen[number]);
            seen[number] = true;
            count++;
        }
        free(cursor);
        cursor = TAKE(page.cursor);
        if (between)
            between(library, pages);
        assert_true(++pages < 1000);
    } while (cursor);
    return count;
}

static void a_page_of_large_records_is_short_and_another_follows(void **state)
{
    (void)state;
    enum { COUNT = 6, PROMPT_SIZE = 3 * 1024 * 1024 };
    struct library library = library_create();
    char *json = malloc(PROMPT_SIZE + 64);
    bool seen[0x4000] = {0};
    struct error error;
    memcpy(json, "{\"prompt\":\"", 11);
    memset(json + 11, 'p', PROMPT_SIZE);
    strcpy(json + 11 + PROMPT_SIZE, "\"}");
    for (unsigned number = 0; number < COUNT; number++) {
        struct image_key key = library_key(0, "m", number), sidecar;
        library_place(&library, 0, "m", number, (int)number);
        assert_true(image_key_sidecar(key.text, &sidecar, &error));
        memory_place(library.memory, sidecar.text, json, strlen(json));
    }
    const struct list_options options = {.limit = 100, .metadata = true};
    CLEANUP(image_list_finish) struct image_list page = list(&library, &options);
    assert_int_equal(page.count, 3);
    assert_non_null(page.cursor);
    assert_int_equal(take_pages(&library, options, seen, NULL), COUNT);
    free(json);
    storage_destroy(library.storage);
}

static void what_a_lost_record_does_not_tell_the_key_does(void **state)
{
    (void)state;
    struct library library = library_create();
    library_place(&library, 0, "flux-1", 1, 10);
    CLEANUP(image_list_finish)
    struct image_list page = list(&library, &(struct list_options){.limit = 1, .metadata = true});
    assert_string_equal(page.items[0].metadata.model, "flux-1");
    assert_string_equal(page.items[0].metadata.prompt, "");
    assert_int_equal(page.items[0].metadata.timestamp_ms, first_day + 10 * 60000);
    storage_destroy(library.storage);
}

static void pages_give_every_image_once(void **state)
{
    (void)state;
    struct library library = library_create();
    for (unsigned number = 0; number < 70; number++)
        library_place(&library, (int)number / 10, "m", number, (int)(number % 10 / 3));
    for (size_t limit = 1; limit <= 71; limit += 5) {
        bool seen[0x4000] = {false};
        assert_int_equal(take_pages(&library, (struct list_options){.limit = limit}, seen, NULL),
                         70);
        bool again[0x4000] = {false};
        assert_int_equal(take_pages(&library,
                                    (struct list_options){.limit = limit, .metadata = true}, again,
                                    NULL),
                         70);
    }
    storage_destroy(library.storage);
}

/* After each page newer images appear, and the very image that the cursor points to goes. */
static void disturb(struct library *library, unsigned page)
{
    library_place(library, 9, "m", 0x1000 + page, 100);
    library_place(library, 6, "m", 0x2000 + page, 100);
    unsigned last = 63 - page * 7; /* of the page */
    memory_remove(library->memory, library_key((int)last / 10, "m", last).text);
}

static void a_cursor_survives_what_comes_and_goes(void **state)
{
    (void)state;
    struct library library = library_create();
    bool seen[0x4000] = {false};
    for (unsigned number = 0; number < 70; number++)
        library_place(&library, (int)number / 10, "m", number, (int)(number % 10));
    take_pages(&library, (struct list_options){.limit = 7}, seen, disturb);
    for (unsigned number = 0; number < 70; number++)
        assert_true(seen[number]);
    storage_destroy(library.storage);
}

static void a_range_of_time_is_exact(void **state)
{
    (void)state;
    struct library library = library_create();
    for (unsigned number = 0; number < 40; number++)
        library_place(&library, (int)number / 10, "m", number, (int)(number % 10));
    const struct list_options options = {
        .limit = 100,
        .from_ms = first_day + DAY_MS + 5 * 60000,
        .until_ms = first_day + 2 * DAY_MS + 2 * 60000,
    };
    CLEANUP(image_list_finish) struct image_list page = list(&library, &options);
    assert_int_equal(page.count, 7);
    assert_string_equal(page.items[0].key, library_key(2, "m", 21).text);
    assert_string_equal(page.items[6].key, library_key(1, "m", 15).text);
    assert_null(page.cursor);
    assert_int_equal(library.memory->list_requests, 3);
    storage_destroy(library.storage);
}

static void words_and_category_are_looked_for_in_the_record(void **state)
{
    (void)state;
    struct library library = library_create();
    place(&library, 0, "m", 1, 0, "A%20paper%20CRANE", "Birds");
    place(&library, 0, "m", 2, 1, "A%20paper%20plane", "planes");
    place(&library, 1, "m", 3, 0, "%E9%B6%B4%20crane", "birds");
    place(&library, 1, "other", 4, 0, "crane%20paper", NULL);
    library_place(&library, 1, "m", 5, 3); /* without a record */
    static const struct {
        const char *query, *category, *model;
        size_t count;
        unsigned first;
    } cases[] = {
        {"crane", NULL, NULL, 3, 3},       {"paper crane", NULL, NULL, 2, 4},
        {"crane", "BIRDS", NULL, 2, 3},    {NULL, "planes", NULL, 1, 2},
        {"鶴", NULL, NULL, 1, 3},          {"crane", NULL, "x/Other", 1, 4},
        {"crane plane", NULL, NULL, 0, 0}, {NULL, "", NULL, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct list_options options = {
            .limit = 10,
            .query = cases[i].query,
            .category = cases[i].category,
            .model = cases[i].model,
        };
        CLEANUP(image_list_finish) struct image_list page = list(&library, &options);
        assert_int_equal(page.count, cases[i].count);
        assert_null(page.cursor);
        if (page.count == 0)
            continue;
        assert_int_equal(strtoul(page.items[0].filename, NULL, 16), cases[i].first);
        assert_non_null(page.items[0].metadata.prompt);
        assert_memory_equal(page.items[0].sha256, "9e5fa711a030", 12);
    }
    storage_destroy(library.storage);
}

static void a_record_is_fetched_once(void **state)
{
    (void)state;
    struct library library = library_create();
    for (unsigned number = 0; number < 50; number++)
        place(&library, 0, "m", number, 0, "crane", NULL);
    const struct list_options options = {.limit = 100, .query = "crane"};
    for (int i = 0; i < 2; i++) {
        CLEANUP(image_list_finish) struct image_list page = list(&library, &options);
        assert_int_equal(page.count, 50);
        assert_int_equal(library.memory->head_requests, 50);
    }
    /* The same key with another date is another record. */
    place(&library, 0, "m", 7, 1, "plane", NULL);
    CLEANUP(image_list_finish) struct image_list page = list(&library, &options);
    assert_int_equal(page.count, 49);
    storage_destroy(library.storage);
}

static void a_long_search_stops_at_its_bound_and_goes_on_later(void **state)
{
    (void)state;
    struct library library = library_create();
    for (unsigned number = 0; number < 2500; number++)
        place(&library, (int)number / 500, "m", number, (int)(number % 500),
              number == 3 ? "needle" : "hay", NULL);
    struct list_options options = {.limit = 1, .query = "needle"};
    CLEANUP(image_list_finish) struct image_list first = list(&library, &options);
    assert_int_equal(first.count, 0);
    assert_true(first.bounded);
    assert_int_equal(first.looked_at, STORAGE_LIST_LOOKED_MAX);
    assert_string_equal(first.oldest_day, "2024-09-20");
    options.cursor = first.cursor;
    CLEANUP(image_list_finish) struct image_list second = list(&library, &options);
    assert_int_equal(second.count, 1);
    assert_false(second.bounded);
    storage_destroy(library.storage);
}

static void images_that_vanish_while_they_are_looked_at_are_left_out(void **state)
{
    (void)state;
    struct library library = library_create();
    place(&library, 0, "m", 1, 0, "crane", NULL);
    library.memory->head_failure = ERROR_NOT_FOUND;
    CLEANUP(image_list_finish)
    struct image_list page = list(&library, &(struct list_options){.limit = 1, .metadata = true});
    assert_int_equal(page.count, 0);
    struct image_list none;
    struct error error;
    library.memory->head_failure = ERROR_DENIED;
    assert_false(storage_list(library.storage, &plain,
                              &(struct list_options){.limit = 1, .metadata = true}, &none, &error));
    assert_int_equal(error.code, ERROR_DENIED);
    storage_destroy(library.storage);
}

static void assert_refused(struct library *library, const struct list_options *options)
{
    struct image_list none;
    struct error error;
    assert_false(storage_list(library->storage, &plain, options, &none, &error));
    assert_int_equal(error.code, ERROR_INVALID);
}

static void a_damaged_or_foreign_cursor_and_a_bad_limit_are_refused(void **state)
{
    (void)state;
    struct library library = library_create();
    for (unsigned number = 0; number < 5; number++)
        library_place(&library, 0, "m", number, 0);
    CLEANUP(image_list_finish)
    struct image_list page = list(&library, &(struct list_options){.limit = 2});
    for (char *at = page.cursor; *at; at++) {
        char kept = *at;
        *at = kept == 'x' ? 'y' : 'x';
        assert_refused(&library, &(struct list_options){.limit = 2, .cursor = page.cursor});
        *at = kept;
    }
    const struct list_options bad[] = {
        {.limit = 0},
        {.limit = STORAGE_LIST_MAX + 1},
        {.limit = 2, .cursor = ""},
        {.limit = 2, .cursor = "not a cursor"},
        {.limit = 2, .cursor = page.cursor, .query = "x"},
        {.limit = 2, .cursor = page.cursor, .category = "x"},
        {.limit = 2, .cursor = page.cursor, .model = "x"},
        {.limit = 2, .cursor = page.cursor, .from_ms = 1},
        {.limit = 2, .cursor = page.cursor, .until_ms = 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_refused(&library, &bad[i]);
    CLEANUP(image_list_finish)
    struct image_list next = list(&library,
                                  &(struct list_options){.limit = 3, .cursor = page.cursor});
    assert_int_equal(next.count, 3);
    assert_null(next.cursor);
    storage_destroy(library.storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_twenty_cost_two_requests),
        cmocka_unit_test(a_page_of_large_records_is_short_and_another_follows),
        cmocka_unit_test(what_a_lost_record_does_not_tell_the_key_does),
        cmocka_unit_test(pages_give_every_image_once),
        cmocka_unit_test(a_cursor_survives_what_comes_and_goes),
        cmocka_unit_test(a_range_of_time_is_exact),
        cmocka_unit_test(words_and_category_are_looked_for_in_the_record),
        cmocka_unit_test(a_record_is_fetched_once),
        cmocka_unit_test(a_long_search_stops_at_its_bound_and_goes_on_later),
        cmocka_unit_test(images_that_vanish_while_they_are_looked_at_are_left_out),
        cmocka_unit_test(a_damaged_or_foreign_cursor_and_a_bad_limit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
