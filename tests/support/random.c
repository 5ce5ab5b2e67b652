/* SPDX-License-Identifier: MIT */
/* The generator is a small one of its own, and not rand(), so that a seed gives the same numbers
 * with every C library. */
#include "support/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

static uint64_t random_state;

int random_set_up(void **state)
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

int64_t random_below(int64_t bound)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((random_state >> 33) % (uint64_t)bound);
}
