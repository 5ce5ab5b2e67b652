/* SPDX-License-Identifier: MIT */
#include "s3/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void the_clock_is_learned_when_it_is_far_off(void **state)
{
    struct profile profile;
    (void)state;
    profile_init(&profile, "us-east-1");
    assert_int_equal(profile_clock_offset_ms(&profile), 0);
    assert_false(profile_learn_clock(&profile, 60000, 0));
    assert_int_equal(profile_clock_offset_ms(&profile), 0);
    assert_true(profile_learn_clock(&profile, 3600000, 0));
    assert_int_equal(profile_clock_offset_ms(&profile), 3600000);
    /* it was signed with that already: repeating would change nothing */
    assert_false(profile_learn_clock(&profile, 3600500, 3600000));
    /* it was signed before another thread learned it: worth repeating */
    assert_true(profile_learn_clock(&profile, 3600400, 0));
    assert_true(profile_learn_clock(&profile, -7200000, 3600400));
    assert_int_equal(profile_clock_offset_ms(&profile), -7200000);
    profile_finish(&profile);
}

static void the_clock_that_was_seen_last_is_known_however_little_it_is_off(void **state)
{
    struct profile profile;
    int64_t offset_ms = 7;
    (void)state;
    profile_init(&profile, "us-east-1");
    assert_false(profile_clock_seen(&profile, &offset_ms));
    assert_int_equal(offset_ms, 7);
    profile_note_clock(&profile, 3600000);
    profile_note_clock(&profile, -1500);
    assert_true(profile_clock_seen(&profile, &offset_ms));
    assert_int_equal(offset_ms, -1500);
    assert_int_equal(profile_clock_offset_ms(&profile), 0); /* nothing is signed with it */
    profile_finish(&profile);
}

static void the_region_is_learned_if_it_is_one(void **state)
{
    static const char *const bad[] = {
        "", "a b", "eu.west", "x/../y",
        "a234567890123456789012345678901234567890123456789012345678901234"};
    struct profile profile;
    char region[ENDPOINT_REGION_SIZE];
    (void)state;
    profile_init(&profile, "us-east-1");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(profile_learn_region(&profile, bad[i], "us-east-1"));
    assert_false(profile_learn_region(&profile, "us-east-1", "us-east-1"));
    assert_true(profile_learn_region(&profile, "eu-west-1", "us-east-1"));
    profile_region(&profile, region);
    assert_string_equal(region, "eu-west-1");
    assert_true(profile_learn_region(&profile, "eu-west-1", "us-east-1")); /* signed before */
    assert_true(profile_learn_region(&profile, "r", "eu-west-1"));
    profile_region(&profile, region);
    assert_string_equal(region, "r");
    profile_finish(&profile);
}

static void what_a_store_lacks_is_remembered(void **state)
{
    struct profile profile;
    (void)state;
    profile_init(&profile, "auto");
    for (enum profile_feature feature = 0; feature < PROFILE_FEATURES; feature++) {
        assert_true(profile_has(&profile, feature));
        profile_learn_missing(&profile, feature);
        assert_false(profile_has(&profile, feature));
    }
    profile_finish(&profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_is_learned_when_it_is_far_off),
        cmocka_unit_test(the_clock_that_was_seen_last_is_known_however_little_it_is_off),
        cmocka_unit_test(the_region_is_learned_if_it_is_one),
        cmocka_unit_test(what_a_store_lacks_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
