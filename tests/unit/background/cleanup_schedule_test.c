/* SPDX-License-Identifier: MIT */
#include "background/cleanup_schedule.h"
#include "support/test.h"

static const int64_t start = 1000000;

/* After the first run, which took a second, and the rest that follows it. */
static struct cleanup_schedule rested(bool run_on_save, int64_t *ret_now)
{
    struct cleanup_schedule schedule;
    cleanup_schedule_init(&schedule, run_on_save, start);
    int64_t begin = cleanup_schedule_due_ms(&schedule);
    cleanup_schedule_begin(&schedule, begin);
    cleanup_schedule_end(&schedule, begin + 1000, true);
    *ret_now = begin + 1000 + 1000 * CLEANUP_REST;
    return schedule;
}

static void the_first_run_leaves_the_start_alone(void **state)
{
    (void)state;
    struct cleanup_schedule schedule;
    cleanup_schedule_init(&schedule, true, start);
    assert_int_equal(cleanup_schedule_due_ms(&schedule), start + CLEANUP_START_MS);
    cleanup_schedule_saved(&schedule, start - 10 * CLEANUP_QUIET_MS);
    assert_int_equal(cleanup_schedule_due_ms(&schedule), start + CLEANUP_START_MS);
}

static void the_next_run_is_a_day_later(void **state)
{
    (void)state;
    int64_t now;
    struct cleanup_schedule schedule = rested(false, &now);
    int64_t ended = now - 1000 * CLEANUP_REST;
    assert_int_equal(cleanup_schedule_due_ms(&schedule), ended + CLEANUP_PERIOD_MS);
}

static void a_run_that_failed_is_made_again_after_an_hour(void **state)
{
    (void)state;
    struct cleanup_schedule schedule;
    cleanup_schedule_init(&schedule, false, start);
    cleanup_schedule_begin(&schedule, start + 5000);
    cleanup_schedule_end(&schedule, start + 6000, false);
    assert_int_equal(cleanup_schedule_due_ms(&schedule), start + 6000 + CLEANUP_RETRY_MS);
}

static void saves_do_nothing_when_not_asked_to(void **state)
{
    (void)state;
    int64_t now;
    struct cleanup_schedule schedule = rested(false, &now);
    int64_t due = cleanup_schedule_due_ms(&schedule);
    cleanup_schedule_saved(&schedule, now);
    assert_int_equal(cleanup_schedule_due_ms(&schedule), due);
}

static void a_row_of_saves_makes_one_run_when_it_has_come_to_rest(void **state)
{
    (void)state;
    int64_t now;
    struct cleanup_schedule schedule = rested(true, &now);
    for (int i = 0; i < 10; i++) {
        cleanup_schedule_saved(&schedule, now + i * 1000);
        assert_int_equal(cleanup_schedule_due_ms(&schedule), now + i * 1000 + CLEANUP_QUIET_MS);
    }
    int64_t due = cleanup_schedule_due_ms(&schedule);
    cleanup_schedule_begin(&schedule, due);
    cleanup_schedule_end(&schedule, due + 10, true);
    assert_int_equal(cleanup_schedule_due_ms(&schedule), due + 10 + CLEANUP_PERIOD_MS);
}

static void saves_without_an_end_do_not_put_off_the_run_for_ever(void **state)
{
    (void)state;
    int64_t now;
    struct cleanup_schedule schedule = rested(true, &now);
    for (int i = 0; i < 200; i++)
        cleanup_schedule_saved(&schedule, now + i * 1000);
    assert_int_equal(cleanup_schedule_due_ms(&schedule), now + CLEANUP_PATIENCE_MS);
}

/* The run at the start comes at its time, however recent the saves are that it spares. */
static void a_save_just_before_a_run_makes_another(void **state)
{
    (void)state;
    struct cleanup_schedule schedule;
    cleanup_schedule_init(&schedule, true, start);
    int64_t begin = cleanup_schedule_due_ms(&schedule), saved = begin - 100;
    cleanup_schedule_saved(&schedule, saved);
    cleanup_schedule_begin(&schedule, begin);
    cleanup_schedule_end(&schedule, begin, true);
    int64_t due = cleanup_schedule_due_ms(&schedule);
    assert_int_equal(due, saved + CLEANUP_QUIET_MS);
    cleanup_schedule_begin(&schedule, due);
    cleanup_schedule_end(&schedule, due, true);
    assert_int_equal(cleanup_schedule_due_ms(&schedule), due + CLEANUP_PERIOD_MS);
}

static void a_save_during_a_run_makes_another(void **state)
{
    (void)state;
    int64_t now;
    struct cleanup_schedule schedule = rested(true, &now);
    cleanup_schedule_begin(&schedule, now);
    cleanup_schedule_saved(&schedule, now + 5);
    cleanup_schedule_end(&schedule, now + 10, true);
    assert_int_equal(cleanup_schedule_due_ms(&schedule), now + 5 + CLEANUP_QUIET_MS);
}

static void runs_take_a_tenth_of_the_time_at_most(void **state)
{
    (void)state;
    int64_t now;
    struct cleanup_schedule schedule = rested(true, &now);
    cleanup_schedule_begin(&schedule, now);
    cleanup_schedule_saved(&schedule, now + 1);
    cleanup_schedule_end(&schedule, now + 60000, true);
    assert_int_equal(cleanup_schedule_due_ms(&schedule), now + 60000 + CLEANUP_REST * 60000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_run_leaves_the_start_alone),
        cmocka_unit_test(the_next_run_is_a_day_later),
        cmocka_unit_test(a_run_that_failed_is_made_again_after_an_hour),
        cmocka_unit_test(saves_do_nothing_when_not_asked_to),
        cmocka_unit_test(a_row_of_saves_makes_one_run_when_it_has_come_to_rest),
        cmocka_unit_test(saves_without_an_end_do_not_put_off_the_run_for_ever),
        cmocka_unit_test(a_save_just_before_a_run_makes_another),
        cmocka_unit_test(a_save_during_a_run_makes_another),
        cmocka_unit_test(runs_take_a_tenth_of_the_time_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
