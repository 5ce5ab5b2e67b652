/* SPDX-License-Identifier: MIT */
/* There is one terminal, and so one line; its state is static for that reason. Progress is
 * reported by threads of the transport, so a lock is held while it is drawn. */
#include "cli/progress.h"

#include "base/clock.h"
#include "cli/output.h"
#include "cli/text.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { INTERVAL_MS = 100, BAR_MAX = 30, BAR_MIN = 8, PERCENT_WIDTH = 6 };

static struct {
    pthread_mutex_t mutex;
    struct output output;
    bool shown;
    int64_t last_ms;
    const char *label;
} line = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void wipe_locked(void)
{
    if (line.shown)
        fputs("\r\033[K", line.output.file);
    line.shown = false;
}

/* A line that is longer than the terminal is wide could not be wiped. */
static void line_put(const char *text, size_t *room)
{
    size_t width;
    text_put(line.output.file, text, text_fitting(text, *room, &width));
    *room -= width;
}

static void draw_bar(double fraction, size_t *room)
{
    char percent[PERCENT_WIDTH + 1];
    snprintf(percent, sizeof percent, " %3d%% ", (int)(fraction * 100));
    size_t columns = *room > PERCENT_WIDTH ? *room - PERCENT_WIDTH : 0;
    columns = columns > BAR_MAX ? BAR_MAX : columns;
    if (columns >= BAR_MIN) {
        output_bar(&line.output, STYLE_GOOD, fraction, columns);
        *room -= columns;
    }
    line_put(percent, room);
}

static void draw_locked(uint64_t done, uint64_t total, const char *message)
{
    char count[COUNT_TEXT_SIZE];
    output_measure(&line.output);
    size_t room = line.output.width - 1;
    wipe_locked();
    line.shown = true;
    if (line.label) {
        line_put(line.label, &room);
        line_put(" ", &room);
    }
    if (total > 0) {
        draw_bar(done < total ? (double)done / (double)total : 1, &room);
    } else {
        format_count(done, count);
        line_put(count, &room);
        line_put(" ", &room);
    }
    if (message)
        line_put(message, &room);
    fflush(line.output.file);
}

static void line_show(void *argument, uint64_t done, uint64_t total, const char *message)
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
    output_init(&line.output, stderr, false);
    line.last_ms = clock_monotonic_ms(); /* what is quick shows none */
    operation->progress = line.output.terminal ? line_show : NULL;
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
    if (line.output.file)
        fflush(line.output.file);
    pthread_mutex_unlock(&line.mutex);
}
