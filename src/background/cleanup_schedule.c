/* SPDX-License-Identifier: MIT */
/* The schedule is apart from the thread that follows it, and asks no clock: so every course of
 * events, also a day or a clock's end, can be tested in no time. */
#include "background/cleanup_schedule.h"

enum { NO_SAVE = -1 };

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void cleanup_schedule_init(struct cleanup_schedule *schedule, bool run_on_save, int64_t now_ms)
{
    *schedule = (struct cleanup_schedule){
        .run_on_save = run_on_save,
        .period_due_ms = now_ms + CLEANUP_START_MS,
        .rested_ms = now_ms + CLEANUP_START_MS,
        .first_save_ms = NO_SAVE,
    };
}

void cleanup_schedule_saved(struct cleanup_schedule *schedule, int64_t now_ms)
{
    if (schedule->first_save_ms == NO_SAVE)
        schedule->first_save_ms = now_ms;
    schedule->last_save_ms = now_ms;
}

int64_t cleanup_schedule_due_ms(const struct cleanup_schedule *schedule)
{
    int64_t due_ms = schedule->period_due_ms;
    if (schedule->run_on_save && schedule->first_save_ms != NO_SAVE) {
        int64_t quiet_ms = schedule->last_save_ms + CLEANUP_QUIET_MS;
        int64_t latest_ms = schedule->first_save_ms + CLEANUP_PATIENCE_MS;
        due_ms = earlier(due_ms, earlier(quiet_ms, latest_ms));
    }
    return later(due_ms, schedule->rested_ms);
}

void cleanup_schedule_begin(struct cleanup_schedule *schedule, int64_t now_ms)
{
    bool settled = now_ms - schedule->last_save_ms >= CLEANUP_QUIET_MS;
    bool pending = schedule->first_save_ms != NO_SAVE && !settled;
    schedule->began_ms = now_ms;
    schedule->first_save_ms = pending ? schedule->last_save_ms : NO_SAVE;
}

void cleanup_schedule_end(struct cleanup_schedule *schedule, int64_t now_ms, bool done)
{
    schedule->period_due_ms = now_ms + (done ? CLEANUP_PERIOD_MS : CLEANUP_RETRY_MS);
    schedule->rested_ms = now_ms + CLEANUP_REST * (now_ms - schedule->began_ms);
}
