/* SPDX-License-Identifier: MIT */
#include "storage/age.h"
#include "support/test.h"

static const int64_t now = 1727431200000; /* 2024-09-27T10:00:00Z */
#define HOUR INT64_C(3600000)

static void an_age_is_counted_back_from_now(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"0min", now},
        {"45min", now - 45 * HOUR / 60},
        {"12h", now - 12 * HOUR},
        {"30d", now - 30 * 24 * HOUR},
        {"2w", now - 14 * 24 * HOUR},
        {"6mon", now - 180 * 24 * HOUR},
        {"1y", now - 365 * 24 * HOUR},
        {"007d", now - 7 * 24 * HOUR},
        {"2024-09-27", now - 10 * HOUR},
        {"2024-09-27T11:30:00+02:00", now - HOUR / 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms;
        struct error error;
        if (!age_parse(cases[i].text, now, &ms, &error) || ms != cases[i].ms)
            fail_msg("%s", cases[i].text);
    }
}

static void what_is_no_age_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "30",
        "d",
        "-1d",
        "+1d",
        "1.5d",
        "30 d",
        " 30d",
        "30D",
        "1m",
        "1month",
        "30d1h",
        "100y",
        "99999999999999999999999999d",
        "9223372036854775807y",
        "2024-02-31",
        "2024-09-28",
        "2024-09-27T10:00:01Z",
        "1970-01-01",
        "yesterday",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t ms = 1;
        struct error error;
        if (age_parse(texts[i], now, &ms, &error) || error.code != ERROR_INVALID || ms != 1)
            fail_msg("%s", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_age_is_counted_back_from_now),
        cmocka_unit_test(what_is_no_age_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
