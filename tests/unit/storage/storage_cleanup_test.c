/* SPDX-License-Identifier: MIT */
#include "storage/storage_cleanup.h"

#include "support/library.h"
#include "support/test.h"

static const struct operation plain;

static struct cleanup_plan plan(struct library *library, const struct retention_policy *policy)
{
    struct cleanup_plan result;
    struct error error = {0};
    if (!storage_plan_cleanup(library->storage, &plain, policy, &result, &error))
        fail_msg("%s", error.text);
    return result;
}

static struct cleanup_result execute(struct library *library, const struct retention_policy *policy,
                                     const struct cleanup_plan *made)
{
    struct cleanup_result result;
    struct error error = {0};
    if (!storage_cleanup(library->storage, &plain, policy, made->saved_until_ms, made->digest,
                         &result, &error))
        fail_msg("%s", error.text);
    return result;
}

/* Ten days of ten images; image n is made on day n / 10. */
static struct library hundred_images(void)
{
    struct library library = library_create();
    for (unsigned number = 0; number < 100; number++)
        library_place(&library, (int)number / 10, number % 2 ? "odd" : "even", number,
                      (int)(number % 10));
    return library;
}

static bool has(struct library *library, unsigned number)
{
    struct image_key key = library_key((int)number / 10, number % 2 ? "odd" : "even", number);
    return memory_find(library->memory, key.text) != NULL;
}

static void a_plan_tells_what_would_go_and_touches_nothing(void **state)
{
    (void)state;
    struct library library = hundred_images();
    const struct retention_policy policy = {
        .keep_count = 20,
        .older_than_ms = first_day + 5 * DAY_MS + 5 * 60000,
    };
    CLEANUP(cleanup_plan_finish) struct cleanup_plan made = plan(&library, &policy);
    assert_int_equal(made.count, 55);
    assert_int_equal(made.bytes, 55 * 4);
    assert_int_equal(made.kept, 45);
    assert_int_equal(made.oldest_ms, first_day);
    assert_int_equal(made.newest_ms, first_day + 5 * DAY_MS + 4 * 60000);
    assert_int_equal(made.sample_count, CLEANUP_SAMPLE_MAX);
    assert_string_equal(made.sample[0].key, library_key(5, "even", 54).text);
    assert_int_equal(made.saved_until_ms, first_day + 9 * DAY_MS + 9 * 60000);
    assert_int_equal(library.memory->delete_requests, 0);
    assert_int_equal(memory_count(library.memory), 100);
    storage_destroy(library.storage);
}

static void young_days_are_not_listed_for_an_age_alone(void **state)
{
    (void)state;
    struct library library = hundred_images();
    const struct retention_policy policy = {.keep_count = -1, .older_than_ms = first_day + DAY_MS};
    CLEANUP(cleanup_plan_finish) struct cleanup_plan made = plan(&library, &policy);
    assert_int_equal(made.count, 10);
    assert_int_equal(library.memory->list_requests, 2);
    storage_destroy(library.storage);
}

static void exactly_the_plan_is_deleted(void **state)
{
    (void)state;
    struct library library = hundred_images();
    const struct retention_policy policy = {.keep_count = 33};
    CLEANUP(cleanup_plan_finish) struct cleanup_plan made = plan(&library, &policy);
    CLEANUP(cleanup_result_finish) struct cleanup_result result = execute(&library, &policy, &made);
    assert_int_equal(result.deleted, 67);
    assert_int_equal(result.bytes, 67 * 4);
    assert_int_equal(result.failed, 0);
    assert_int_equal(result.item_count, 67);
    assert_int_equal(result.stopped.code, ERROR_NONE);
    for (unsigned number = 0; number < 100; number++)
        assert_int_equal(has(&library, number), number >= 67);
    CLEANUP(cleanup_plan_finish) struct cleanup_plan again = plan(&library, &policy);
    assert_int_equal(again.count, 0);
    assert_int_equal(again.oldest_ms, 0);
    storage_destroy(library.storage);
}

static void other_models_are_neither_counted_nor_deleted(void **state)
{
    (void)state;
    struct library library = hundred_images();
    const struct retention_policy policy = {.keep_count = 10, .model = "vendor/Odd"};
    CLEANUP(cleanup_plan_finish) struct cleanup_plan made = plan(&library, &policy);
    CLEANUP(cleanup_result_finish) struct cleanup_result result = execute(&library, &policy, &made);
    assert_int_equal(result.deleted, 40);
    for (unsigned number = 0; number < 100; number++)
        assert_int_equal(has(&library, number), number % 2 == 0 || number >= 80);
    storage_destroy(library.storage);
}

static void images_saved_after_the_plan_stay(void **state)
{
    (void)state;
    struct library library = hundred_images();
    const struct retention_policy policy = {.keep_count = 0};
    CLEANUP(cleanup_plan_finish) struct cleanup_plan made = plan(&library, &policy);
    library_place(&library, 9, "even", 1000, 500);
    library_place(&library, 0, "even", 1001, 0)->modified_ms = made.saved_until_ms + 1;
    CLEANUP(cleanup_result_finish) struct cleanup_result result = execute(&library, &policy, &made);
    assert_int_equal(result.deleted, 100);
    assert_int_equal(memory_count(library.memory), 2);
    assert_non_null(memory_find(library.memory, library_key(9, "even", 1000).text));
    assert_non_null(memory_find(library.memory, library_key(0, "even", 1001).text));
    storage_destroy(library.storage);
}

static void a_plan_that_no_longer_holds_deletes_nothing(void **state)
{
    (void)state;
    const struct retention_policy policy = {.keep_count = 50};
    const struct retention_policy others[] = {
        {.keep_count = 49},
        {.keep_count = 50, .older_than_ms = first_day + 20 * DAY_MS},
        {.keep_count = 50, .model = "odd"},
    };
    struct library library = hundred_images();
    CLEANUP(cleanup_plan_finish) struct cleanup_plan made = plan(&library, &policy);
    struct cleanup_result result;
    struct error error;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(storage_cleanup(library.storage, &plain, &others[i], made.saved_until_ms,
                                     made.digest, &result, &error));
        assert_int_equal(error.code, ERROR_INVALID);
    }
    memory_remove(library.memory, library_key(1, "odd", 11).text);
    assert_false(storage_cleanup(library.storage, &plain, &policy, made.saved_until_ms, made.digest,
                                 &result, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_int_equal(library.memory->delete_requests, 0);
    storage_destroy(library.storage);
}

static void sidecars_go_with_their_images_and_foreign_objects_stay(void **state)
{
    (void)state;
    struct library library = library_create();
    struct error error;
    for (unsigned number = 0; number < 3; number++) {
        library_place(&library, 0, "m", number, 0);
        struct image_key key = library_key(0, "m", number), sidecar;
        assert_true(image_key_sidecar(key.text, &sidecar, &error));
        memory_place(library.memory, sidecar.text, "{}", 2);
    }
    memory_place(library.memory, "generations/2024-09-19/m/notes.txt", "x", 1);
    memory_place(library.memory, "generations/notes.txt", "x", 1);
    const struct retention_policy policy = {.keep_count = 1};
    CLEANUP(cleanup_plan_finish) struct cleanup_plan made = plan(&library, &policy);
    assert_int_equal(made.count, 2);
    assert_int_equal(made.other_objects, 2);
    CLEANUP(cleanup_result_finish) struct cleanup_result result = execute(&library, &policy, &made);
    assert_int_equal(result.deleted, 2);
    assert_int_equal(library.memory->deleted_keys, 4);
    assert_int_equal(memory_count(library.memory), 4);
    storage_destroy(library.storage);
}

static void place_orphan(struct library *library, int day, const char *slug, int64_t modified_ms)
{
    struct image_key key = library_key(day, slug, 1), sidecar;
    struct error error;
    assert_true(image_key_sidecar(key.text, &sidecar, &error));
    memory_place(library->memory, sidecar.text, "{}", 2)->modified_ms = modified_ms;
}

static size_t orphans_left(const struct retention_policy *policy)
{
    struct library library = library_create();
    library.memory->now_ms = first_day + 10 * DAY_MS;
    place_orphan(&library, 0, "m", first_day);
    place_orphan(&library, 5, "m", first_day + 5 * DAY_MS);
    place_orphan(&library, 5, "other", first_day + 5 * DAY_MS + 2);
    place_orphan(&library, 8, "m", library.memory->now_ms - DAY_MS); /* perhaps of a save */
    CLEANUP(cleanup_plan_finish) struct cleanup_plan made = plan(&library, policy);
    assert_int_equal(made.count, 0);
    assert_int_equal(memory_count(library.memory), 4);
    CLEANUP(cleanup_result_finish) struct cleanup_result result = execute(&library, policy, &made);
    assert_int_equal(result.deleted, 0);
    size_t left = memory_count(library.memory);
    storage_destroy(library.storage);
    return left;
}

static void old_sidecars_without_an_image_go_too(void **state)
{
    (void)state;
    const struct retention_policy by_count = {.keep_count = 100};
    const struct retention_policy by_age = {.keep_count = -1,
                                            .older_than_ms = first_day + 5 * DAY_MS + 1};
    const struct retention_policy of_a_model = {.keep_count = 0, .model = "m"};
    assert_int_equal(orphans_left(&by_count), 1);
    assert_int_equal(orphans_left(&by_age), 2);
    assert_int_equal(orphans_left(&of_a_model), 2);
}

static void a_thousand_keys_go_in_one_request(void **state)
{
    (void)state;
    struct library library = library_create();
    for (unsigned number = 0; number < 2500; number++)
        library_place(&library, (int)number / 700, "m", number, 0);
    const struct retention_policy policy = {.keep_count = 0};
    struct cleanup_result result;
    struct error error;
    assert_true(
        storage_cleanup(library.storage, &plain, &policy, INT64_MAX, NULL, &result, &error));
    assert_int_equal(result.deleted, 2500);
    assert_int_equal(result.item_count, CLEANUP_ITEMS_MAX);
    assert_int_equal(library.memory->delete_requests, 3);
    assert_int_equal(memory_count(library.memory), 0);
    cleanup_result_finish(&result);
    storage_destroy(library.storage);
}

static void keys_that_cannot_be_deleted_are_reported(void **state)
{
    (void)state;
    struct library library = hundred_images();
    const struct retention_policy policy = {.keep_count = 0};
    CLEANUP(cleanup_plan_finish) struct cleanup_plan made = plan(&library, &policy);
    library.memory->delete_failure = ERROR_DENIED;
    library.memory->failing_suffix = "7_8x4.png";
    CLEANUP(cleanup_result_finish) struct cleanup_result result = execute(&library, &policy, &made);
    assert_int_equal(result.failed, 6); /* 07, 17, 27, 37, 47 and 57 in hexadecimal */
    assert_int_equal(result.deleted, 94);
    assert_int_equal(result.failure_count, 6);
    assert_string_equal(result.failures[0].text, "the delete fails");
    assert_string_equal(result.failures[0].key, library_key(8, "odd", 0x57).text);
    storage_destroy(library.storage);
}

static struct cleanup_result clean_up_settled(struct library *library,
                                              const struct retention_policy *policy)
{
    struct cleanup_result result;
    struct error error = {0};
    if (!storage_cleanup_settled(library->storage, &plain, policy, &result, &error))
        fail_msg("%s", error.text);
    return result;
}

static void what_was_just_saved_counts_but_is_not_deleted_without_a_plan(void **state)
{
    (void)state;
    const int64_t now_ms = first_day + 20 * DAY_MS;
    const struct retention_policy policy = {.keep_count = 2, .older_than_ms = now_ms};
    struct library library = library_create();
    library.memory->now_ms = now_ms;
    for (int day = 0; day < 4; day++)
        library_place(&library, day, "m", (unsigned)day, 0);
    /* of the oldest day by their timestamps, but saved at this moment, and a while ago */
    library_place(&library, 0, "new", 10, 0)->modified_ms = now_ms;
    library_place(&library, 0, "new", 11, 0)->modified_ms = now_ms - CLEANUP_SETTLED_MS + 1;
    library_place(&library, 0, "old", 12, 0)->modified_ms = now_ms - CLEANUP_SETTLED_MS;
    CLEANUP(cleanup_result_finish)
    struct cleanup_result result = clean_up_settled(&library, &policy);
    assert_int_equal(result.deleted, 3);
    static const struct {
        int day;
        const char *slug;
        unsigned number;
    } kept[] = {{3, "m", 3}, {2, "m", 2}, {0, "new", 10}, {0, "new", 11}};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_non_null(memory_find(library.memory,
                                    library_key(kept[i].day, kept[i].slug, kept[i].number).text));
    assert_int_equal(memory_count(library.memory), 4);
    storage_destroy(library.storage);
}

/* Somebody saves an image of long ago, just before its day is listed. */
static void save_before_first_day(struct memory_provider *memory, const struct operation *operation,
                                  const char *prefix)
{
    struct library library = {.memory = memory};
    (void)operation;
    if (!memory_ends_with(prefix, "-19/"))
        return;
    pthread_mutex_lock(&memory->mutex);
    memory->now_ms += 1;
    library_place(&library, 0, "m", 1000, 0)->modified_ms = memory->now_ms;
    pthread_mutex_unlock(&memory->mutex);
}

static void what_is_saved_during_a_clean_up_without_a_plan_stays(void **state)
{
    (void)state;
    struct library library = hundred_images();
    library.memory->now_ms = first_day + 20 * DAY_MS;
    library.memory->before_list = save_before_first_day;
    const struct retention_policy policy = {.keep_count = 0};
    CLEANUP(cleanup_result_finish)
    struct cleanup_result result = clean_up_settled(&library, &policy);
    assert_int_equal(result.deleted, 100);
    assert_int_equal(memory_count(library.memory), 1);
    assert_non_null(memory_find(library.memory, library_key(0, "m", 1000).text));
    storage_destroy(library.storage);
}

static void a_clean_up_that_breaks_off_tells_how_far_it_came(void **state)
{
    (void)state;
    struct library library = library_create();
    for (unsigned number = 0; number < 3000; number++)
        library_place(&library, 0, "m", number, 0);
    library.memory->batch_failure = ERROR_UNAVAILABLE;
    library.memory->batches_good = 2;
    const struct retention_policy policy = {.keep_count = 0};
    struct cleanup_result result;
    struct error error;
    assert_true(
        storage_cleanup(library.storage, &plain, &policy, INT64_MAX, NULL, &result, &error));
    assert_int_equal(result.deleted, 2000);
    assert_int_equal(memory_count(library.memory), 1000);
    assert_int_equal(result.stopped.code, ERROR_UNAVAILABLE);
    cleanup_result_finish(&result);
    assert_false(
        storage_cleanup(library.storage, &plain, &policy, INT64_MAX, NULL, &result, &error));
    assert_int_equal(error.code, ERROR_UNAVAILABLE);
    storage_destroy(library.storage);
}

static void without_a_rule_nothing_is_done(void **state)
{
    (void)state;
    struct library library = hundred_images();
    const struct retention_policy policy = {.keep_count = -1};
    struct cleanup_plan none;
    struct cleanup_result nothing;
    struct error error;
    assert_false(storage_plan_cleanup(library.storage, &plain, &policy, &none, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_false(
        storage_cleanup(library.storage, &plain, &policy, INT64_MAX, NULL, &nothing, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_false(storage_cleanup_settled(library.storage, &plain, &policy, &nothing, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_int_equal(library.memory->list_requests, 0);
    storage_destroy(library.storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_tells_what_would_go_and_touches_nothing),
        cmocka_unit_test(young_days_are_not_listed_for_an_age_alone),
        cmocka_unit_test(exactly_the_plan_is_deleted),
        cmocka_unit_test(other_models_are_neither_counted_nor_deleted),
        cmocka_unit_test(images_saved_after_the_plan_stay),
        cmocka_unit_test(a_plan_that_no_longer_holds_deletes_nothing),
        cmocka_unit_test(sidecars_go_with_their_images_and_foreign_objects_stay),
        cmocka_unit_test(old_sidecars_without_an_image_go_too),
        cmocka_unit_test(a_thousand_keys_go_in_one_request),
        cmocka_unit_test(keys_that_cannot_be_deleted_are_reported),
        cmocka_unit_test(what_was_just_saved_counts_but_is_not_deleted_without_a_plan),
        cmocka_unit_test(what_is_saved_during_a_clean_up_without_a_plan_stays),
        cmocka_unit_test(a_clean_up_that_breaks_off_tells_how_far_it_came),
        cmocka_unit_test(without_a_rule_nothing_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
