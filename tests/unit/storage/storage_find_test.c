/* SPDX-License-Identifier: MIT */
#include "storage/storage.h"

#include "base/buffer.h"
#include "support/library.h"
#include "support/test.h"

#include <string.h>

static const struct operation plain;

/* Image 7 is there on three days; each has its own prompt. */
static struct library three_days(void)
{
    static const char *const prompts[] = {"first", "second", "third"};
    struct library library = library_create();
    for (int day = 0; day < 3; day++) {
        memory_set(library_place(&library, day, "m", 7, 10), "prompt", prompts[day]);
        library_place(&library, day, "m", 8, 10);
    }
    return library;
}

static void assert_finds(struct library *library, const char *name, const char *key,
                         const char *prompt)
{
    CLEANUP(stored_image_finish) struct stored_image image = {0};
    struct error error = {0};
    if (!storage_find(library->storage, &plain, name, &image, &error))
        fail_msg("%s: %s", name, error.text);
    assert_string_equal(image.key, key);
    assert_string_equal(image.metadata.prompt, prompt);
    assert_string_equal(image.storage_type, "memory");
    assert_string_equal(image.filename, "000000000007_8x4.png");
    assert_memory_equal(image.url.url, "memory://generations/", 21);
    assert_int_equal(image.size, 4);
}

static void an_image_is_found_by_key_url_and_filename(void **state)
{
    (void)state;
    struct library library = three_days();
    struct image_key first = library_key(0, "m", 7), third = library_key(2, "m", 7);
    char url[IMAGE_KEY_MAX + 64];
    assert_finds(&library, first.text, first.text, "first");
    snprintf(url, sizeof url, "memory://%s?signature=1", first.text);
    assert_finds(&library, url, first.text, "first");
    snprintf(url, sizeof url, "image://%s", first.text);
    assert_finds(&library, url, first.text, "first");
    snprintf(url, sizeof url, "https://memory.example/%s?X-Amz-Signature=0", first.text);
    assert_finds(&library, url, first.text, "first");
    assert_int_equal(library.memory->list_requests, 0);
    assert_finds(&library, "000000000007_8x4.png", third.text, "third");
    assert_int_equal(library.memory->list_requests, 2);
    storage_destroy(library.storage);
}

static void the_record_may_be_in_a_sidecar(void **state)
{
    (void)state;
    struct library library = library_create();
    struct image_key key = library_key(0, "m", 7), sidecar;
    struct error error;
    static const char json[] = "{\"prompt\":\"whole\",\"model\":\"m\","
                               "\"timestamp\":\"2024-09-27T10:00:00Z\",\"sha256\":\"ab\"}";
    library_place(&library, 0, "m", 7, 0);
    assert_true(image_key_sidecar(key.text, &sidecar, &error));
    memory_place(library.memory, sidecar.text, json, sizeof json - 1);
    assert_finds(&library, key.text, key.text, "whole");
    storage_destroy(library.storage);
}

static void what_a_lost_record_does_not_tell_the_key_does(void **state)
{
    (void)state;
    struct library library = library_create();
    const struct image_key key = library_key(0, "flux-1", 7);
    CLEANUP(stored_image_finish) struct stored_image dated = {0}, undated = {0};
    struct error error;
    struct memory_object *object = library_place(&library, 0, "flux-1", 7, 10);
    assert_true(storage_find(library.storage, &plain, key.text, &dated, &error));
    assert_string_equal(dated.metadata.model, "flux-1");
    assert_string_equal(dated.metadata.prompt, "");
    assert_int_equal(dated.metadata.timestamp_ms, first_day + 10 * 60000);
    object->modified_ms = 0;
    assert_true(storage_find(library.storage, &plain, key.text, &undated, &error));
    assert_int_equal(undated.modified_ms, first_day);
    assert_int_equal(undated.metadata.timestamp_ms, first_day);
    storage_destroy(library.storage);
}

static void a_damaged_record_gives_what_can_be_read(void **state)
{
    (void)state;
    static const char *const records[] = {
        ("{\"prompt\":7,\"model\":[],\"timestamp\":{},\"category\":1,\"parameters\":\"x\","
         "\"sha256\":0}"),
        "{\"prompt\":\"\",\"model\":\"\",\"timestamp\":\"yesterday\"}",
        "[]",
        "{\"prompt\":",
        "",
    };
    struct library library = library_create();
    struct image_key key = library_key(0, "m", 7), sidecar;
    struct error error;
    library_place(&library, 0, "m", 7, 10);
    assert_true(image_key_sidecar(key.text, &sidecar, &error));
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        CLEANUP(stored_image_finish) struct stored_image image = {0};
        memory_place(library.memory, sidecar.text, records[i], strlen(records[i]));
        assert_true(storage_find(library.storage, &plain, key.text, &image, &error));
        assert_string_equal(image.metadata.prompt, "");
        assert_string_equal(image.metadata.model, "m");
        assert_int_equal(image.metadata.timestamp_ms, first_day + 10 * 60000);
        assert_null(image.metadata.parameters);
    }
    storage_destroy(library.storage);
}

/* A record whose parameters are a list of so many empty objects. */
static void place_planted(struct library *library, const char *key, size_t values)
{
    static const char head[] = "{\"prompt\":\"planted\",\"parameters\":{\"a\":[{}";
    struct image_key sidecar;
    struct error error;
    CLEANUP(buffer_finish) struct buffer json = BUFFER_INIT(32 * 1024 * 1024);
    assert_true(buffer_append_string(&json, head, &error));
    for (size_t i = 1; i < values; i++)
        assert_true(buffer_append_string(&json, ",{}", &error));
    assert_true(buffer_append_string(&json, "]}}", &error));
    assert_true(image_key_sidecar(key, &sidecar, &error));
    memory_place(library->memory, sidecar.text, json.data, json.size);
}

static void a_record_of_too_many_values_or_bytes_is_damaged(void **state)
{
    (void)state;
    static const struct {
        size_t values;
        const char *prompt;
    } cases[] = {
        {10, "planted"}, {4000, "planted"}, {20000, "planted"}, {60000, ""}, {3000000, ""}};
    struct library library = library_create();
    const struct image_key key = library_key(0, "m", 7);
    library_place(&library, 0, "m", 7, 10);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(stored_image_finish) struct stored_image image = {0};
        struct error error;
        place_planted(&library, key.text, cases[i].values);
        assert_true(storage_find(library.storage, &plain, key.text, &image, &error));
        assert_string_equal(image.metadata.prompt, cases[i].prompt);
    }
    storage_destroy(library.storage);
}

static void the_record_of_another_image_is_not_taken(void **state)
{
    (void)state;
    struct library library = library_create();
    struct image_key key = library_key(0, "m", 7), sidecar;
    CLEANUP(stored_image_finish) struct stored_image image = {0};
    char json[256];
    struct error error;
    library_place(&library, 0, "m", 7, 10);
    assert_true(image_key_sidecar(key.text, &sidecar, &error));
    snprintf(json, sizeof json, "{\"prompt\":\"of another\",\"sha256\":\"%064x\"}", 5);
    memory_place(library.memory, sidecar.text, json, strlen(json));
    assert_true(storage_find(library.storage, &plain, key.text, &image, &error));
    assert_string_equal(image.metadata.prompt, "");
    assert_string_equal(image.sha256, "");
    storage_destroy(library.storage);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    struct library library = three_days();
    struct stored_image image;
    struct error error;
    assert_false(
        storage_find(library.storage, &plain, library_key(0, "m", 9).text, &image, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_false(storage_find(library.storage, &plain, "000000000009_8x4.png", &image, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_false(storage_find(library.storage, &plain, "generations/../x", &image, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    storage_destroy(library.storage);
}

static void an_image_is_deleted_with_its_sidecar(void **state)
{
    (void)state;
    struct library library = three_days();
    struct image_key third = library_key(2, "m", 7), sidecar, key;
    struct error error;
    bool deleted;
    assert_true(image_key_sidecar(third.text, &sidecar, &error));
    memory_place(library.memory, sidecar.text, "{}", 2);
    assert_true(
        storage_delete(library.storage, &plain, "000000000007_8x4.png", &deleted, &key, &error));
    assert_true(deleted);
    assert_string_equal(key.text, third.text);
    assert_null(memory_find(library.memory, third.text));
    assert_null(memory_find(library.memory, sidecar.text));
    assert_int_equal(memory_count(library.memory), 5);
    storage_destroy(library.storage);
}

static void an_image_that_cannot_be_deleted_keeps_its_record(void **state)
{
    (void)state;
    struct library library = library_create();
    struct image_key first = library_key(0, "m", 7), sidecar, key;
    struct error error;
    bool deleted;
    library_place(&library, 0, "m", 7, 10);
    assert_true(image_key_sidecar(first.text, &sidecar, &error));
    memory_place(library.memory, sidecar.text, "{}", 2);
    library.memory->delete_failure = ERROR_DENIED;
    library.memory->failing_suffix = ".png";
    assert_false(storage_delete(library.storage, &plain, first.text, &deleted, &key, &error));
    assert_int_equal(error.code, ERROR_DENIED);
    assert_non_null(memory_find(library.memory, sidecar.text));
    storage_destroy(library.storage);
}

static void deleting_what_is_not_there_deletes_nothing(void **state)
{
    (void)state;
    struct library library = three_days();
    struct image_key gone = library_key(5, "m", 1), key;
    const char *const names[] = {gone.text, "000000000009_8x4.png"};
    struct error error;
    for (size_t i = 0; i < 2; i++) {
        bool deleted = true;
        assert_true(storage_delete(library.storage, &plain, names[i], &deleted, &key, &error));
        assert_false(deleted);
    }
    bool deleted;
    assert_false(
        storage_delete(library.storage, &plain, "generations/notes.txt", &deleted, &key, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_int_equal(library.memory->delete_requests, 0);
    storage_destroy(library.storage);
}

static void a_delete_that_fails_says_why(void **state)
{
    (void)state;
    struct library library = three_days();
    struct image_key key = library_key(0, "m", 7), deleted_key;
    struct error error;
    bool deleted;
    library.memory->delete_failure = ERROR_DENIED;
    assert_false(storage_delete(library.storage, &plain, key.text, &deleted, &deleted_key, &error));
    assert_int_equal(error.code, ERROR_DENIED);
    assert_non_null(strstr(error.text, "the delete fails"));
    storage_destroy(library.storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_is_found_by_key_url_and_filename),
        cmocka_unit_test(the_record_may_be_in_a_sidecar),
        cmocka_unit_test(what_a_lost_record_does_not_tell_the_key_does),
        cmocka_unit_test(a_damaged_record_gives_what_can_be_read),
        cmocka_unit_test(a_record_of_too_many_values_or_bytes_is_damaged),
        cmocka_unit_test(the_record_of_another_image_is_not_taken),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(an_image_is_deleted_with_its_sidecar),
        cmocka_unit_test(an_image_that_cannot_be_deleted_keeps_its_record),
        cmocka_unit_test(deleting_what_is_not_there_deletes_nothing),
        cmocka_unit_test(a_delete_that_fails_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
