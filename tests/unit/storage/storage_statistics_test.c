/* SPDX-License-Identifier: MIT */
#include "storage/storage_statistics.h"

#include "support/library.h"
#include "support/test.h"

static const struct operation plain;

/* Ten days of ten images; image n is made on day n / 10. */
static struct library hundred_images(void)
{
    struct library library = library_create();
    for (unsigned number = 0; number < 100; number++)
        library_place(&library, (int)number / 10, number % 2 ? "odd" : "even", number,
                      (int)(number % 10));
    return library;
}

static void statistics_count_by_model_and_day(void **state)
{
    (void)state;
    struct library library = hundred_images();
    library_place(&library, 3, "a.third", 200, 700);
    memory_place(library.memory, "generations/2024-09-19/x", "x", 1);
    struct statistics all;
    struct error error;
    assert_true(
        storage_statistics(library.storage, &plain, &(struct statistics_options){0}, &all, &error));
    assert_int_equal(all.files, 101);
    assert_int_equal(all.bytes, 404);
    assert_int_equal(all.other_objects, 1);
    assert_int_equal(all.model_count, 3);
    assert_string_equal(all.models[0].name, "a.third");
    assert_string_equal(all.models[1].name, "even");
    assert_int_equal(all.models[1].files, 50);
    assert_int_equal(all.models[2].bytes, 200);
    assert_int_equal(all.day_count, 10);
    assert_string_equal(all.days[0].name, "2024-09-28");
    assert_int_equal(all.days[6].files, 11);
    assert_string_equal(all.newest.key.text, library_key(9, "odd", 99).text);
    assert_string_equal(all.oldest.key.text, library_key(0, "even", 0).text);
    assert_int_equal(all.oldest.time_ms, first_day);
    statistics_finish(&all);
    storage_destroy(library.storage);
}

static void statistics_of_a_model_and_a_range(void **state)
{
    (void)state;
    struct library library = hundred_images();
    const struct statistics_options options = {
        .model = "odd",
        .from_ms = first_day + DAY_MS,
        .until_ms = first_day + 2 * DAY_MS + 4 * 60000,
    };
    struct statistics some;
    struct error error;
    assert_true(storage_statistics(library.storage, &plain, &options, &some, &error));
    assert_int_equal(some.files, 7);
    assert_int_equal(some.model_count, 1);
    assert_int_equal(some.day_count, 2);
    assert_int_equal(some.days[0].files, 2);
    statistics_finish(&some);
    storage_destroy(library.storage);
}

static void an_empty_store_has_nothing_to_count(void **state)
{
    (void)state;
    struct library library = library_create();
    struct statistics none;
    struct error error;
    assert_true(storage_statistics(library.storage, &plain, &(struct statistics_options){0}, &none,
                                   &error));
    assert_int_equal(none.files, 0);
    assert_string_equal(none.oldest.key.text, "");
    statistics_finish(&none);
    storage_destroy(library.storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics_count_by_model_and_day),
        cmocka_unit_test(statistics_of_a_model_and_a_range),
        cmocka_unit_test(an_empty_store_has_nothing_to_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
