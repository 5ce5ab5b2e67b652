/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_RANDOM_H
#define SUPPORT_RANDOM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

/* Random numbers for tests of properties: others in each run, and the same again with the seed that
 * the run printed (TEST_SEED=... in the environment). */

static uint64_t random_state;

/* A group set-up of cmocka. */
static inline int random_set_up(void **state)
{
    (void)state;
    const char *again = getenv("TEST_SEED");
    if (again)
        random_state = strtoull(again, NULL, 10);
    else if (getrandom(&random_state, sizeof random_state, 0) != sizeof random_state)
        return -1;
    fprintf(stderr, "TEST_SEED=%llu\n", (unsigned long long)random_state);
    return 0;
}

/* 0 to bound - 1 */
static inline int64_t random_below(int64_t bound)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((random_state >> 33) % (uint64_t)bound);
}

#endif
