/* SPDX-License-Identifier: MIT */
/* The numbers are those of the AWS tools where they have one: five attempts, the budget of 500 with
 * 5 a retry and 10 a time-out; a connection that is refused costs the store nothing, and 1 here, so
 * that a queue of saves outlives the store's restart. */
#include "s3/retry.h"

enum {
    BUDGET_FULL = 500,
    BUDGET_COST = 5,
    BUDGET_COST_SLOW = 10,
    BUDGET_COST_REFUSED = 1,
    BUDGET_GAIN = 1,
};

const struct retry_policy retry_policy_default = {
    .attempts = 5,
    .slow_attempts = 2,
    .base_ms = 100,
    .throttled_ms = 500,
    .cap_ms = 8000,
    .patience_ms = 20000,
};

bool retry_again(const struct retry_policy *policy, enum retry_kind kind, unsigned attempt,
                 uint64_t retry_after_ms, uint32_t chance, uint32_t *ret_delay_ms)
{
    unsigned most = kind == RETRY_SLOW ? policy->slow_attempts : policy->attempts;
    if (kind == RETRY_NEVER || attempt >= most || retry_after_ms > policy->patience_ms)
        return false;
    bool patient = kind == RETRY_THROTTLED || kind == RETRY_REFUSED;
    uint64_t window = patient ? policy->throttled_ms : policy->base_ms;
    for (unsigned i = 1; i < attempt && window < policy->cap_ms; i++)
        window *= 2;
    if (window > policy->cap_ms)
        window = policy->cap_ms;
    uint32_t delay = (uint32_t)((uint64_t)chance * (window + 1) >> 32);
    *ret_delay_ms = retry_after_ms > delay ? (uint32_t)retry_after_ms : delay;
    return true;
}

void retry_budget_init(struct retry_budget *budget)
{
    atomic_init(&budget->tokens, BUDGET_FULL);
}

static int cost(enum retry_kind kind)
{
    switch (kind) {
    case RETRY_SLOW:
        return BUDGET_COST_SLOW;
    case RETRY_REFUSED:
        return BUDGET_COST_REFUSED;
    default:
        return BUDGET_COST;
    }
}

bool retry_budget_take(struct retry_budget *budget, enum retry_kind kind)
{
    int tokens = atomic_load(&budget->tokens);
    do {
        if (tokens < cost(kind))
            return false;
    } while (!atomic_compare_exchange_weak(&budget->tokens, &tokens, tokens - cost(kind)));
    return true;
}

void retry_budget_give(struct retry_budget *budget, enum retry_kind kind)
{
    int gain = kind == RETRY_NEVER ? BUDGET_GAIN : cost(kind);
    int tokens = atomic_load(&budget->tokens), filled;
    do {
        filled = tokens + gain < BUDGET_FULL ? tokens + gain : BUDGET_FULL;
    } while (!atomic_compare_exchange_weak(&budget->tokens, &tokens, filled));
}
