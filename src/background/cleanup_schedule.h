/* SPDX-License-Identifier: MIT */
#ifndef BACKGROUND_CLEANUP_SCHEDULE_H
#define BACKGROUND_CLEANUP_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/* When automatic clean-up runs: a while after the start, a day after the last run, and, if that is
 * wanted, after saves. A row of saves makes one run, once it has come to rest or has gone on for
 * long enough. Runs take at most a tenth of the time, so that a store which takes long to clean up
 * is cleaned up less often. Pure: all times are given, in milliseconds of a clock that never goes
 * back.
 */

enum {
    CLEANUP_START_MS = 3 * 1000,     /* after the start: the first requests come first */
    CLEANUP_QUIET_MS = 3 * 1000,     /* after the last save of a row */
    CLEANUP_PATIENCE_MS = 60 * 1000, /* after its first save, at the latest */
    CLEANUP_PERIOD_MS = 24 * 60 * 60 * 1000,
    CLEANUP_RETRY_MS = 60 * 60 * 1000, /* after a run that failed */
    CLEANUP_REST = 9,                  /* times as long as the run took */
};

struct cleanup_schedule {
    bool run_on_save;
    int64_t period_due_ms;
    int64_t rested_ms;     /* no run before */
    int64_t first_save_ms; /* of those that no run has followed yet; -1: there are none */
    int64_t last_save_ms;
    int64_t began_ms;
};

void cleanup_schedule_init(struct cleanup_schedule *schedule, bool run_on_save, int64_t now_ms);

/* An image was saved, perhaps during a run. */
void cleanup_schedule_saved(struct cleanup_schedule *schedule, int64_t now_ms);

/* When the next run is to begin. */
int64_t cleanup_schedule_due_ms(const struct cleanup_schedule *schedule);

/* A run begins, and ends. It spares images that were saved less than CLEANUP_QUIET_MS before (see
 * storage_cleanup_settled()), so these still ask for another run. done: it has done what there was
 * to do. */
void cleanup_schedule_begin(struct cleanup_schedule *schedule, int64_t now_ms);
void cleanup_schedule_end(struct cleanup_schedule *schedule, int64_t now_ms, bool done);

#endif
