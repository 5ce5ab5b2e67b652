/* SPDX-License-Identifier: MIT */
/* What every provider must be good for: images that are saved once, with all that was said of them,
 * by way of the storage over the provider. */
#include "conformance/conformance.h"
#include "conformance/store.h"

#include "base/buffer.h"
#include "storage/image_key.h"
#include "support/png.h"

#include <pthread.h>
#include <string.h>

enum { RACERS = 8, FULL_PROMPT = 100 * 1024 };

static const int64_t september_27 = 1727431200000; /* 2024-09-27T10:00:00Z */

static pthread_barrier_t start;

static struct image_metadata described(const char *prompt)
{
    return (struct image_metadata){
        .prompt = (char *)prompt,
        .model = (char *)"black-forest-labs/FLUX.1-schnell",
        .timestamp_ms = september_27,
        .category = (char *)"風景",
        .parameters = (char *)"{\"seed\":42}",
    };
}

static void save(const struct blob *image, const struct image_metadata *metadata,
                 struct stored_image *ret_image)
{
    struct error error;
    if (!storage_save(store.saving, &no_operation, image, metadata, ret_image, &error))
        fail_msg("%s", error.text);
}

static void an_image_is_saved_once_and_found_again(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *image = test_png(200, 170, 1);
    CLEANUP(stored_image_finish) struct stored_image first = {0}, again = {0};
    struct image_metadata metadata = described("夕焼けの空を飛ぶ鶴 🦢"),
                          other = described("other");
    save(image, &metadata, &first);
    assert_false(first.deduplicated);
    assert_string_equal(first.storage_type, store.provider->ops->name);
    assert_non_null(strstr(first.key, "/2024-09-27/flux.1-schnell/"));
    assert_non_null(strstr(first.filename, "_200x170.png"));
    store_assert_content(first.key, image);

    save(image, &other, &again);
    assert_true(again.deduplicated);
    assert_string_equal(again.key, first.key);
    assert_string_equal(again.metadata.prompt, metadata.prompt);
    assert_string_equal(again.metadata.category, metadata.category);
    assert_string_equal(again.metadata.parameters, metadata.parameters);
    assert_int_equal(again.metadata.timestamp_ms, september_27);
}

static void a_long_prompt_in_many_languages_is_kept_whole(void **state)
{
    (void)state;
    static const char unit[] = "鶴が飛ぶ 🦢 قطة تجلس \"quoted\" \\ ünï\t";
    CLEANUP(buffer_finish) struct buffer prompt = BUFFER_INIT(2 * FULL_PROMPT);
    struct error error;
    while (prompt.size < FULL_PROMPT)
        assert_true(buffer_append_string(&prompt, unit, &error));
    CLEANUP(blob_destroy_cleanup) struct blob *image = test_png(20, 20, 2);
    CLEANUP(stored_image_finish) struct stored_image first = {0}, again = {0};
    struct image_metadata metadata = described(prompt.data), other = described("other");
    save(image, &metadata, &first);
    assert_false(first.deduplicated);
    save(image, &other, &again);
    assert_true(again.deduplicated);
    assert_string_equal(again.metadata.prompt, prompt.data);
    assert_string_equal(again.metadata.parameters, metadata.parameters);
}

static void a_damaged_image_is_refused_and_not_stored(void **state)
{
    (void)state;
    CLEANUP(blob_destroy_cleanup) struct blob *image = test_png(20, 20, 3);
    const struct image_info info = {.format = IMAGE_PNG, .width = 20, .height = 20};
    struct image_metadata metadata = described("damaged");
    struct stored_image stored;
    struct image_key key;
    struct error error;
    image->size -= 6;
    assert_false(storage_save(store.saving, &no_operation, image, &metadata, &stored, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_true(image_key_build(store.prefix, september_27, metadata.model, image->sha256, &info,
                                IMAGE_KEY_ID_SHORT, &key, &error));
    store_assert_absent(key.text);
    assert_true(image_key_sidecar(key.text, &key, &error));
    store_assert_absent(key.text);
}

struct saver {
    pthread_t thread;
    struct stored_image image;
    bool saved;
    struct error error;
};

static void *save_racing(void *argument)
{
    struct saver *saver = argument;
    struct image_metadata metadata = described("the same for all");
    CLEANUP(blob_destroy_cleanup) struct blob *png = test_png(300, 100, 4);
    pthread_barrier_wait(&start);
    saver->saved = storage_save(store.saving, &no_operation, png, &metadata, &saver->image,
                                &saver->error);
    return NULL;
}

static void the_same_image_saved_by_several_at_once_is_one(void **state)
{
    (void)state;
    struct saver savers[RACERS] = {0};
    size_t stored = 0;
    assert_int_equal(pthread_barrier_init(&start, NULL, RACERS), 0);
    for (size_t i = 0; i < RACERS; i++)
        assert_int_equal(pthread_create(&savers[i].thread, NULL, save_racing, &savers[i]), 0);
    for (size_t i = 0; i < RACERS; i++)
        assert_int_equal(pthread_join(savers[i].thread, NULL), 0);
    pthread_barrier_destroy(&start);
    for (size_t i = 0; i < RACERS; i++) {
        if (!savers[i].saved)
            fail_msg("%s", savers[i].error.text);
        stored += !savers[i].image.deduplicated;
        assert_string_equal(savers[i].image.key, savers[0].image.key);
        assert_string_equal(savers[i].image.metadata.prompt, "the same for all");
    }
    for (size_t i = 0; i < RACERS; i++)
        stored_image_finish(&savers[i].image);
    assert_int_equal(stored, 1);
}

int conformance_images(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_is_saved_once_and_found_again),
        cmocka_unit_test(a_long_prompt_in_many_languages_is_kept_whole),
        cmocka_unit_test(a_damaged_image_is_refused_and_not_stored),
        cmocka_unit_test(the_same_image_saved_by_several_at_once_is_one),
    };
    return cmocka_run_group_tests_name("images", tests, store_set_up, store_tear_down);
}
