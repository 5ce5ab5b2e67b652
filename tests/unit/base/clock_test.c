/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include "base/quote.h"
#include "support/test.h"

#include <string.h>

static void rfc_3339_texts_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2024-09-27T10:00:00Z", 1727431200000},
        {"2024-09-27t10:00:00z", 1727431200000},
        {"2024-09-27 10:00:00Z", 1727431200000},
        {"2024-09-27T12:00:00+02:00", 1727431200000},
        {"2024-09-27T04:30:00-05:30", 1727431200000},
        {"2024-09-27T10:00:00-00:00", 1727431200000},
        {"2024-09-27T10:00:00.2Z", 1727431200200},
        {"2024-09-27T10:00:00.25Z", 1727431200250},
        {"2024-09-27T10:00:00.001Z", 1727431200001},
        {"2024-09-27T10:00:00.999999999999999999999999Z", 1727431200999},
        {"1985-04-12T23:20:50.52Z", 482196050520},   /* RFC 3339 section 5.8 */
        {"1996-12-19T16:39:57-08:00", 851042397000}, /* the same */
        {"1990-12-31T23:59:60Z", 662687999000},      /* a leap second */
        {"1990-12-31T15:59:60-08:00", 662687999000}, /* the same one */
        {"2000-02-29T00:00:00Z", 951782400000},      /* divisible by 400 */
        {"2024-02-29T00:00:00Z", 1709164800000},
        {"1970-01-01T00:00:00-23:59", 86340000},
        {"9999-12-31T23:59:59.999Z", 253402300799999},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error;
        int64_t ms = -1;
        assert_true(clock_parse_rfc3339(cases[i].text, &ms, &error));
        assert_int_equal(ms, cases[i].ms);
    }
}

static void nonsense_is_refused_and_quoted(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "now",
        "2024-09-27",
        "2024-09-27T10:00:00",
        "2024-09-27T10:00Z",
        "2024-09-27T10:00:00Zx",
        "2024-09-27T10:00:00Z ",
        " 2024-09-27T10:00:00Z",
        "2024-09-27T10:00:00.Z",
        "2024-09-27T10:00:00,5Z",
        "2024-09-27T10:00:00+0200",
        "2024-09-27T10:00:00+02",
        "2024-09-27T10:00:00+24:00",
        "2024-09-27T10:00:00+02:60",
        "2024-09-27T10:00:00 02:00",
        "2024-13-01T00:00:00Z",
        "2024-00-01T00:00:00Z",
        "2024-01-00T00:00:00Z",
        "2024-01-32T00:00:00Z",
        "2024-04-31T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2024-09-27T24:00:00Z",
        "2024-09-27T10:60:00Z",
        "2024-09-27T10:00:61Z",
        "24-09-27T10:00:00Z",
        "02024-09-27T10:00:00Z",
        "2024-9-27T10:00:00Z",
        "+024-09-27T10:00:00Z",
        "2024-09-27T-1:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "二〇二四年九月二十七日の午前十時に作られた画像です、よろしくお願いします",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        int64_t ms = 42;
        assert_false(clock_parse_rfc3339(cases[i], &ms, &error));
        assert_int_equal(error.code, ERROR_INVALID);
        assert_int_equal(ms, 42);
        const struct quoted shown = quoted(cases[i], 64);
        assert_memory_equal(error.text, shown.text, strlen(shown.text));
    }
}

static void times_as_people_write_them_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"2024-09-27T10:00:00Z", 1727431200000},
        {"2024-09-27T12:00:00.25+02:00", 1727431200250},
        {"2024-09-27", 1727395200000},
        {" 2024-09-27 ", 1727395200000},
        {"2024-09-27T10:00:00", 1727431200000},
        {"2024-09-27 10:00", 1727431200000},
        {"2024-09-27T10:00Z", 1727431200000},
        {"2024-09-27T10:00:00.250", 1727431200250},
        {"2024-09-27 10:00:00,250", 1727431200250},
        {"2024-09-27T12:00:00+0200", 1727431200000},
        {"2024-09-27 12:00:00 +0200", 1727431200000},
        {"2024-09-27T04:30-0530", 1727431200000},
        {"2024-09-27T12:00:00+02", 1727431200000},
        {"2024-09-27 10:00:00 UTC", 1727431200000},
        {"2024-09-27T10:00:00Z ", 1727431200000},
        {"1727431200", 1727431200000},
        {"1727431200.25", 1727431200250},
        {"1727431200250", 1727431200250},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error;
        int64_t ms = -1;
        if (!clock_parse_time(cases[i].text, &ms, &error))
            fail_msg("%s: %s", cases[i].text, error.text);
        assert_int_equal(ms, cases[i].ms);
    }
}

static void what_is_no_time_to_anybody_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        " ",
        "now",
        "2024-09",
        "2024-02-30",
        "2024-09-27T",
        "2024-09-27T10",
        "2024-09-27T10:00:00+02:",
        "2024-09-27T10:00:00+2",
        "2024-09-27T10:00:00 PM",
        "2024-09-27T25:00",
        "27.09.2024",
        "09/27/2024",
        "17274",
        "172743120",
        "17274312000",
        "-1727431200",
        "1727431200.",
        "20240927",
        "1970-01-01T00:00+0001",
        "2024-09-27T10:00:00Zx",
        "2024-09-27T10:00:00ZZ",
        "2024-09-27                                                                             x",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        int64_t ms = 42;
        if (clock_parse_time(cases[i], &ms, &error))
            fail_msg("\"%s\" is accepted", cases[i]);
        assert_int_equal(error.code, ERROR_INVALID);
        assert_int_equal(ms, 42);
    }
}

static void times_are_written_with_milliseconds_only_where_there_are_some(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text, *day;
    } cases[] = {
        {0, "1970-01-01T00:00:00Z", "1970-01-01"},
        {1, "1970-01-01T00:00:00.001Z", "1970-01-01"},
        {1727431200250, "2024-09-27T10:00:00.250Z", "2024-09-27"},
        {1727481599999, "2024-09-27T23:59:59.999Z", "2024-09-27"},
        {1727481600000, "2024-09-28T00:00:00Z", "2024-09-28"},
        {253402300799999, "9999-12-31T23:59:59.999Z", "9999-12-31"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[CLOCK_TEXT_SIZE];
        clock_format_rfc3339(cases[i].ms, text);
        assert_string_equal(text, cases[i].text);
        clock_format_day(cases[i].ms, text);
        assert_string_equal(text, cases[i].day);
    }
}

static void what_was_written_is_read_as_the_same(void **state)
{
    (void)state;
    struct error error;
    for (int64_t ms = 0; ms < 253402300800000; ms += 86400000LL * 13 + 3599999) {
        char text[CLOCK_TEXT_SIZE];
        int64_t again;
        clock_format_rfc3339(ms, text);
        assert_true(clock_parse_rfc3339(text, &again, &error));
        assert_int_equal(again, ms);
    }
}

static void the_clocks_go_forward(void **state)
{
    (void)state;
    int64_t before = clock_monotonic_ms(), wall = clock_wall_ms();
    assert_true(wall > 1700000000000);
    assert_true(clock_monotonic_ms() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_3339_texts_are_read),
        cmocka_unit_test(nonsense_is_refused_and_quoted),
        cmocka_unit_test(times_as_people_write_them_are_read),
        cmocka_unit_test(what_is_no_time_to_anybody_is_refused),
        cmocka_unit_test(times_are_written_with_milliseconds_only_where_there_are_some),
        cmocka_unit_test(what_was_written_is_read_as_the_same),
        cmocka_unit_test(the_clocks_go_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
