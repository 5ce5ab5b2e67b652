/* SPDX-License-Identifier: MIT */
#include "storage/date_range.h"
#include "support/test.h"

#include <string.h>

static const int64_t day = 86400000, september_1 = 1725148800000; /* 2024-09-01 */

static bool read_text(const char *text, int64_t *ret_from, int64_t *ret_until, struct error *error)
{
    json_t *range = text ? json_loads(text, 0, NULL) : NULL;
    bool good = date_range_read(range, ret_from, ret_until, error);
    json_decref(range);
    return good;
}

static void both_ends_are_included(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int64_t from, until;
    } cases[] = {
        {NULL, 0, 0},
        {"{}", 0, 0},
        {"{\"start\": \"2024-09-01\"}", september_1, 0},
        {"{\"end\": \"2024-09-01\"}", 0, september_1 + day},
        {"{\"start\": \"2024-09-01\", \"end\": \"2024-09-01\"}", september_1, september_1 + day},
        {"{\"start\": \"2024-09-01T01:00:00+01:00\", \"end\": \"2024-09-01T00:00:00Z\"}",
         september_1, september_1 + 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t from = 7, until = 7;
        struct error error;
        assert_true(read_text(cases[i].text, &from, &until, &error));
        assert_int_equal(from, cases[i].from);
        assert_int_equal(until, cases[i].until);
    }
}

static void nonsense_is_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"{\"start\": \"yesterday\"}", "date_range.start is \"yesterday\""},
        {"{\"end\": \"2024-02-30\"}", "date_range.end is \"2024-02-30\""},
        {"{\"start\": \"2024-09-02\", \"end\": \"2024-09-01\"}", "after date_range.end"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t from, until;
        struct error error;
        assert_false(read_text(cases[i].text, &from, &until, &error));
        assert_int_equal(error.code, ERROR_INVALID);
        assert_non_null(strstr(error.text, cases[i].reason));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_are_included),
        cmocka_unit_test(nonsense_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
