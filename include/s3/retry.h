/* SPDX-License-Identifier: MIT */
#ifndef S3_RETRY_H
#define S3_RETRY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether and when an exchange is made again: exponential back-off with full jitter, and a budget
 * for the whole process so that a store in trouble is not buried under retries (the token bucket of
 * the AWS tools' "standard" retry mode). Pure: time, chance and the budget come from the caller. */

struct retry_policy {
    unsigned attempts;      /* at most, the first one included */
    unsigned slow_attempts; /* at most, when each one had to run into a time-out */
    uint32_t base_ms;       /* the longest first delay; it doubles each time */
    uint32_t throttled_ms;  /* the same, when the store asked to slow down or is not there */
    uint32_t cap_ms;        /* the longest delay of our own choice */
    uint32_t patience_ms;   /* a Retry-After beyond this ends it */
};

extern const struct retry_policy retry_policy_default;

/* What an attempt that failed is to retries; s3/error_meaning.h knows which it is. */
enum retry_kind {
    RETRY_NEVER,     /* it would end the same way */
    RETRY_TRANSIENT, /* a fault of the moment */
    RETRY_SLOW,      /* a time-out: a fault of the moment that took long to show */
    RETRY_REFUSED,   /* no server listens, as while the store restarts */
    RETRY_THROTTLED, /* the store is asked too much */
};

/* True if a further attempt should be made, *ret_delay_ms from now. attempt: how many were made;
 * retry_after_ms: what the store asked for, 0 if nothing; chance: any random number. What is not
 * safe to repeat must not get here. */
bool retry_again(const struct retry_policy *policy, enum retry_kind kind, unsigned attempt,
                 uint64_t retry_after_ms, uint32_t chance, uint32_t *ret_delay_ms);

/* The budget: any thread. */
struct retry_budget {
    atomic_int tokens;
};

void retry_budget_init(struct retry_budget *budget);
/* Pays for a retry; false, and nothing is paid, when there is too little left. */
bool retry_budget_take(struct retry_budget *budget, enum retry_kind kind);
/* An exchange succeeded: gives back what its last retry cost, RETRY_NEVER if there was none. */
void retry_budget_give(struct retry_budget *budget, enum retry_kind kind);

#endif
