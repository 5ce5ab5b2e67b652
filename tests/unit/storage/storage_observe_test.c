/* SPDX-License-Identifier: MIT */
#include "storage/storage.h"
#include "storage/storage_cleanup.h"

#include "support/library.h"
#include "support/png.h"
#include "support/test.h"

#include <string.h>

static const struct operation plain;

/* What was said: a key, or "*" for the set of images, one a line. */
struct notes {
    char text[8192]; /* the beginning of it */
    size_t images, sets;
    struct storage_observer observer;
};

static void note(struct notes *notes, const char *what)
{
    size_t length = strlen(notes->text);
    snprintf(notes->text + length, sizeof notes->text - length, "%s\n", what);
}

static void note_deleted(void *argument, const char *key)
{
    struct notes *notes = argument;
    notes->images++;
    note(notes, key);
}

static void note_saved(void *argument, const struct stored_image *image)
{
    struct notes *notes = argument;
    notes->images++;
    note(notes, image->key);
    if (image->deduplicated)
        note(notes, "was there");
}

static void note_changed(void *argument)
{
    struct notes *notes = argument;
    notes->sets++;
    note(notes, "*");
}

static void observe(struct storage *storage, struct notes *notes)
{
    *notes = (struct notes){.observer = {.saved = note_saved,
                                         .deleted = note_deleted,
                                         .changed = note_changed,
                                         .argument = notes}};
    storage_add_observer(storage, &notes->observer);
}

static void assert_notes(struct notes *notes, const char *expected)
{
    assert_string_equal(notes->text, expected);
    notes->text[0] = '\0';
}

static bool save(struct storage *storage, struct image_key *ret_key)
{
    CLEANUP(blob_destroy_cleanup) struct blob *bytes = test_png(8, 4, 1);
    CLEANUP(stored_image_finish) struct stored_image image = {0};
    struct image_metadata metadata = {
        .prompt = (char *)"a cat", .model = (char *)"m", .timestamp_ms = first_day};
    struct error error;
    if (!storage_save(storage, &plain, bytes, &metadata, &image, &error))
        return false;
    strcpy(ret_key->text, image.key);
    return true;
}

static void a_save_of_something_new_is_told(void **state)
{
    (void)state;
    struct library library = library_create();
    struct notes notes;
    struct image_key key;
    char expected[IMAGE_KEY_MAX + 16];
    observe(library.storage, &notes);
    assert_true(save(library.storage, &key));
    snprintf(expected, sizeof expected, "%s\n*\n", key.text);
    assert_notes(&notes, expected);
    assert_true(save(library.storage, &key)); /* it is there */
    snprintf(expected, sizeof expected, "%s\nwas there\n", key.text);
    assert_notes(&notes, expected);
    memory_remove(library.memory, key.text);
    library.memory->put_failure = ERROR_DENIED;
    assert_false(save(library.storage, &key));
    assert_notes(&notes, "");
    storage_destroy(library.storage);
}

static bool delete (struct library *library, const char *name)
{
    struct image_key key;
    struct error error;
    bool deleted;
    return storage_delete(library->storage, &plain, name, &deleted, &key, &error);
}

static void a_deletion_is_told_if_something_went(void **state)
{
    (void)state;
    struct library library = library_create();
    struct notes notes;
    struct image_key first = library_key(0, "m", 1), second = library_key(0, "m", 2);
    struct image_key sidecar;
    struct error error;
    char expected[IMAGE_KEY_MAX + 8];
    library_place(&library, 0, "m", 1, 0);
    library_place(&library, 0, "m", 2, 0);
    assert_true(image_key_sidecar(second.text, &sidecar, &error));
    memory_place(library.memory, sidecar.text, "{}", 2);
    observe(library.storage, &notes);
    assert_true(delete (&library, first.text));
    snprintf(expected, sizeof expected, "%s\n*\n", first.text);
    assert_notes(&notes, expected);
    assert_true(delete (&library, first.text));
    assert_notes(&notes, "");

    library.memory->delete_failure = ERROR_DENIED;
    library.memory->failing_suffix = ".png";
    assert_false(delete (&library, second.text));
    assert_notes(&notes, "");
    library.memory->failing_suffix = ".json"; /* the image goes, its sidecar stays */
    assert_false(delete (&library, second.text));
    snprintf(expected, sizeof expected, "%s\n*\n", second.text);
    assert_notes(&notes, expected);
    storage_destroy(library.storage);
}

static void a_clean_up_is_told_image_by_image_and_once_as_a_whole(void **state)
{
    (void)state;
    struct library library = library_create();
    struct notes notes;
    struct cleanup_result result;
    struct error error;
    char expected[8192] = "";
    const struct retention_policy policy = {.keep_count = 1};
    for (unsigned i = 0; i < 5; i++)
        library_place(&library, (int)i, "m", i, 0);
    observe(library.storage, &notes);
    library.memory->delete_failure = ERROR_DENIED;
    library.memory->failing_suffix = "000000000002_8x4.png";
    assert_true(
        storage_cleanup(library.storage, &plain, &policy, INT64_MAX, NULL, &result, &error));
    assert_int_equal(result.deleted, 3);
    cleanup_result_finish(&result);
    for (int i = 3; i >= 0; i--)
        if (i != 2)
            snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "%s\n",
                     library_key(i, "m", (unsigned)i).text);
    strcat(expected, "*\n");
    assert_notes(&notes, expected);

    assert_true(/* nothing is deleted: the one that is left cannot be */
                storage_cleanup(library.storage, &plain, &policy, INT64_MAX, NULL, &result,
                                &error));
    cleanup_result_finish(&result);
    assert_notes(&notes, "");
    storage_destroy(library.storage);
}

static void a_clean_up_that_ends_early_is_told_as_far_as_it_came(void **state)
{
    (void)state;
    struct library library = library_create();
    struct notes notes;
    struct cleanup_result result;
    struct error error;
    const struct retention_policy policy = {.keep_count = 0};
    for (unsigned i = 0; i < 2 * OBJECT_DELETE_MAX; i++)
        library_place(&library, 0, "m", i, 0);
    observe(library.storage, &notes);
    library.memory->batch_failure = ERROR_UNAVAILABLE; /* a batch goes through before that */
    library.memory->batches_good = 1;
    assert_true(
        storage_cleanup(library.storage, &plain, &policy, INT64_MAX, NULL, &result, &error));
    assert_int_equal(result.stopped.code, ERROR_UNAVAILABLE);
    cleanup_result_finish(&result);
    assert_int_equal(notes.images, OBJECT_DELETE_MAX);
    assert_int_equal(notes.sets, 1);
    storage_destroy(library.storage);
}

static void every_observer_is_told_until_it_is_removed(void **state)
{
    (void)state;
    struct library library = library_create();
    struct notes first, second;
    struct image_key key;
    char expected[IMAGE_KEY_MAX + 16];
    observe(library.storage, &first);
    observe(library.storage, &second);
    assert_true(save(library.storage, &key));
    snprintf(expected, sizeof expected, "%s\n*\n", key.text);
    assert_notes(&first, expected);
    assert_notes(&second, expected);
    storage_remove_observer(library.storage, &first.observer);
    storage_remove_observer(library.storage, &first.observer); /* harmless */
    assert_true(delete (&library, key.text));
    assert_notes(&first, "");
    assert_notes(&second, expected);
    storage_remove_observer(library.storage, &second.observer);
    storage_destroy(library.storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_save_of_something_new_is_told),
        cmocka_unit_test(a_deletion_is_told_if_something_went),
        cmocka_unit_test(a_clean_up_is_told_image_by_image_and_once_as_a_whole),
        cmocka_unit_test(a_clean_up_that_ends_early_is_told_as_far_as_it_came),
        cmocka_unit_test(every_observer_is_told_until_it_is_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
