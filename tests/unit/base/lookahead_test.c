/* SPDX-License-Identifier: MIT */
#include "base/lookahead.h"
#include "support/test.h"

#include <semaphore.h>
#include <string.h>

enum { COUNT = 100, WIDTH = 8 };

/* A row of numbers, with a count of what happens to it. */
struct row {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    size_t calls, discarded;
    size_t furthest; /* the highest index fetched, plus one */
    size_t under_way, most_under_way;
    size_t hold_until;        /* fetches wait until this many are under way */
    size_t failing, failures; /* an index, and how often it fails */
    enum error_code failure;
    bool until_cancelled;   /* fetches wait for their token */
    struct cancel *cancels; /* asked for by the first fetch */
};

static struct row row;

static void post(void *semaphore)
{
    sem_post(semaphore);
}

static void wait_until_cancelled(const struct operation *operation)
{
    sem_t cancelled;
    sem_init(&cancelled, 0, 0);
    struct cancel_waiter waiter = {.wake = post, .argument = &cancelled};
    cancel_add_waiter(operation->cancel, &waiter);
    sem_wait(&cancelled);
    cancel_remove_waiter(operation->cancel, &waiter);
    sem_destroy(&cancelled);
}

static bool enter(size_t index)
{
    pthread_mutex_lock(&row.mutex);
    row.calls++;
    row.under_way++;
    if (row.under_way > row.most_under_way)
        row.most_under_way = row.under_way;
    if (index >= row.furthest)
        row.furthest = index + 1;
    pthread_cond_broadcast(&row.changed);
    while (row.most_under_way < row.hold_until)
        pthread_cond_wait(&row.changed, &row.mutex);
    bool fails = row.failures > 0 && index == row.failing;
    row.failures -= fails;
    row.under_way--;
    pthread_mutex_unlock(&row.mutex);
    return !fails;
}

static bool fetch(void *argument, size_t index, const struct operation *operation, void **ret_item,
                  struct error *error)
{
    assert_ptr_equal(argument, &row);
    assert_null(operation->progress);
    if (!enter(index))
        return error_set(error, row.failure, "item %zu fails", index);
    if (row.cancels)
        cancel_request(row.cancels);
    if (row.until_cancelled)
        wait_until_cancelled(operation);
    if (!operation_check(operation, error))
        return false;
    size_t *item = malloc(sizeof *item);
    *item = index;
    *ret_item = item;
    return true;
}

static void discard(void *item)
{
    pthread_mutex_lock(&row.mutex);
    row.discarded++;
    pthread_mutex_unlock(&row.mutex);
    free(item);
}

static struct lookahead *start_with(struct lookahead_source source, struct cancel *cancel)
{
    source.width_max = WIDTH;
    source.fetch = fetch;
    source.discard = discard;
    source.argument = &row;
    struct lookahead *lookahead;
    struct error error;
    assert_true(lookahead_create(&source, cancel, &lookahead, &error));
    return lookahead;
}

static struct lookahead *start(size_t count, size_t width_start)
{
    return start_with((struct lookahead_source){.count = count, .width_start = width_start}, NULL);
}

static void assert_next(struct lookahead *lookahead, size_t expected)
{
    CLEANUP(free_cleanup) void *item = NULL;
    struct error error;
    assert_true(lookahead_next(lookahead, &item, &error));
    assert_non_null(item);
    assert_int_equal(*(size_t *)item, expected);
}

static void items_come_in_order_and_then_there_are_no_more(void **state)
{
    (void)state;
    CLEANUP(lookahead_destroy_cleanup) struct lookahead *lookahead = start(COUNT, 1);
    void *item = &row;
    struct error error;
    for (size_t i = 0; i < COUNT; i++)
        assert_next(lookahead, i);
    assert_true(lookahead_next(lookahead, &item, &error));
    assert_null(item);
    assert_int_equal(row.calls, COUNT);
    assert_true(row.most_under_way <= WIDTH);
}

/* The third item is the heavy one. */
static size_t weigh(const void *item)
{
    return *(const size_t *)item == 2 ? 10 : 1;
}

static void heavy_items_are_held_only_as_far_ahead_as_there_is_room(void **state)
{
    (void)state;
    static const struct {
        size_t weight_max, ahead;
    } cases[] = {{35, 3}, {20, 2}, {9, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(lookahead_destroy_cleanup)
        struct lookahead *lookahead = start_with(
            (struct lookahead_source){
                .count = COUNT,
                .width_start = 1,
                .weigh = weigh,
                .weight_max = cases[i].weight_max,
            },
            NULL);
        row.furthest = 0;
        for (size_t taken = 0; taken < COUNT; taken++) {
            assert_next(lookahead, taken);
            pthread_mutex_lock(&row.mutex);
            size_t furthest = row.furthest;
            pthread_mutex_unlock(&row.mutex);
            if (taken > 3 * WIDTH) /* what was begun before the heavy one came is done */
                assert_true(furthest <= taken + 1 + cases[i].ahead);
        }
    }
}

static void an_empty_row_has_no_items(void **state)
{
    (void)state;
    CLEANUP(lookahead_destroy_cleanup) struct lookahead *lookahead = start(0, 1);
    void *item = &row;
    struct error error;
    assert_true(lookahead_next(lookahead, &item, &error));
    assert_null(item);
}

/* Goes on only when all of them are under way at once. */
static void as_many_as_the_width_are_fetched_side_by_side(void **state)
{
    (void)state;
    row.hold_until = WIDTH;
    CLEANUP(lookahead_destroy_cleanup) struct lookahead *lookahead = start(COUNT, WIDTH);
    assert_next(lookahead, 0);
    assert_int_equal(row.most_under_way, WIDTH);
}

static void nothing_is_fetched_in_vain_when_the_first_will_do(void **state)
{
    (void)state;
    struct lookahead *lookahead = start(COUNT, 1);
    assert_next(lookahead, 0);
    lookahead_destroy(lookahead);
    assert_int_equal(row.calls, 1);
}

static void the_width_doubles_with_every_item(void **state)
{
    (void)state;
    struct lookahead *lookahead = start(COUNT, 1);
    assert_next(lookahead, 0);
    assert_next(lookahead, 1); /* two more were allowed: 1 and 2 */
    assert_next(lookahead, 2); /* 2 to 5 */
    lookahead_destroy(lookahead);
    assert_in_range(row.furthest, 3, 7);
}

static void what_was_fetched_ahead_is_dropped_at_the_end(void **state)
{
    (void)state;
    row.hold_until = WIDTH;
    struct lookahead *lookahead = start(COUNT, WIDTH);
    assert_next(lookahead, 0);
    lookahead_destroy(lookahead);
    assert_true(row.furthest <= 2 * WIDTH);
}

static void a_throttled_fetch_is_tried_once_more(void **state)
{
    (void)state;
    row.failing = 5;
    row.failures = 1;
    row.failure = ERROR_UNAVAILABLE;
    CLEANUP(lookahead_destroy_cleanup) struct lookahead *lookahead = start(COUNT, WIDTH);
    for (size_t i = 0; i < COUNT; i++)
        assert_next(lookahead, i);
    assert_int_equal(row.calls, COUNT + 1);
}

static void throttling_narrows_the_width(void **state)
{
    (void)state;
    row.failing = 0;
    row.failures = 1;
    row.failure = ERROR_UNAVAILABLE;
    struct lookahead *lookahead = start(COUNT, 2);
    assert_next(lookahead, 0);
    assert_next(lookahead, 1);
    assert_next(lookahead, 2);
    lookahead_destroy(lookahead);
    /* widths of 1, 2, 3, and three are consumed; without the failure 2, 4, 8 */
    assert_true(row.furthest <= 6);
}

static void a_failure_comes_when_its_turn_does(void **state)
{
    (void)state;
    static const struct {
        enum error_code failure;
        size_t failures;
    } cases[] = {{ERROR_UNAVAILABLE, 2}, {ERROR_DENIED, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        row.failing = 2;
        row.failures = cases[i].failures;
        row.failure = cases[i].failure;
        CLEANUP(lookahead_destroy_cleanup) struct lookahead *lookahead = start(COUNT, WIDTH);
        void *item;
        struct error error;
        assert_next(lookahead, 0);
        assert_next(lookahead, 1);
        assert_false(lookahead_next(lookahead, &item, &error));
        assert_int_equal(error.code, cases[i].failure);
        assert_string_equal(error.text, "item 2 fails");
        assert_int_equal(row.failures, 0);
    }
}

/* The fetches wait for nothing but their tokens: this ends only if those are asked. */
static void cancelling_the_consumer_cancels_every_fetch(void **state)
{
    (void)state;
    struct cancel cancel;
    cancel_init(&cancel);
    row.until_cancelled = true;
    row.cancels = &cancel;
    struct lookahead *lookahead =
        start_with((struct lookahead_source){.count = COUNT, .width_start = WIDTH}, &cancel);
    void *item;
    struct error error;
    assert_false(lookahead_next(lookahead, &item, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    assert_false(lookahead_next(lookahead, &item, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    lookahead_destroy(lookahead);
    cancel_finish(&cancel);
}

static int reset(void **state)
{
    (void)state;
    row = (struct row){0};
    pthread_mutex_init(&row.mutex, NULL);
    pthread_cond_init(&row.changed, NULL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(items_come_in_order_and_then_there_are_no_more, reset),
        cmocka_unit_test_setup(heavy_items_are_held_only_as_far_ahead_as_there_is_room, reset),
        cmocka_unit_test_setup(an_empty_row_has_no_items, reset),
        cmocka_unit_test_setup(as_many_as_the_width_are_fetched_side_by_side, reset),
        cmocka_unit_test_setup(nothing_is_fetched_in_vain_when_the_first_will_do, reset),
        cmocka_unit_test_setup(the_width_doubles_with_every_item, reset),
        cmocka_unit_test_setup(what_was_fetched_ahead_is_dropped_at_the_end, reset),
        cmocka_unit_test_setup(a_throttled_fetch_is_tried_once_more, reset),
        cmocka_unit_test_setup(throttling_narrows_the_width, reset),
        cmocka_unit_test_setup(a_failure_comes_when_its_turn_does, reset),
        cmocka_unit_test_setup(cancelling_the_consumer_cancels_every_fetch, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
