/* SPDX-License-Identifier: MIT */
/* A lookahead does the work, since it already runs a few things at once and hands them on in
 * order. After an interruption what was done is reported all the same: it has happened. */
#include "cli/parallel.h"

#include "base/lookahead.h"

enum { WIDTH = 8 };

struct run {
    const struct parallel *parallel;
    bool *worked;
};

static bool work(void *argument, size_t index, const struct operation *operation, void **ret_item,
                 struct error *error)
{
    struct run *run = argument;
    (void)error;
    run->parallel->work(run->parallel->argument, index, operation);
    run->worked[index] = true;
    *ret_item = &run->worked[index];
    return true;
}

static void keep(void *item)
{
    (void)item;
}

/* *ret_reported: of how many it was said how they went. */
static bool run_all(struct run *run, const struct operation *operation, size_t *ret_reported,
                    struct error *error)
{
    const struct parallel *parallel = run->parallel;
    const struct lookahead_source source = {
        .count = parallel->count,
        .width_start = WIDTH,
        .width_max = WIDTH,
        .fetch = work,
        .discard = keep,
        .argument = run,
    };
    CLEANUP(lookahead_destroy_cleanup) struct lookahead *lookahead = NULL;
    if (!lookahead_create(&source, operation->cancel, &lookahead, error))
        return false;
    for (*ret_reported = 0; *ret_reported < parallel->count; ++*ret_reported) {
        void *item;
        if (!lookahead_next(lookahead, &item, error) ||
            !parallel->report(parallel->argument, *ret_reported, error))
            return false;
    }
    return true;
}

bool parallel_run(const struct parallel *parallel, const struct operation *operation,
                  struct error *error)
{
    struct error ignored;
    struct run run = {.parallel = parallel, .worked = calloc(parallel->count, sizeof *run.worked)};
    CLEANUP(free_cleanup) bool *worked = run.worked;
    size_t reported = 0;
    if (!worked)
        return error_no_memory(error);
    if (run_all(&run, operation, &reported, error))
        return true;
    if (error->code != ERROR_CANCELLED)
        return false;
    for (; reported < parallel->count; reported++)
        if (worked[reported] && !parallel->report(parallel->argument, reported, &ignored))
            break;
    return false;
}
