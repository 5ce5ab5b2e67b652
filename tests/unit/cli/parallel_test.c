/* SPDX-License-Identifier: MIT */
#include "cli/parallel.h"
#include "support/test.h"

#include <stdatomic.h>

enum { COUNT = 40 };

struct job {
    struct cancel cancel;
    size_t cancel_at, fail_at; /* when number so and so is reported; COUNT: never */
    bool worked[COUNT], cancelled[COUNT];
    size_t reported[COUNT], count;
    atomic_size_t under_way, most;
    atomic_bool late; /* work after the end */
    bool ended;
};

static void work(void *argument, size_t index, const struct operation *operation)
{
    struct job *job = argument;
    struct error error;
    size_t now = atomic_fetch_add(&job->under_way, 1) + 1, most = atomic_load(&job->most);
    while (now > most && !atomic_compare_exchange_weak(&job->most, &most, now))
        continue;
    job->cancelled[index] = !operation_check(operation, &error);
    job->worked[index] = true;
    if (job->ended)
        atomic_store(&job->late, true);
    atomic_fetch_sub(&job->under_way, 1);
}

static bool report(void *argument, size_t index, struct error *error)
{
    struct job *job = argument;
    job->reported[job->count++] = index;
    if (index == job->cancel_at)
        cancel_request(&job->cancel);
    if (index == job->fail_at)
        return error_set(error, ERROR_UNAVAILABLE, "enough");
    return true;
}

static bool run(struct job *job, struct error *error)
{
    const struct parallel parallel = {
        .count = COUNT, .work = work, .report = report, .argument = job};
    const struct operation operation = {.cancel = &job->cancel};
    cancel_init(&job->cancel);
    bool good = parallel_run(&parallel, &operation, error);
    job->ended = true;
    assert_int_equal(atomic_load(&job->under_way), 0);
    cancel_finish(&job->cancel);
    return good;
}

static void all_are_worked_on_and_reported_in_order(void **state)
{
    (void)state;
    struct error error;
    struct job job = {.cancel_at = COUNT, .fail_at = COUNT};
    assert_true(run(&job, &error));
    assert_int_equal(job.count, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(job.reported[i], i);
        assert_true(job.worked[i]);
    }
    assert_in_range(atomic_load(&job.most), 1, 8);
}

static void after_an_interruption_what_was_worked_on_is_reported(void **state)
{
    (void)state;
    struct error error;
    struct job job = {.cancel_at = 3, .fail_at = COUNT};
    assert_false(run(&job, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    size_t worked = 0;
    for (size_t i = 0; i < COUNT; i++)
        worked += job.worked[i];
    assert_int_equal(job.count, worked);
    assert_in_range(worked, 4, 3 + 2 * 8);
    assert_false(atomic_load(&job.late));
    for (size_t i = 1; i < job.count; i++)
        assert_true(job.reported[i] > job.reported[i - 1]);
}

static void a_report_can_end_it(void **state)
{
    (void)state;
    struct error error;
    struct job job = {.cancel_at = COUNT, .fail_at = 5};
    assert_false(run(&job, &error));
    assert_string_equal(error.text, "enough");
    assert_int_equal(job.count, 6);
    assert_false(atomic_load(&job.late));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_worked_on_and_reported_in_order),
        cmocka_unit_test(after_an_interruption_what_was_worked_on_is_reported),
        cmocka_unit_test(a_report_can_end_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
