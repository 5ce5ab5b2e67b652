/* SPDX-License-Identifier: MIT */
#include "storage/retention.h"

#include "support/random.h"
#include "support/test.h"

#include <string.h>

/* Properties are tried on many small random stores. */
enum { ROUNDS = 20000, IMAGES_MAX = 40, TIME_MAX = 60 };

struct round {
    struct retention_policy policy;
    int64_t times[IMAGES_MAX]; /* newest first */
    int64_t count;
    bool deleted[IMAGES_MAX];
};

static void plan(struct round *round)
{
    struct retention retention = {.policy = &round->policy};
    for (int64_t i = 0; i < round->count; i++)
        round->deleted[i] = retention_deletes(&retention, round->times[i]);
}

static void make_round(struct round *round)
{
    *round = (struct round){.policy = {.keep_count = random_below(IMAGES_MAX + 2) - 1}};
    if (round->policy.keep_count == -1 || random_below(2))
        round->policy.older_than_ms = 1 + random_below(TIME_MAX);
    round->count = random_below(IMAGES_MAX + 1);
    int64_t time = TIME_MAX;
    for (int64_t i = 0; i < round->count; i++) {
        time -= random_below(4);
        round->times[i] = time;
    }
    plan(round);
}

static void exactly_what_is_outside_every_rule_is_deleted(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct round round;
        make_round(&round);
        for (int64_t k = 0; k < round.count; k++) {
            if (k < round.policy.keep_count)
                assert_false(round.deleted[k]);
            bool old = round.policy.older_than_ms == 0 ||
                       round.times[k] < round.policy.older_than_ms;
            assert_int_equal(round.deleted[k], k >= round.policy.keep_count && old);
        }
    }
}

static void a_second_clean_up_finds_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct round round;
        make_round(&round);
        int64_t kept = 0;
        for (int64_t k = 0; k < round.count; k++)
            if (!round.deleted[k])
                round.times[kept++] = round.times[k];
        round.count = kept;
        plan(&round);
        for (int64_t k = 0; k < round.count; k++)
            assert_false(round.deleted[k]);
    }
}

/* A rule that keeps more never deletes what a rule that keeps less would not. */
static void a_milder_policy_deletes_a_part_of_what_a_stricter_one_does(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct round strict;
        make_round(&strict);
        struct round mild = strict;
        mild.policy.keep_count = strict.policy.keep_count + random_below(3);
        if (mild.policy.older_than_ms > 1)
            mild.policy.older_than_ms -= random_below(mild.policy.older_than_ms - 1);
        else if (mild.policy.older_than_ms == 0 && random_below(2))
            mild.policy.older_than_ms = 1 + random_below(TIME_MAX);
        plan(&mild);
        for (int64_t k = 0; k < strict.count; k++)
            assert_true(strict.deleted[k] || !mild.deleted[k]);
    }
}

static void an_image_of_the_cut_off_itself_is_kept(void **state)
{
    (void)state;
    const struct retention_policy policy = {.older_than_ms = 100, .keep_count = -1};
    struct retention retention = {.policy = &policy};
    assert_false(retention_deletes(&retention, 100));
    assert_true(retention_deletes(&retention, 99));
}

static void keeping_none_deletes_all(void **state)
{
    (void)state;
    const struct retention_policy policy = {.keep_count = 0};
    struct retention retention = {.policy = &policy};
    assert_true(retention_deletes(&retention, INT64_MAX));
}

static void no_rule_or_a_negative_one_is_refused(void **state)
{
    (void)state;
    static const struct retention_policy bad[] = {
        {.keep_count = -1},
        {.keep_count = -1, .model = "m"},
        {.keep_count = -2},
        {.keep_count = -2, .older_than_ms = 1},
        {.keep_count = 1, .older_than_ms = -1},
    };
    static const struct retention_policy good[] = {
        {.keep_count = 0},
        {.keep_count = -1, .older_than_ms = 1},
        {.keep_count = 5, .older_than_ms = 1},
    };
    struct error error;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(retention_check(&bad[i], &error));
        assert_int_equal(error.code, ERROR_INVALID);
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(retention_check(&good[i], &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exactly_what_is_outside_every_rule_is_deleted),
        cmocka_unit_test(a_second_clean_up_finds_nothing),
        cmocka_unit_test(a_milder_policy_deletes_a_part_of_what_a_stricter_one_does),
        cmocka_unit_test(an_image_of_the_cut_off_itself_is_kept),
        cmocka_unit_test(keeping_none_deletes_all),
        cmocka_unit_test(no_rule_or_a_negative_one_is_refused),
    };
    return cmocka_run_group_tests(tests, random_set_up, NULL);
}
