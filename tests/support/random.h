/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_RANDOM_H
#define SUPPORT_RANDOM_H

#include <stdint.h>

/* Random numbers for tests of properties: others in each run, and the same again with the seed that
 * the run printed (TEST_SEED=... in the environment). */

/* A group set-up of cmocka. */
int random_set_up(void **state);

/* 0 to bound - 1 */
int64_t random_below(int64_t bound);

#endif
