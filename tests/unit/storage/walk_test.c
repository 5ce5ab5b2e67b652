/* SPDX-License-Identifier: MIT */
#include "storage/walk.h"

#include "support/library.h"
#include "support/test.h"

#include <string.h>

enum { START = 4, WIDTH = 48 };

static const struct operation plain;
static const struct walk_options everything;

static struct walk *start(struct library *library, const struct walk_options *options)
{
    struct walk *walk;
    struct error error;
    assert_true(
        walk_create(&library->memory->provider, "generations", &plain, options, &walk, &error));
    return walk;
}

static struct walk_day *next(struct walk *walk)
{
    struct walk_day *day;
    struct error error = {0};
    if (!walk_next(walk, &day, &error))
        fail_msg("%s", error.text);
    return day;
}

static void days_come_newest_first_and_images_by_date_and_key(void **state)
{
    (void)state;
    struct library library = library_create();
    library_place(&library, 0, "m", 1, 0);
    library_place(&library, 2, "m", 1, 10);
    library_place(&library, 2, "a", 3, 20);
    library_place(&library, 2, "z", 2, 20);
    library_place(&library, 2, "a", 4, 5);
    CLEANUP(walk_destroy_cleanup) struct walk *walk = start(&library, &everything);
    assert_int_equal(walk_days_left(walk), 2);
    CLEANUP(walk_day_destroy_cleanup) struct walk_day *second = next(walk);
    assert_string_equal(second->day, "2024-09-21");
    assert_int_equal(second->day_ms, first_day + 2 * DAY_MS);
    assert_int_equal(second->count, 4);
    assert_string_equal(second->images[0].key, library_key(2, "a", 3).text);
    assert_string_equal(second->images[1].key, library_key(2, "z", 2).text);
    assert_string_equal(second->images[2].key, library_key(2, "m", 1).text);
    assert_string_equal(second->images[3].key, library_key(2, "a", 4).text);
    assert_int_equal(second->images[0].size, 4);
    CLEANUP(walk_day_destroy_cleanup) struct walk_day *first = next(walk);
    assert_string_equal(first->day, "2024-09-19");
    assert_null(next(walk));
    walk_destroy(TAKE(walk));
    storage_destroy(library.storage);
}

static void what_is_not_ours_is_counted_and_passed_over(void **state)
{
    (void)state;
    struct library library = library_create();
    library_place(&library, 1, "m", 1, 0);
    library_place(&library, 1, "m", 2, 0);
    struct image_key key = library_key(1, "m", 1), sidecar;
    struct error error;
    assert_true(image_key_sidecar(key.text, &sidecar, &error));
    memory_place(library.memory, sidecar.text, "{}", 2);
    static const char *const others[] = {
        "generations/readme.txt",
        "generations/2024-02-31/m/000000000001_8x4.png",
        "generations/photos/x.png",
        "generations/2024-09-20/x.png",
        "generations/2024-09-20/m/000000000001_8x4.png.json.json",
        "generations/2024-09-20/m/000000000003_8x4.png.json",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        memory_place(library.memory, others[i], "x", 1);
    memory_place(library.memory, "other/2024-09-20/m/000000000001_8x4.png", "x", 1);
    CLEANUP(walk_destroy_cleanup) struct walk *walk = start(&library, &everything);
    CLEANUP(walk_day_destroy_cleanup) struct walk_day *day = next(walk);
    assert_int_equal(day->count, 2);
    assert_true(day->images[0].has_sidecar);
    assert_false(day->images[1].has_sidecar);
    assert_int_equal(day->other_objects, 2);
    assert_int_equal(day->orphan_count, 1);
    assert_string_equal(day->orphans[0].key, "generations/2024-09-20/m/000000000003_8x4.png.json");
    assert_int_equal(walk_other_objects(walk), 3);
    assert_null(next(walk));
    walk_destroy(TAKE(walk));
    storage_destroy(library.storage);
}

static void days_outside_the_range_cost_nothing(void **state)
{
    (void)state;
    struct library library = library_create();
    for (int i = 0; i < 10; i++)
        library_place(&library, i, "m", 1, 0);
    const struct walk_options range = {
        .from_ms = first_day + 3 * DAY_MS + 5,
        .until_ms = first_day + 5 * DAY_MS,
    };
    CLEANUP(walk_destroy_cleanup) struct walk *walk = start(&library, &range);
    CLEANUP(walk_day_destroy_cleanup) struct walk_day *fourth = next(walk);
    CLEANUP(walk_day_destroy_cleanup) struct walk_day *third = next(walk);
    assert_string_equal(fourth->day, "2024-09-23");
    assert_string_equal(third->day, "2024-09-22");
    assert_null(next(walk));
    walk_destroy(TAKE(walk));
    assert_int_equal(library.memory->list_requests, 3);
    storage_destroy(library.storage);
}

static void a_model_is_listed_by_itself(void **state)
{
    (void)state;
    struct library library = library_create();
    library_place(&library, 0, "m", 1, 0);
    library_place(&library, 0, "mm", 2, 0);
    const struct walk_options options = {.slug = "m"};
    CLEANUP(walk_destroy_cleanup) struct walk *walk = start(&library, &options);
    CLEANUP(walk_day_destroy_cleanup) struct walk_day *day = next(walk);
    assert_int_equal(day->count, 1);
    assert_non_null(strstr(library.memory->log, "list generations/2024-09-19/m/\n"));
    walk_destroy(TAKE(walk));
    storage_destroy(library.storage);
}

static void the_newest_day_costs_two_requests(void **state)
{
    (void)state;
    struct library library = library_create();
    for (int i = 0; i < 100; i++)
        library_place(&library, i, "m", 1, 0);
    struct walk *walk = start(&library, &everything);
    walk_day_destroy(next(walk));
    walk_destroy(walk);
    assert_int_equal(library.memory->list_requests, 2);
    storage_destroy(library.storage);
}

/* Lets the listings of the START newest of a hundred days through, and holds the others until WIDTH
 * of them wait. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int waiting;
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

static void wait_at_gate(struct memory_provider *memory, const struct operation *operation,
                         const char *prefix)
{
    (void)memory;
    (void)operation;
    if (strcmp(prefix, "generations/") == 0 ||
        strcmp(prefix, library_key(100 - START - 1, "", 0).text) > 0)
        return;
    pthread_mutex_lock(&gate.mutex);
    gate.waiting++;
    pthread_cond_broadcast(&gate.changed);
    while (gate.waiting < WIDTH)
        pthread_cond_wait(&gate.changed, &gate.mutex);
    pthread_mutex_unlock(&gate.mutex);
}

static void days_are_listed_side_by_side(void **state)
{
    (void)state;
    struct library library = library_create();
    for (int i = 0; i < 100; i++)
        library_place(&library, i, "m", 1, 0);
    library.memory->before_list = wait_at_gate;
    const struct walk_options whole = {.whole = true};
    struct walk *walk = start(&library, &whole);
    for (int i = 99; i >= 0; i--) {
        CLEANUP(walk_day_destroy_cleanup) struct walk_day *day = next(walk);
        assert_int_equal(day->day_ms, first_day + i * DAY_MS);
    }
    walk_destroy(walk);
    assert_int_equal(library.memory->list_requests, 101);
    storage_destroy(library.storage);
}

static void a_throttled_day_is_listed_again(void **state)
{
    (void)state;
    struct library library = library_create();
    for (int i = 0; i < 10; i++)
        library_place(&library, i, "m", 1, 0);
    library.memory->list_failure = ERROR_UNAVAILABLE;
    library.memory->failing_suffix = "-22/";
    library.memory->list_failures = 1;
    struct walk *walk = start(&library, &everything);
    for (int i = 0; i < 10; i++)
        walk_day_destroy(next(walk));
    assert_null(next(walk));
    walk_destroy(walk);
    assert_int_equal(library.memory->list_requests, 12);
    storage_destroy(library.storage);
}

static void a_day_that_cannot_be_listed_fails_the_walk(void **state)
{
    (void)state;
    struct library library = library_create();
    for (int i = 0; i < 3; i++)
        library_place(&library, i, "m", 1, 0);
    library.memory->list_failure = ERROR_DENIED;
    library.memory->failing_suffix = "-20/";
    library.memory->list_failures = 1;
    struct walk *walk = start(&library, &everything);
    struct walk_day *day;
    struct error error;
    walk_day_destroy(next(walk));
    assert_false(walk_next(walk, &day, &error));
    assert_int_equal(error.code, ERROR_DENIED);
    walk_destroy(walk);
    storage_destroy(library.storage);
}

/* Before each page somebody adds and removes images; those that stay must come once each. */
static void change_the_store(struct memory_provider *memory, const struct operation *operation,
                             const char *prefix)
{
    (void)prefix;
    (void)operation;
    pthread_mutex_lock(&memory->mutex);
    struct library library = {.memory = memory};
    unsigned *turn = memory->hook_argument;
    (*turn)++;
    for (int day = 0; day < 3; day++) {
        library_place(&library, day, "m", 0x1000 + 2 * *turn, 3);
        memory_remove(memory, library_key(day, "m", 2 * *turn + 1).text);
    }
    pthread_mutex_unlock(&memory->mutex);
}

static void a_store_that_changes_meanwhile_loses_and_repeats_nothing(void **state)
{
    (void)state;
    struct library library = library_create();
    unsigned turn = 0, stayed = 0;
    for (int day = 0; day < 3; day++)
        for (unsigned number = 0; number < 100; number++)
            library_place(&library, day, "m", number, (int)(number * 7 % 50));
    library.memory->page_size = 10;
    library.memory->before_list = change_the_store;
    library.memory->hook_argument = &turn;
    struct walk *walk = start(&library, &everything);
    struct walk_day *day;
    while ((day = next(walk))) {
        bool seen[0x2000] = {false};
        for (size_t i = 0; i < day->count; i++) {
            unsigned number = (unsigned)strtoul(strrchr(day->images[i].key, '/') + 1, NULL, 16);
            assert_false(seen[number]);
            seen[number] = true;
            stayed += number < 100 && number % 2 == 0;
        }
        walk_day_destroy(day);
    }
    walk_destroy(walk);
    assert_int_equal(stayed, 150);
    storage_destroy(library.storage);
}

static void cancel_at_second_day(struct memory_provider *memory, const struct operation *operation,
                                 const char *prefix)
{
    (void)operation;
    if (memory_ends_with(prefix, "-20/"))
        cancel_request(memory->hook_argument);
}

static void a_cancelled_walk_ends(void **state)
{
    (void)state;
    struct library library = library_create();
    struct cancel cancel;
    cancel_init(&cancel);
    const struct operation operation = {.cancel = &cancel};
    for (int i = 0; i < 3; i++)
        library_place(&library, i, "m", 1, 0);
    library.memory->before_list = cancel_at_second_day;
    library.memory->hook_argument = &cancel;
    struct walk *walk;
    struct walk_day *day;
    struct error error;
    assert_true(walk_create(&library.memory->provider, "generations", &operation, &everything,
                            &walk, &error));
    assert_true(walk_next(walk, &day, &error));
    walk_day_destroy(day);
    assert_false(walk_next(walk, &day, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    walk_destroy(walk);
    cancel_finish(&cancel);
    storage_destroy(library.storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_come_newest_first_and_images_by_date_and_key),
        cmocka_unit_test(what_is_not_ours_is_counted_and_passed_over),
        cmocka_unit_test(days_outside_the_range_cost_nothing),
        cmocka_unit_test(a_model_is_listed_by_itself),
        cmocka_unit_test(the_newest_day_costs_two_requests),
        cmocka_unit_test(days_are_listed_side_by_side),
        cmocka_unit_test(a_throttled_day_is_listed_again),
        cmocka_unit_test(a_day_that_cannot_be_listed_fails_the_walk),
        cmocka_unit_test(a_store_that_changes_meanwhile_loses_and_repeats_nothing),
        cmocka_unit_test(a_cancelled_walk_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
