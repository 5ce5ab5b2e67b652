/* SPDX-License-Identifier: MIT */
#include "storage/storage_complete.h"

#include "support/library.h"
#include "support/test.h"

#include <string.h>

static const struct operation plain;

/* expected: the keys, one a line. */
static void assert_completes(struct storage *storage, const char *beginning, const char *expected)
{
    CLEANUP(key_completions_finish) struct key_completions keys = {0};
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(1 << 20);
    struct error error = {0};
    if (!storage_complete(storage, &plain, beginning, &keys, &error))
        fail_msg("%s: %s", beginning, error.text);
    assert_true(buffer_append_string(&text, "", &error));
    for (size_t i = 0; i < keys.count; i++)
        assert_true(buffer_printf(&text, &error, "%s\n", keys.keys[i]));
    if (strcmp(text.data, expected) != 0)
        fail_msg("\"%s\" is completed to\n%sinstead of\n%s", beginning, text.data, expected);
    assert_int_equal(keys.total, keys.count);
    assert_false(keys.bounded);
}

#define DAY(day) "generations/2024-09-" day "/"

static struct library some_images(void)
{
    struct library library = library_create();
    library_place(&library, 0, "flux-1", 1, 10);
    library_place(&library, 0, "flux-1", 2, 30);
    library_place(&library, 0, "flux-1", 3, 20);
    library_place(&library, 0, "flux-2", 1, 10);
    library_place(&library, 0, "sdxl", 1, 10);
    library_place(&library, 1, "sdxl", 1, 10);
    library_place(&library, 11, "sdxl", 1, 10);
    return library;
}

static void days_come_first_then_models_then_images(void **state)
{
    (void)state;
    struct library library = some_images();
    static const char days[] = DAY("30") "\n" DAY("20") "\n" DAY("19") "\n";
    static const struct {
        const char *beginning, *expected;
    } cases[] = {
        {"", days},
        {"gen", days},
        {"generations", days},
        {"generations/", days},
        {"generations/2024", days},
        {"generations/2024-09-", days},
        {"generations/2024-09-1", DAY("19") "\n"},
        {"generations/2024-09-19", DAY("19") "\n"},
        {"generations/2025", ""},
        {DAY("19"), DAY("19") "flux-1/\n" DAY("19") "flux-2/\n" DAY("19") "sdxl/\n"},
        {DAY("19") "flux", DAY("19") "flux-1/\n" DAY("19") "flux-2/\n"},
        {DAY("19") "sdxl", DAY("19") "sdxl/\n"},
        {DAY("19") "x", ""},
        {DAY("21"), ""},
        {DAY("19") "flux-1/", DAY("19") "flux-1/000000000002_8x4.png\n" /* the newest */
         DAY("19") "flux-1/000000000003_8x4.png\n" DAY("19") "flux-1/000000000001_8x4.png\n"},
        {DAY("19") "flux-1/000000000003", DAY("19") "flux-1/000000000003_8x4.png\n"},
        {DAY("19") "flux-1/000000000003_8x4.png", DAY("19") "flux-1/000000000003_8x4.png\n"},
        {DAY("19") "flux-1/1", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_completes(library.storage, cases[i].beginning, cases[i].expected);
    storage_destroy(library.storage);
}

static void each_costs_one_listing_of_its_level(void **state)
{
    (void)state;
    struct library library = some_images();
    assert_completes(library.storage, DAY("19") "flux-2",
                     DAY("19") "flux-2/\n"); /* what is below is not looked at */
    assert_string_equal(library.memory->log, "list " DAY("19") "flux-2\n");
    assert_int_equal(library.memory->list_requests, 1);
    storage_destroy(library.storage);
}

static void what_is_not_of_the_layout_is_left_out(void **state)
{
    (void)state;
    static const char *const others[] = {
        "generations/readme.txt",
        "generations/2024-09-19/", /* as some programs mark a directory */
        "generations/2024-09-19/flux-2/",
        "generations/2024-13-01/flux-1/000000000001_8x4.png",
        "generations/2024-09-19/a.txt",
        "generations/2024-09-19/Flux/000000000001_8x4.png",
        "generations/2024-09-19/flux-2/000000000001_8x4.png.json",
        "generations/2024-09-19/flux-2/00000000000A_8x4.png",
        "generations/2024-09-19/flux-2/deeper/000000000001_8x4.png",
    };
    struct library library = library_create();
    library_place(&library, 0, "flux-2", 1, 10);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        memory_place(library.memory, others[i], "x", 1);
    assert_completes(library.storage, "", DAY("19") "\n");
    assert_completes(library.storage, DAY("19"), DAY("19") "flux-2/\n");
    assert_completes(library.storage, DAY("19") "flux-2/",
                     DAY("19") "flux-2/000000000001_8x4.png\n");
    storage_destroy(library.storage);
}

static void what_no_key_begins_with_costs_nothing(void **state)
{
    (void)state;
    static const char *const beginnings[] = {
        "x",
        "/",
        "generationsx",
        "generations//",
        "generations/../",
        "generations/..%2f",
        "generations/2024-09-1 ",
        "generations/2024-09-31/",
        "generations/2024-13-01/",
        DAY("19") "../",
        DAY("19") "Flux/",
        DAY("19") "flux-1/..",
        DAY("19") "flux-1/deeper/",
        DAY("19") "flux-1/000000000001_8x4.png/",
        "generations/\xE6\x97\xA5",
        "image://generations/",
    };
    struct library library = some_images();
    char longest[IMAGE_KEY_MAX + 3];
    size_t requests = 0;
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        assert_completes(library.storage, beginnings[i], "");
        /* a beginning of a name may be only dots, as long as it stays one */
        requests += strcmp(beginnings[i], DAY("19") "flux-1/..") == 0;
        assert_int_equal(library.memory->list_requests, requests);
    }
    strcpy(longest, "generations/");
    memset(longest + 12, '1', sizeof longest - 13);
    longest[sizeof longest - 1] = '\0';
    assert_completes(library.storage, longest, "");
    assert_int_equal(library.memory->list_requests, requests);
    storage_destroy(library.storage);
}

static void a_store_without_a_prefix_completes_too(void **state)
{
    (void)state;
    struct memory_provider *memory = memory_create(2048);
    struct storage *storage;
    struct error error;
    assert_true(storage_create(&memory->provider, "", &storage, &error));
    memory_place(memory, "2024-09-19/m/000000000001_8x4.png", "1", 1);
    assert_completes(storage, "", "2024-09-19/\n");
    assert_completes(storage, "2024-09-19/", "2024-09-19/m/\n");
    assert_completes(storage, "/", "");
    storage_destroy(storage);
}

static void more_than_a_hundred_are_counted(void **state)
{
    (void)state;
    struct library library = library_create();
    for (int day = 0; day < 250; day++)
        library_place(&library, day, "m", 1, 0);
    CLEANUP(key_completions_finish) struct key_completions keys = {0};
    struct error error;
    assert_true(storage_complete(library.storage, &plain, "", &keys, &error));
    assert_int_equal(keys.count, STORAGE_COMPLETE_MAX);
    assert_int_equal(keys.total, 250);
    assert_false(keys.bounded);
    assert_string_equal(keys.keys[0], "generations/2025-05-26/");
    assert_string_equal(keys.keys[99], "generations/2025-02-16/");
    storage_destroy(library.storage);
}

/* A model's images of one day without an end. */
static bool list_endlessly(struct storage_provider *provider, const struct operation *operation,
                           const struct object_query *query, object_each *each, void *argument,
                           struct error *error)
{
    (void)provider;
    (void)operation;
    char key[IMAGE_KEY_MAX + 1];
    struct object_entry entry = {.key = key, .size = 1};
    bool stop = false;
    do {
        entry.modified_ms++;
        snprintf(key, sizeof key, "%s%012llx_8x4.png", query->prefix,
                 (unsigned long long)entry.modified_ms);
        if (!each(argument, &entry, &stop, error))
            return false;
    } while (!stop);
    return true;
}

static void a_level_without_an_end_is_not_listed_to_its_end(void **state)
{
    (void)state;
    struct library library = library_create();
    CLEANUP(key_completions_finish) struct key_completions keys = {0};
    struct error error;
    library.memory->ops.list = list_endlessly;
    assert_true(storage_complete(library.storage, &plain, DAY("19") "m/", &keys, &error));
    assert_int_equal(keys.count, STORAGE_COMPLETE_MAX);
    assert_int_equal(keys.total, STORAGE_COMPLETE_LOOKED_MAX);
    assert_true(keys.bounded);
    storage_destroy(library.storage);
}

static void a_listing_that_fails_or_is_cancelled_is_a_failure(void **state)
{
    (void)state;
    struct library library = some_images();
    struct key_completions keys;
    struct error error;
    struct cancel cancel;
    library.memory->list_failures = 1;
    library.memory->list_failure = ERROR_DENIED;
    assert_false(storage_complete(library.storage, &plain, "", &keys, &error));
    assert_int_equal(error.code, ERROR_DENIED);
    cancel_init(&cancel);
    cancel_request(&cancel);
    const struct operation cancelled = {.cancel = &cancel};
    assert_false(storage_complete(library.storage, &cancelled, "", &keys, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    cancel_finish(&cancel);
    storage_destroy(library.storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_come_first_then_models_then_images),
        cmocka_unit_test(each_costs_one_listing_of_its_level),
        cmocka_unit_test(what_is_not_of_the_layout_is_left_out),
        cmocka_unit_test(what_no_key_begins_with_costs_nothing),
        cmocka_unit_test(a_store_without_a_prefix_completes_too),
        cmocka_unit_test(more_than_a_hundred_are_counted),
        cmocka_unit_test(a_level_without_an_end_is_not_listed_to_its_end),
        cmocka_unit_test(a_listing_that_fails_or_is_cancelled_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
