/* SPDX-License-Identifier: MIT */
#include "background/auto_cleanup.h"

#include "background/cleanup_schedule.h"
#include "storage/storage_private.h"
#include "support/library.h"
#include "support/test.h"

#include <poll.h>

enum { SAVERS = 4, SAVES = 200, DEADLINE_MS = 60 * 1000 };

static const struct config keep_two = {
    .cleanup_enabled = true,
    .cleanup_keep_count = 2,
    .cleanup_run_on_save = true,
};

/* Five images of long ago, on five days. */
static struct library five_images(void)
{
    struct library library = library_create();
    library.memory->now_ms = first_day + 100 * DAY_MS;
    for (unsigned number = 0; number < 5; number++)
        library_place(&library, (int)number, "m", number, 0);
    return library;
}

static struct auto_cleanup *start(struct library *library)
{
    struct auto_cleanup *cleanup;
    struct error error;
    assert_true(auto_cleanup_create(&keep_two, library->storage, &cleanup, &error));
    return cleanup;
}

static void announce_save(struct storage *storage)
{
    const struct stored_image image = {0};
    storage_announce_saved(storage, &image);
}

static size_t count(struct library *library)
{
    pthread_mutex_lock(&library->memory->mutex);
    size_t images = memory_count(library->memory);
    pthread_mutex_unlock(&library->memory->mutex);
    return images;
}

static void wait_until_left(struct library *library, size_t images)
{
    int64_t deadline = clock_monotonic_ms() + DEADLINE_MS;
    while (count(library) != images) {
        assert_true(clock_monotonic_ms() < deadline);
        poll(NULL, 0, 5);
    }
}

static void what_is_outside_the_rule_goes_and_after_saves_again(void **state)
{
    (void)state;
    struct library library = five_images();
    struct auto_cleanup *cleanup = start(&library);
    wait_until_left(&library, 2);
    library_place(&library, 5, "m", 5, 0);
    announce_save(library.storage);
    wait_until_left(&library, 2);
    auto_cleanup_destroy(cleanup);
    assert_non_null(memory_find(library.memory, library_key(4, "m", 4).text));
    assert_non_null(memory_find(library.memory, library_key(5, "m", 5).text));
    storage_destroy(library.storage);
}

static void an_end_before_the_first_run_asks_the_store_nothing(void **state)
{
    (void)state;
    struct library library = five_images();
    auto_cleanup_destroy(start(&library));
    assert_int_equal(library.memory->list_requests, 0);
    assert_int_equal(memory_count(library.memory), 5);
    storage_destroy(library.storage);
}

/* A store that does not answer: it waits until it is told not to. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool asked, cancelled;
} silence = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false};

static void tell(bool *what)
{
    pthread_mutex_lock(&silence.mutex);
    *what = true;
    pthread_cond_broadcast(&silence.changed);
    pthread_mutex_unlock(&silence.mutex);
}

static void await(const bool *what)
{
    pthread_mutex_lock(&silence.mutex);
    while (!*what)
        pthread_cond_wait(&silence.changed, &silence.mutex);
    pthread_mutex_unlock(&silence.mutex);
}

static void wake_silent(void *argument)
{
    tell(argument);
}

static void stay_silent(struct memory_provider *memory, const struct operation *operation,
                        const char *prefix)
{
    (void)memory;
    if (!memory_ends_with(prefix, "-23/")) /* the newest day */
        return;
    tell(&silence.asked);
    struct cancel_waiter waiter = {.wake = wake_silent, .argument = &silence.cancelled};
    cancel_add_waiter(operation->cancel, &waiter);
    await(&silence.cancelled);
    cancel_remove_waiter(operation->cancel, &waiter);
}

static void an_end_breaks_off_a_run_that_is_under_way(void **state)
{
    (void)state;
    struct library library = five_images();
    library.memory->before_list = stay_silent;
    struct auto_cleanup *cleanup = start(&library);
    await(&silence.asked);
    announce_save(library.storage); /* does not wait for the run */
    auto_cleanup_destroy(cleanup);
    assert_int_equal(library.memory->delete_requests, 0);
    assert_int_equal(memory_count(library.memory), 5);
    storage_destroy(library.storage);
}

static void *save_often(void *argument)
{
    for (int i = 0; i < SAVES; i++)
        announce_save(argument);
    return NULL;
}

static void saves_may_come_from_many_threads_at_once(void **state)
{
    (void)state;
    struct library library = five_images();
    struct auto_cleanup *cleanup = start(&library);
    pthread_t savers[SAVERS];
    for (int i = 0; i < SAVERS; i++)
        pthread_create(&savers[i], NULL, save_often, library.storage);
    for (int i = 0; i < SAVERS; i++)
        pthread_join(savers[i], NULL);
    wait_until_left(&library, 2);
    auto_cleanup_destroy(cleanup);
    assert_int_equal(library.memory->delete_requests, 1);
    storage_destroy(library.storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_outside_the_rule_goes_and_after_saves_again),
        cmocka_unit_test(an_end_before_the_first_run_asks_the_store_nothing),
        cmocka_unit_test(an_end_breaks_off_a_run_that_is_under_way),
        cmocka_unit_test(saves_may_come_from_many_threads_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
