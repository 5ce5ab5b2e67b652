/* SPDX-License-Identifier: MIT */
#include "storage/storage.h"

#include "base/cleanup.h"
#include "storage/image_key.h"
#include "support/memory_provider.h"
#include "support/png.h"
#include "support/test.h"

#include <string.h>

enum { S3_MAX = 2048, LONG_PROMPT = 5000 };

static const int64_t september_27 = 1727431200000; /* 2024-09-27T10:00:00Z */

/* One store, one image and its keys. */
struct fixture {
    struct memory_provider *memory; /* the storage's */
    struct storage *storage;
    struct blob *image;
    struct image_key key, long_key, sidecar, long_sidecar;
    char long_prompt[LONG_PROMPT + 1];
    struct operation operation;
};

static void setup(struct fixture *fixture, size_t fields_max)
{
    struct error error;
    const struct image_info info = {.format = IMAGE_PNG, .width = 8, .height = 4};
    *fixture = (struct fixture){.memory = memory_create(fields_max)};
    assert_true(
        storage_create(&fixture->memory->provider, "generations", &fixture->storage, &error));
    fixture->image = test_png(8, 4, 1);
    assert_true(image_key_build("generations", september_27, "m", fixture->image->sha256, &info,
                                IMAGE_KEY_ID_SHORT, &fixture->key, &error));
    assert_true(image_key_build("generations", september_27, "m", fixture->image->sha256, &info,
                                IMAGE_KEY_ID_LONG, &fixture->long_key, &error));
    assert_true(image_key_sidecar(fixture->key.text, &fixture->sidecar, &error));
    assert_true(image_key_sidecar(fixture->long_key.text, &fixture->long_sidecar, &error));
    memset(fixture->long_prompt, 'p', LONG_PROMPT);
}

static void teardown(struct fixture *fixture)
{
    storage_destroy(fixture->storage);
    blob_destroy(fixture->image);
}

static bool try_save(struct fixture *fixture, const char *prompt, struct stored_image *ret_image,
                     struct error *error)
{
    const struct image_metadata metadata = {
        .prompt = (char *)prompt,
        .model = (char *)"m",
        .timestamp_ms = september_27,
    };
    return storage_save(fixture->storage, &fixture->operation, fixture->image, &metadata, ret_image,
                        error);
}

struct expected {
    const char *key;
    const char *prompt;
    bool deduplicated;
};

static void assert_saved(struct fixture *fixture, const char *prompt, struct expected expected)
{
    CLEANUP(stored_image_finish) struct stored_image image = {0};
    struct error error = {0};
    if (!try_save(fixture, prompt, &image, &error))
        fail_msg("%s", error.text);
    assert_string_equal(image.key, expected.key);
    assert_string_equal(image.metadata.prompt, expected.prompt);
    assert_int_equal(image.deduplicated, expected.deduplicated);
    assert_string_equal(image.metadata.sha256, image.sha256);
}

static void assert_save_fails(struct fixture *fixture, const char *prompt, enum error_code code)
{
    struct stored_image image;
    struct error error;
    assert_false(try_save(fixture, prompt, &image, &error));
    assert_int_equal(error.code, code);
}

static void place_sidecar(struct fixture *fixture, const char *key, const char *prompt,
                          const char *sha256_text)
{
    char json[256];
    int size = snprintf(json, sizeof json,
                        "{\"prompt\":\"%s\",\"model\":\"m\",\"timestamp\":\"2024-09-27T10:00:00Z\","
                        "\"sha256\":\"%s\"}",
                        prompt, sha256_text);
    memory_place(fixture->memory, key, json, (size_t)size);
}

static const char *sidecar_text(struct fixture *fixture, const char *key)
{
    const struct memory_object *object = memory_find(fixture->memory, key);
    assert_non_null(object);
    return (const char *)object->blob->data;
}

static bool contains(const char *text, size_t size, const char *part)
{
    return memmem(text, size, part, strlen(part)) != NULL;
}

static bool sidecar_has(struct fixture *fixture, const char *key, const char *part)
{
    const char *text = sidecar_text(fixture, key);
    return contains(text, memory_find(fixture->memory, key)->blob->size, part);
}

/* --- without a sidecar ------------------------------------------------------------------------ */

static void an_image_is_stored_in_one_exchange_with_all_that_is_known(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    const struct image_metadata metadata = {
        .prompt = (char *)"鶴",
        .model = (char *)"m",
        .timestamp_ms = september_27,
        .category = (char *)"birds",
        .parameters = (char *)"{\"seed\":1}",
    };
    CLEANUP(stored_image_finish) struct stored_image image = {0};
    struct error error;
    assert_true(storage_save(f.storage, &f.operation, f.image, &metadata, &image, &error));
    assert_string_equal(image.key, f.key.text);
    assert_string_equal(image.filename, strrchr(f.key.text, '/') + 1);
    assert_string_equal(image.storage_type, "memory");
    assert_int_equal(image.size, f.image->size);
    assert_int_equal(image.image.width, 8);
    assert_int_equal(image.image.height, 4);
    assert_false(image.deduplicated);
    assert_string_equal(image.metadata.parameters, "{\"seed\":1}");

    const struct memory_object *object = memory_find(f.memory, f.key.text);
    assert_non_null(object);
    assert_int_equal(object->blob->size, f.image->size);
    assert_memory_equal(object->blob->data, f.image->data, f.image->size);
    assert_string_equal(object->content_type, "image/png");
    assert_string_equal(object->cache_control, "public, max-age=31536000, immutable");
    assert_string_equal(fields_get(&object->fields, "prompt"), "%E9%B6%B4");
    assert_string_equal(fields_get(&object->fields, "sha256"), image.sha256);
    assert_null(fields_get(&object->fields, "record"));
    assert_int_equal(memory_count(f.memory), 1);
    assert_int_equal(strchr(f.memory->log, '\n')[1], '\0');
    teardown(&f);
}

static void the_same_image_again_is_found_with_the_metadata_of_the_first_time(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    assert_saved(&f, "first", (struct expected){f.key.text, "first", false});
    assert_saved(&f, "second", (struct expected){f.key.text, "first", true});
    assert_saved(&f, f.long_prompt, (struct expected){f.key.text, "first", true});
    assert_int_equal(memory_count(f.memory), 1);
    teardown(&f);
}

static void another_image_with_the_same_id_is_left_alone(void **state)
{
    (void)state;
    static const char *const prompts[] = {"short", NULL};
    for (size_t i = 0; i < 2; i++) {
        struct fixture f;
        setup(&f, S3_MAX);
        const char *prompt = prompts[i] ? prompts[i] : f.long_prompt;
        CLEANUP(blob_destroy_cleanup) struct blob *other = test_png(8, 4, 2);
        assert_int_equal(other->size, f.image->size);
        char hex[SHA256_HEX_SIZE];
        hex_encode(other->sha256, SHA256_SIZE, hex);
        struct memory_object *object = memory_place(f.memory, f.key.text, other->data, other->size);
        memory_set(object, "sha256", hex);
        memory_set(object, "prompt", "cut");
        memory_set(object, "record", "sidecar");
        place_sidecar(&f, f.sidecar.text, "other", hex);

        assert_saved(&f, prompt, (struct expected){f.long_key.text, prompt, false});
        assert_saved(&f, prompt, (struct expected){f.long_key.text, prompt, true});
        assert_true(sidecar_has(&f, f.sidecar.text, "other"));
        assert_memory_equal(memory_find(f.memory, f.key.text)->blob->data, other->data,
                            other->size);
        teardown(&f);
    }
}

static void bytes_of_another_size_are_another_image(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    memory_place(f.memory, f.key.text, "x", 1);
    assert_saved(&f, "p", (struct expected){f.long_key.text, "p", false});
    assert_null(strstr(f.memory->log, "get"));
    teardown(&f);
}

static void both_ids_taken_is_said_and_nothing_is_touched(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    memory_place(f.memory, f.key.text, "x", 1);
    memory_place(f.memory, f.long_key.text, "x", 1);
    assert_save_fails(&f, "p", ERROR_EXISTS);
    assert_save_fails(&f, f.long_prompt, ERROR_EXISTS);
    assert_int_equal(memory_count(f.memory), 2);
    teardown(&f);
}

static void a_copy_without_fields_is_compared_by_its_bytes(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    memory_place(f.memory, f.key.text, f.image->data, f.image->size);
    assert_saved(&f, "p", (struct expected){f.key.text, "p", true});
    /* It had no record; now it has one. */
    assert_saved(&f, "q", (struct expected){f.key.text, "p", true});

    CLEANUP(blob_destroy_cleanup) struct blob *other = test_png(8, 4, 2);
    memory_remove(f.memory, f.sidecar.text);
    memory_place(f.memory, f.key.text, other->data, other->size);
    assert_saved(&f, "p", (struct expected){f.long_key.text, "p", false});
    teardown(&f);
}

/* --- with a sidecar --------------------------------------------------------------------------- */

static void a_long_record_goes_into_a_sidecar_before_the_image(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    assert_saved(&f, f.long_prompt, (struct expected){f.key.text, f.long_prompt, false});
    char log[8192];
    snprintf(log, sizeof log, "head %s\nput %s\nput %s\nhead %s\n", f.key.text, f.sidecar.text,
             f.key.text, f.sidecar.text);
    assert_string_equal(f.memory->log, log);

    const struct memory_object *image = memory_find(f.memory, f.key.text);
    assert_string_equal(fields_get(&image->fields, "record"), "sidecar");
    assert_memory_equal(fields_get(&image->fields, "prompt"), "ppp", 3);
    const struct memory_object *sidecar = memory_find(f.memory, f.sidecar.text);
    assert_string_equal(sidecar->content_type, "application/json");
    assert_null(sidecar->cache_control);
    assert_int_equal(sidecar->fields.count, 0);
    assert_true(sidecar_has(&f, f.sidecar.text, f.long_prompt));

    assert_saved(&f, "short", (struct expected){f.key.text, f.long_prompt, true});
    assert_saved(&f, f.long_prompt, (struct expected){f.key.text, f.long_prompt, true});
    assert_int_equal(memory_count(f.memory), 2);
    teardown(&f);
}

static void a_store_without_fields_has_every_record_in_a_sidecar(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, 0);
    assert_saved(&f, "first", (struct expected){f.key.text, "first", false});
    assert_int_equal(memory_find(f.memory, f.key.text)->fields.count, 0);
    assert_saved(&f, "second", (struct expected){f.key.text, "first", true});
    /* The sidecar names the bytes: they need not be fetched. */
    char get[1100];
    snprintf(get, sizeof get, "get %s\n", f.key.text);
    assert_null(strstr(f.memory->log, get));
    teardown(&f);
}

static size_t count_puts(const struct fixture *fixture)
{
    size_t count = 0;
    for (const char *put = fixture->memory->log; (put = strstr(put, "put ")); put++)
        count++;
    return count;
}

static void metadata_that_a_store_refuses_goes_into_the_sidecar(void **state)
{
    static const struct {
        size_t accepted, puts;
    } cases[] = {{256, 3}, {1, 5}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        setup(&f, S3_MAX);
        f.memory->fields_accepted = cases[i].accepted;
        f.long_prompt[400] = '\0';
        assert_saved(&f, f.long_prompt, (struct expected){f.key.text, f.long_prompt, false});
        assert_true(sidecar_has(&f, f.sidecar.text, f.long_prompt));
        assert_int_equal(count_puts(&f), cases[i].puts);
        /* it is known from now on */
        memory_remove(f.memory, f.key.text);
        f.memory->log[0] = '\0';
        assert_saved(&f, f.long_prompt, (struct expected){f.key.text, f.long_prompt, false});
        assert_int_equal(count_puts(&f), 2);
        teardown(&f);
    }
}

static void an_image_too_large_for_the_store_is_not_sent_again(void **state)
{
    struct fixture f;
    (void)state;
    setup(&f, S3_MAX);
    f.memory->put_failure = ERROR_TOO_LARGE;
    f.memory->failing_suffix = ".png";
    assert_save_fails(&f, "a", ERROR_TOO_LARGE);
    assert_int_equal(count_puts(&f), 1);
    teardown(&f);
}

static void without_its_size_an_image_is_known_by_its_hash(void **state)
{
    struct fixture f;
    (void)state;
    setup(&f, S3_MAX);
    f.memory->hides_sizes = true;
    assert_saved(&f, "a", (struct expected){f.key.text, "a", false});
    for (int i = 0; i < 2; i++)
        assert_saved(&f, "b", (struct expected){f.key.text, "a", true});
    teardown(&f);
}

static void a_missing_damaged_or_foreign_sidecar_is_put_anew(void **state)
{
    (void)state;
    static const char *const sidecars[] = {NULL,
                                           "",
                                           "{\"prompt\":",
                                           "[]",
                                           "{\"prompt\":\"other\",\"sha256\":\"00\"}",
                                           "{\"prompt\":\"nothing says whose\"}"};
    static const size_t budgets[] = {0, S3_MAX};
    for (size_t i = 0; i < sizeof sidecars / sizeof *sidecars; i++) {
        for (size_t j = 0; j < sizeof budgets / sizeof *budgets; j++) {
            struct fixture f;
            setup(&f, budgets[j]);
            assert_saved(&f, f.long_prompt, (struct expected){f.key.text, f.long_prompt, false});
            memory_remove(f.memory, f.sidecar.text);
            if (sidecars[i])
                memory_place(f.memory, f.sidecar.text, sidecars[i], strlen(sidecars[i]));
            assert_saved(&f, "again", (struct expected){f.key.text, "again", true});
            assert_true(sidecar_has(&f, f.sidecar.text, "again"));
            assert_saved(&f, "later", (struct expected){f.key.text, "again", true});
            teardown(&f);
        }
    }
}

static void an_orphan_sidecar_gives_way_to_the_next_save(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, 0);
    f.memory->put_failure = ERROR_UNAVAILABLE;
    f.memory->failing_suffix = ".png";
    assert_save_fails(&f, "first", ERROR_UNAVAILABLE);
    assert_int_equal(memory_count(f.memory), 1);
    f.memory->put_failure = ERROR_NONE;
    assert_saved(&f, "second", (struct expected){f.key.text, "second", false});
    assert_true(sidecar_has(&f, f.sidecar.text, "second"));
    teardown(&f);
}

static void no_image_is_stored_without_its_record(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    f.memory->put_failure = ERROR_DENIED;
    f.memory->failing_suffix = ".json";
    assert_save_fails(&f, f.long_prompt, ERROR_DENIED);
    assert_int_equal(memory_count(f.memory), 0);
    teardown(&f);
}

/* --- keys that may only put ------------------------------------------------------------------- */

static void without_permission_to_look_an_existing_image_counts_as_the_same(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    f.memory->head_failure = ERROR_DENIED;
    f.memory->get_failure = ERROR_DENIED;
    assert_saved(&f, "first", (struct expected){f.key.text, "first", false});
    assert_saved(&f, "second", (struct expected){f.key.text, "second", true});
    assert_saved(&f, f.long_prompt, (struct expected){f.key.text, f.long_prompt, true});
    teardown(&f);
}

static void without_permission_to_read_the_sidecar_the_fields_tell_what_they_can(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    assert_saved(&f, f.long_prompt, (struct expected){f.key.text, f.long_prompt, false});
    f.memory->get_failure = ERROR_DENIED;
    CLEANUP(stored_image_finish) struct stored_image image = {0};
    struct error error;
    assert_true(try_save(&f, "second", &image, &error));
    assert_true(image.deduplicated);
    assert_true(strlen(image.metadata.prompt) > 1000);
    assert_memory_equal(image.metadata.prompt, f.long_prompt, strlen(image.metadata.prompt));
    assert_true(sidecar_has(&f, f.sidecar.text, f.long_prompt));
    teardown(&f);
}

static void a_copy_that_cannot_be_read_is_judged_by_id_and_size(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    memory_place(f.memory, f.key.text, f.image->data, f.image->size);
    f.memory->get_failure = ERROR_DENIED;
    assert_saved(&f, "p", (struct expected){f.key.text, "p", true});
    assert_int_equal(memory_count(f.memory), 1);
    teardown(&f);
}

/* --- races ------------------------------------------------------------------------------------ */

static struct fixture *racing;

/* Another process, which has seen no image either, is faster. */
static void store_first(struct memory_provider *memory, const char *key)
{
    char hex[SHA256_HEX_SIZE];
    if (memory_ends_with(key, ".json") || memory_find(memory, key))
        return;
    hex_encode(racing->image->sha256, SHA256_SIZE, hex);
    struct memory_object *object = memory_place(memory, key, racing->image->data,
                                                racing->image->size);
    memory_set(object, "sha256", hex);
    memory_set(object, "prompt", "theirs");
}

static void whoever_stores_the_same_image_first_wins(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    racing = &f;
    f.memory->before_put = store_first;
    assert_saved(&f, "ours", (struct expected){f.key.text, "theirs", true});
    memory_remove(f.memory, f.key.text);
    /* Their whole record is in the fields, so our sidecar is nobody's record. */
    assert_saved(&f, f.long_prompt, (struct expected){f.key.text, "theirs", true});
    teardown(&f);
}

static void store_first_with_sidecar(struct memory_provider *memory, const char *key)
{
    char hex[SHA256_HEX_SIZE];
    if (memory_ends_with(key, ".json") || memory_find(memory, key))
        return;
    hex_encode(racing->image->sha256, SHA256_SIZE, hex);
    memory_place(memory, key, racing->image->data, racing->image->size);
    place_sidecar(racing, racing->sidecar.text, "theirs", hex);
}

static void of_two_first_sidecars_the_later_is_the_record(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, 0);
    racing = &f;
    f.memory->before_put = store_first_with_sidecar;
    assert_saved(&f, "ours", (struct expected){f.key.text, "theirs", true});
    teardown(&f);
}

static void remove_once(struct memory_provider *memory, const char *key)
{
    memory->before_head = NULL;
    memory_remove(memory, key);
}

static void remove_always(struct memory_provider *memory, const char *key)
{
    memory_remove(memory, key);
}

static void an_image_deleted_while_it_is_looked_at_is_stored_again(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    assert_saved(&f, "first", (struct expected){f.key.text, "first", false});
    f.memory->before_head = remove_once;
    assert_saved(&f, "second", (struct expected){f.key.text, "second", false});
    teardown(&f);
}

static void a_key_that_comes_and_goes_is_given_up(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    racing = &f;
    f.memory->before_put = store_first;
    f.memory->before_head = remove_always;
    assert_save_fails(&f, "p", ERROR_UNAVAILABLE);
    teardown(&f);
}

static void a_store_that_ignores_the_condition_has_one_object_and_the_later_record(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    f.memory->ignores_if_absent = true;
    assert_saved(&f, "first", (struct expected){f.key.text, "first", false});
    assert_saved(&f, "second", (struct expected){f.key.text, "second", false});
    assert_int_equal(memory_count(f.memory), 1);
    /* With a long record it looks before it puts, and finds. */
    assert_saved(&f, f.long_prompt, (struct expected){f.key.text, "second", true});
    teardown(&f);
}

/* --- failures --------------------------------------------------------------------------------- */

static void a_damaged_image_reaches_no_store(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, S3_MAX);
    f.image->size -= 6;
    assert_save_fails(&f, "p", ERROR_INVALID);
    assert_string_equal(f.memory->log, "");
    teardown(&f);
}

static void failures_of_the_store_come_through(void **state)
{
    (void)state;
    static const enum error_code codes[] = {ERROR_DENIED, ERROR_UNAVAILABLE, ERROR_NOT_FOUND,
                                            ERROR_INVALID};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct fixture f;
        setup(&f, S3_MAX);
        f.memory->put_failure = codes[i];
        f.memory->failing_suffix = ".png";
        assert_save_fails(&f, "p", codes[i]);
        teardown(&f);
    }
    struct fixture f;
    setup(&f, 0);
    f.memory->head_failure = ERROR_UNAVAILABLE;
    assert_save_fails(&f, "p", ERROR_UNAVAILABLE);
    f.memory->head_failure = ERROR_NONE;
    assert_saved(&f, "p", (struct expected){f.key.text, "p", false});
    f.memory->get_failure = ERROR_UNAVAILABLE;
    assert_save_fails(&f, "p", ERROR_UNAVAILABLE);
    teardown(&f);
}

static void a_cancelled_save_stores_nothing(void **state)
{
    (void)state;
    struct fixture f;
    struct cancel cancel;
    setup(&f, 0);
    cancel_init(&cancel);
    cancel_request(&cancel);
    f.operation.cancel = &cancel;
    assert_save_fails(&f, "p", ERROR_CANCELLED);
    assert_int_equal(memory_count(f.memory), 0);
    cancel_finish(&cancel);
    teardown(&f);
}

static void add_progress(void *argument, uint64_t done, uint64_t total, const char *message)
{
    (void)total;
    (void)message;
    *(uint64_t *)argument += done;
}

static void progress_counts_the_bytes_of_the_image_only(void **state)
{
    (void)state;
    struct fixture f;
    uint64_t progress = 0;
    setup(&f, 0);
    f.operation.progress = add_progress;
    f.operation.progress_argument = &progress;
    assert_saved(&f, "p", (struct expected){f.key.text, "p", false});
    assert_int_equal(progress, f.image->size);
    assert_saved(&f, "p", (struct expected){f.key.text, "p", true});
    assert_int_equal(progress, f.image->size);
    teardown(&f);
}

static void a_bad_prefix_makes_no_store(void **state)
{
    (void)state;
    struct storage *storage = NULL;
    struct error error;
    assert_false(storage_create(&memory_create(0)->provider, "../up", &storage, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_null(storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_is_stored_in_one_exchange_with_all_that_is_known),
        cmocka_unit_test(the_same_image_again_is_found_with_the_metadata_of_the_first_time),
        cmocka_unit_test(another_image_with_the_same_id_is_left_alone),
        cmocka_unit_test(bytes_of_another_size_are_another_image),
        cmocka_unit_test(both_ids_taken_is_said_and_nothing_is_touched),
        cmocka_unit_test(a_copy_without_fields_is_compared_by_its_bytes),
        cmocka_unit_test(a_long_record_goes_into_a_sidecar_before_the_image),
        cmocka_unit_test(a_store_without_fields_has_every_record_in_a_sidecar),
        cmocka_unit_test(metadata_that_a_store_refuses_goes_into_the_sidecar),
        cmocka_unit_test(an_image_too_large_for_the_store_is_not_sent_again),
        cmocka_unit_test(without_its_size_an_image_is_known_by_its_hash),
        cmocka_unit_test(a_missing_damaged_or_foreign_sidecar_is_put_anew),
        cmocka_unit_test(an_orphan_sidecar_gives_way_to_the_next_save),
        cmocka_unit_test(no_image_is_stored_without_its_record),
        cmocka_unit_test(without_permission_to_look_an_existing_image_counts_as_the_same),
        cmocka_unit_test(without_permission_to_read_the_sidecar_the_fields_tell_what_they_can),
        cmocka_unit_test(a_copy_that_cannot_be_read_is_judged_by_id_and_size),
        cmocka_unit_test(whoever_stores_the_same_image_first_wins),
        cmocka_unit_test(of_two_first_sidecars_the_later_is_the_record),
        cmocka_unit_test(an_image_deleted_while_it_is_looked_at_is_stored_again),
        cmocka_unit_test(a_key_that_comes_and_goes_is_given_up),
        cmocka_unit_test(a_store_that_ignores_the_condition_has_one_object_and_the_later_record),
        cmocka_unit_test(a_damaged_image_reaches_no_store),
        cmocka_unit_test(failures_of_the_store_come_through),
        cmocka_unit_test(a_cancelled_save_stores_nothing),
        cmocka_unit_test(progress_counts_the_bytes_of_the_image_only),
        cmocka_unit_test(a_bad_prefix_makes_no_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
