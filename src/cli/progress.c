/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { INTERVAL_MS = 100, BAR_WIDTH = 24 };

static struct {
    pthread_mutex_t mutex;
    bool terminal;
    bool shown;
    int64_t last_ms;
    const char *label;
} line = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void wipe_locked(void)
{
    if (line.shown)
        fputs("\r\033[K", stderr);
    line.shown = false;
}

static void draw_locked(uint64_t done, uint64_t total, const char *message)
{
    wipe_locked();
    if (line.label)
        fprintf(stderr, "%s ", line.label);
    if (total > 0) {
        int filled = (int)((double)done / (double)total * BAR_WIDTH);
        filled = filled > BAR_WIDTH ? BAR_WIDTH : filled;
        fprintf(stderr, "[%.*s%*s] %3d%%", filled, "########################", BAR_WIDTH - filled,
                "", (int)((double)done / (double)total * 100));
    } else {
        fprintf(stderr, "%llu", (unsigned long long)done);
    }
    if (message)
        fprintf(stderr, " %s", message);
    fflush(stderr);
    line.shown = true;
}

static void show(void *argument, uint64_t done, uint64_t total, const char *message)
{
    (void)argument;
    int64_t now = clock_monotonic_ms();
    pthread_mutex_lock(&line.mutex);
    if (now - line.last_ms >= INTERVAL_MS) {
        line.last_ms = now;
        draw_locked(done, total, message);
    }
    pthread_mutex_unlock(&line.mutex);
}

void progress_start(struct operation *operation)
{
    line.terminal = isatty(STDERR_FILENO);
    line.last_ms = clock_monotonic_ms(); /* what is quick shows none */
    operation->progress = line.terminal ? show : NULL;
}

void progress_label(const char *label)
{
    pthread_mutex_lock(&line.mutex);
    line.label = label;
    pthread_mutex_unlock(&line.mutex);
}

void progress_clear(void)
{
    pthread_mutex_lock(&line.mutex);
    wipe_locked();
    fflush(stderr);
    pthread_mutex_unlock(&line.mutex);
}
