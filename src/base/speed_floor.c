/* SPDX-License-Identifier: MIT */
/* The average over the whole transfer, not over its last seconds: a connection that was fast and
 * stands still is another matter, for a limit on silence, and has earned some patience. */
#include "base/speed_floor.h"

const struct speed_floor speed_floor_default = {
    .bytes_per_second = 512,
    .grace_ms = 10 * 1000,
};

bool speed_floor_missed(const struct speed_floor *floor, uint64_t bytes, int64_t elapsed_ms)
{
    return elapsed_ms > floor->grace_ms &&
           bytes < (uint64_t)elapsed_ms * floor->bytes_per_second / 1000;
}
