/* SPDX-License-Identifier: MIT */
#ifndef BASE_SPEED_FLOOR_H
#define BASE_SPEED_FLOOR_H

#include <stdbool.h>
#include <stdint.h>

/* When a transfer is given up that goes on, but so slowly that it could last for days: a byte now
 * and then defeats every limit on the time without one. Judged by its average since its first byte,
 * after a time in which a slow start is forgiven. */
struct speed_floor {
    uint32_t bytes_per_second;
    uint32_t grace_ms;
};

/* For what comes from and goes to the internet: a tenth of what a telephone line carries. */
extern const struct speed_floor speed_floor_default;

/* Pure. bytes: so far; elapsed_ms: since the first of them. */
bool speed_floor_missed(const struct speed_floor *floor, uint64_t bytes, int64_t elapsed_ms);

#endif
