/* SPDX-License-Identifier: MIT */
#include "s3/capabilities.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static void the_clock_is_learned_when_it_is_far_off(void **state)
{
    struct capabilities capabilities;
    (void)state;
    capabilities_init(&capabilities, "us-east-1");
    assert_int_equal(capabilities_clock_offset_ms(&capabilities), 0);
    assert_false(capabilities_learn_clock(&capabilities, 60000, 0));
    assert_int_equal(capabilities_clock_offset_ms(&capabilities), 0);
    assert_true(capabilities_learn_clock(&capabilities, 3600000, 0));
    assert_int_equal(capabilities_clock_offset_ms(&capabilities), 3600000);
    /* it was signed with that already: repeating would change nothing */
    assert_false(capabilities_learn_clock(&capabilities, 3600500, 3600000));
    /* it was signed before another thread learned it: worth repeating */
    assert_true(capabilities_learn_clock(&capabilities, 3600400, 0));
    assert_true(capabilities_learn_clock(&capabilities, -7200000, 3600400));
    assert_int_equal(capabilities_clock_offset_ms(&capabilities), -7200000);
    capabilities_finish(&capabilities);
}

static void the_clock_that_was_seen_last_is_known_however_little_it_is_off(void **state)
{
    struct capabilities capabilities;
    int64_t offset_ms = 7;
    (void)state;
    capabilities_init(&capabilities, "us-east-1");
    assert_false(capabilities_clock_seen(&capabilities, &offset_ms));
    assert_int_equal(offset_ms, 7);
    capabilities_note_clock(&capabilities, 3600000);
    capabilities_note_clock(&capabilities, -1500);
    assert_true(capabilities_clock_seen(&capabilities, &offset_ms));
    assert_int_equal(offset_ms, -1500);
    assert_int_equal(capabilities_clock_offset_ms(&capabilities),
                     0); /* nothing is signed with it */
    capabilities_finish(&capabilities);
}

static void the_region_is_learned_if_it_is_one(void **state)
{
    static const char *const bad[] = {
        "", "a b", "eu.west", "x/../y",
        "a234567890123456789012345678901234567890123456789012345678901234"};
    struct capabilities capabilities;
    char region[ENDPOINT_REGION_SIZE];
    (void)state;
    capabilities_init(&capabilities, "us-east-1");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(capabilities_learn_region(&capabilities, bad[i], "us-east-1"));
    assert_false(capabilities_learn_region(&capabilities, "us-east-1", "us-east-1"));
    assert_true(capabilities_learn_region(&capabilities, "eu-west-1", "us-east-1"));
    capabilities_region(&capabilities, region);
    assert_string_equal(region, "eu-west-1");
    assert_true(
        capabilities_learn_region(&capabilities, "eu-west-1", "us-east-1")); /* signed before */
    assert_true(capabilities_learn_region(&capabilities, "r", "eu-west-1"));
    capabilities_region(&capabilities, region);
    assert_string_equal(region, "r");
    capabilities_finish(&capabilities);
}

static void what_a_store_lacks_is_remembered(void **state)
{
    struct capabilities capabilities;
    (void)state;
    capabilities_init(&capabilities, "auto");
    for (enum capability capability = 0; capability < CAPABILITIES; capability++) {
        assert_true(capabilities_has(&capabilities, capability));
        capabilities_learn_missing(&capabilities, capability);
        assert_false(capabilities_has(&capabilities, capability));
    }
    capabilities_finish(&capabilities);
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
