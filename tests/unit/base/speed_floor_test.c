/* SPDX-License-Identifier: MIT */
#include "base/speed_floor.h"
#include "support/test.h"

static void a_transfer_is_judged_by_its_average_after_its_grace(void **state)
{
    (void)state;
    static const struct speed_floor floor = {.bytes_per_second = 1000, .grace_ms = 5000};
    static const struct {
        uint64_t bytes;
        int64_t elapsed_ms;
        bool missed;
    } cases[] = {
        {0, 0, false},
        {0, 5000, false},
        {1, 5001, true},
        {5000, 5001, true},
        {5001, 5001, false},
        {6, 6000, true}, /* a byte a second */
        {59999, 60000, true},
        {60000, 60000, false},
        {1 << 30, 86400 * 1000, false},
        {86400000, 86400000 + 1, true},
        {UINT64_MAX, INT64_MAX / 1000, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (speed_floor_missed(&floor, cases[i].bytes, cases[i].elapsed_ms) != cases[i].missed)
            fail_msg("case %zu", i);
}

static void a_byte_a_second_is_too_slow_and_a_bad_modem_is_not(void **state)
{
    (void)state;
    const struct speed_floor *floor = &speed_floor_default;
    assert_true(speed_floor_missed(floor, 11, 11 * 1000));
    assert_false(speed_floor_missed(floor, 11 * 1000, 11 * 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_transfer_is_judged_by_its_average_after_its_grace),
        cmocka_unit_test(a_byte_a_second_is_too_slow_and_a_bad_modem_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
