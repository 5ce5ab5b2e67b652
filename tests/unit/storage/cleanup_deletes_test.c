/* SPDX-License-Identifier: MIT */
#include "storage/cleanup_deletes.h"

#include "support/library.h"
#include "support/test.h"

enum { SIDE_BY_SIDE = 4 };

static const struct operation plain;

static struct cleanup_deletes *start(struct library *library, const struct operation *operation,
                                     struct cleanup_result *outcome)
{
    struct cleanup_deletes *deletes;
    struct error error;
    *outcome = (struct cleanup_result){0};
    assert_true(cleanup_deletes_create(library->storage, operation, outcome, &deletes, &error));
    return deletes;
}

/* Gives it images from number `begin` up to `end`; a delete of what is not there is one, too. */
static void give(struct cleanup_deletes *deletes, unsigned begin, unsigned end, bool has_sidecar)
{
    struct error error;
    for (unsigned number = begin; number < end; number++) {
        struct image_key key = library_key(0, "m", number);
        const struct walk_image image = {.key = key.text, .size = 3, .has_sidecar = has_sidecar};
        assert_true(cleanup_deletes_add(deletes, &image, first_day, &error));
    }
}

static void finish(struct cleanup_deletes *deletes)
{
    struct error error = {0};
    if (!cleanup_deletes_finish(deletes, &error))
        fail_msg("%s", error.text);
}

/* What the batches of a test wait for. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned arrived;
    bool open;
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, false};

static void close_gate(void)
{
    gate.arrived = 0;
    gate.open = false;
}

static void wait_for_the_others(struct memory_provider *memory, const struct operation *operation)
{
    (void)memory;
    (void)operation;
    pthread_mutex_lock(&gate.mutex);
    gate.arrived++;
    pthread_cond_broadcast(&gate.changed);
    while (gate.arrived < SIDE_BY_SIDE)
        pthread_cond_wait(&gate.changed, &gate.mutex);
    pthread_mutex_unlock(&gate.mutex);
}

static void batches_are_under_way_side_by_side(void **state)
{
    (void)state;
    struct library library = library_create();
    struct cleanup_result outcome;
    close_gate();
    library.memory->before_delete = wait_for_the_others;
    struct cleanup_deletes *deletes = start(&library, &plain, &outcome);
    give(deletes, 0, 10 * OBJECT_DELETE_MAX + 1, false);
    finish(deletes);
    assert_int_equal(outcome.deleted, 10 * OBJECT_DELETE_MAX + 1);
    assert_int_equal(outcome.bytes, 3 * outcome.deleted);
    assert_int_equal(library.memory->delete_requests, 11);
    cleanup_deletes_destroy(deletes);
    cleanup_result_finish(&outcome);
    storage_destroy(library.storage);
}

/* The first to come is the last to go. */
static void hold_the_first(struct memory_provider *memory, const struct operation *operation)
{
    (void)memory;
    (void)operation;
    pthread_mutex_lock(&gate.mutex);
    bool first = gate.arrived++ == 0;
    gate.open = gate.open || !first;
    pthread_cond_broadcast(&gate.changed);
    while (!gate.open)
        pthread_cond_wait(&gate.changed, &gate.mutex);
    pthread_mutex_unlock(&gate.mutex);
}

static void results_are_noted_in_the_order_of_the_images(void **state)
{
    (void)state;
    struct library library = library_create();
    struct cleanup_result outcome;
    close_gate();
    library.memory->before_delete = hold_the_first;
    library.memory->delete_failure = ERROR_DENIED;
    library.memory->failing_suffix = "5_8x4.png";
    struct cleanup_deletes *deletes = start(&library, &plain, &outcome);
    give(deletes, 0, 2 * OBJECT_DELETE_MAX, false);
    finish(deletes);
    assert_int_equal(outcome.item_count, CLEANUP_ITEMS_MAX);
    assert_int_equal(outcome.failure_count, CLEANUP_FAILURES_MAX);
    assert_int_equal(outcome.deleted + outcome.failed, 2 * OBJECT_DELETE_MAX);
    for (unsigned i = 0, number = 0; i < outcome.item_count; i++, number++) {
        number += number % 16 == 5;
        assert_string_equal(outcome.items[i].key, library_key(0, "m", number).text);
    }
    for (unsigned i = 0; i < outcome.failure_count; i++)
        assert_string_equal(outcome.failures[i].key, library_key(0, "m", 16 * i + 5).text);
    cleanup_deletes_destroy(deletes);
    cleanup_result_finish(&outcome);
    storage_destroy(library.storage);
}

static void a_sidecar_goes_in_the_batch_of_its_image(void **state)
{
    (void)state;
    struct library library = library_create();
    struct cleanup_result outcome;
    struct cleanup_deletes *deletes = start(&library, &plain, &outcome);
    give(deletes, 0, 1, false);
    give(deletes, 1, 501, true); /* the last of them has no room for both */
    finish(deletes);
    assert_int_equal(outcome.deleted, 501);
    assert_int_equal(library.memory->delete_requests, 2); /* there are no sidecars after all */
    assert_int_equal(library.memory->deleted_keys, 501);
    cleanup_deletes_destroy(deletes);
    cleanup_result_finish(&outcome);
    storage_destroy(library.storage);
}

static struct image_key sidecar_of(unsigned number)
{
    struct image_key key = library_key(0, "m", number), sidecar;
    struct error error;
    assert_true(image_key_sidecar(key.text, &sidecar, &error));
    return sidecar;
}

static void an_image_that_cannot_be_deleted_keeps_its_sidecar(void **state)
{
    (void)state;
    struct library library = library_create();
    struct cleanup_result outcome;
    struct cleanup_deletes *deletes = start(&library, &plain, &outcome);
    for (unsigned number = 1; number <= 2; number++) {
        library_place(&library, 0, "m", number, 0);
        memory_place(library.memory, sidecar_of(number).text, "{}", 2);
    }
    library.memory->delete_failure = ERROR_DENIED;
    library.memory->failing_suffix = "000000000001_8x4.png";
    give(deletes, 1, 3, true);
    finish(deletes);
    assert_int_equal(outcome.deleted, 1);
    assert_int_equal(outcome.failed, 1);
    assert_non_null(memory_find(library.memory, sidecar_of(1).text));
    assert_null(memory_find(library.memory, sidecar_of(2).text));
    cleanup_deletes_destroy(deletes);
    cleanup_result_finish(&outcome);
    storage_destroy(library.storage);
}

static void a_sidecar_that_cannot_be_deleted_is_told(void **state)
{
    (void)state;
    struct library library = library_create();
    struct cleanup_result outcome;
    struct cleanup_deletes *deletes = start(&library, &plain, &outcome);
    library_place(&library, 0, "m", 1, 0);
    memory_place(library.memory, sidecar_of(1).text, "{}", 2);
    library.memory->delete_failure = ERROR_DENIED;
    library.memory->failing_suffix = ".json";
    give(deletes, 1, 2, true);
    finish(deletes);
    assert_int_equal(outcome.deleted, 1);
    assert_int_equal(outcome.failed, 1);
    assert_string_equal(outcome.failures[0].key, sidecar_of(1).text);
    cleanup_deletes_destroy(deletes);
    cleanup_result_finish(&outcome);
    storage_destroy(library.storage);
}

static void what_was_not_sent_is_not_deleted(void **state)
{
    (void)state;
    struct library library = library_create();
    struct cleanup_result outcome;
    struct cleanup_deletes *deletes = start(&library, &plain, &outcome);
    give(deletes, 0, OBJECT_DELETE_MAX + 1, false);
    cleanup_deletes_destroy(deletes);
    assert_int_equal(outcome.deleted, OBJECT_DELETE_MAX);
    assert_int_equal(library.memory->deleted_keys, OBJECT_DELETE_MAX);
    cleanup_result_finish(&outcome);
    storage_destroy(library.storage);
}

static void after_a_batch_that_failed_nothing_is_begun(void **state)
{
    (void)state;
    struct library library = library_create();
    struct cleanup_result outcome;
    struct error error = {0};
    library.memory->batch_failure = ERROR_UNAVAILABLE;
    struct cleanup_deletes *deletes = start(&library, &plain, &outcome);
    bool good = true;
    unsigned number = 0;
    for (; good && number < 20 * OBJECT_DELETE_MAX; number++) {
        struct image_key key = library_key(0, "m", number);
        const struct walk_image image = {.key = key.text};
        good = cleanup_deletes_add(deletes, &image, first_day, &error);
    }
    assert_false(good);
    assert_int_equal(error.code, ERROR_UNAVAILABLE);
    cleanup_deletes_destroy(deletes);
    assert_int_equal(library.memory->delete_requests, SIDE_BY_SIDE);
    assert_int_equal(outcome.deleted, 0);
    storage_destroy(library.storage);
}

static void open_gate(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&gate.mutex);
    gate.open = true;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.mutex);
}

/* A store that does not answer: the first request to it makes the caller give up, and each waits
 * until it is told. */
static void give_up(struct memory_provider *memory, const struct operation *operation)
{
    cancel_request(memory->hook_argument);
    struct cancel_waiter waiter = {.wake = open_gate, .argument = NULL};
    cancel_add_waiter(operation->cancel, &waiter);
    pthread_mutex_lock(&gate.mutex);
    while (!gate.open)
        pthread_cond_wait(&gate.changed, &gate.mutex);
    pthread_mutex_unlock(&gate.mutex);
    cancel_remove_waiter(operation->cancel, &waiter);
}

static void a_cancelled_caller_waits_for_no_batch(void **state)
{
    (void)state;
    struct library library = library_create();
    struct cleanup_result outcome;
    struct cancel cancel;
    struct error error = {0};
    close_gate();
    cancel_init(&cancel);
    const struct operation operation = {.cancel = &cancel};
    library.memory->before_delete = give_up;
    library.memory->hook_argument = &cancel;
    struct cleanup_deletes *deletes = start(&library, &operation, &outcome);
    give(deletes, 0, 10, false);
    assert_false(cleanup_deletes_finish(deletes, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    cleanup_deletes_destroy(deletes);
    assert_int_equal(outcome.deleted, 0);
    cancel_finish(&cancel);
    storage_destroy(library.storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_are_under_way_side_by_side),
        cmocka_unit_test(results_are_noted_in_the_order_of_the_images),
        cmocka_unit_test(a_sidecar_goes_in_the_batch_of_its_image),
        cmocka_unit_test(an_image_that_cannot_be_deleted_keeps_its_sidecar),
        cmocka_unit_test(a_sidecar_that_cannot_be_deleted_is_told),
        cmocka_unit_test(what_was_not_sent_is_not_deleted),
        cmocka_unit_test(after_a_batch_that_failed_nothing_is_begun),
        cmocka_unit_test(a_cancelled_caller_waits_for_no_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
