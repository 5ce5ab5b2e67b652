/* SPDX-License-Identifier: MIT */
/* A lookahead does the work, since it already runs a few things at once and hands them on in
 * order. After an interruption what was done is reported all the same: it has happened. */
#include "cli/batch.h"

#include "base/lookahead.h"

enum { WIDTH = 8 };

struct run {
    const struct batch *batch;
    bool *worked;
};

static bool work(void *argument, size_t index, const struct operation *operation, void **ret_item,
                 struct error *error)
{
    struct run *run = argument;
    (void)error;
    run->batch->work(run->batch->argument, index, operation);
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
    const struct batch *batch = run->batch;
    const struct lookahead_source source = {
        .count = batch->count,
        .width_start = WIDTH,
        .width_max = WIDTH,
        .fetch = work,
        .discard = keep,
        .argument = run,
    };
    CLEANUP(lookahead_destroy_cleanup) struct lookahead *lookahead = NULL;
    if (!lookahead_create(&source, operation->cancel, &lookahead, error))
        return false;
    for (*ret_reported = 0; *ret_reported < batch->count; ++*ret_reported) {
        void *item;
        if (!lookahead_next(lookahead, &item, error) ||
            !batch->report(batch->argument, *ret_reported, error))
            return false;
    }
    return true;
}

bool batch_run(const struct batch *batch, const struct operation *operation, struct error *error)
{
    struct error ignored;
    struct run run = {.batch = batch, .worked = calloc(batch->count, sizeof *run.worked)};
    CLEANUP(free_cleanup) bool *worked = run.worked;
    size_t reported = 0;
    if (!worked)
        return error_no_memory(error);
    if (run_all(&run, operation, &reported, error))
        return true;
    if (error->code != ERROR_CANCELLED)
        return false;
    for (; reported < batch->count; reported++)
        if (worked[reported] && !batch->report(batch->argument, reported, &ignored))
            break;
    return false;
}
