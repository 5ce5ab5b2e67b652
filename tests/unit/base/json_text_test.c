/* SPDX-License-Identifier: MIT */
#include "base/json_text.h"
#include "support/test.h"

#include <stdlib.h>

static void check(const char *text, size_t flags, const char *expected)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    char *written = json_text(value, flags);
    assert_string_equal(written, expected);
    free(written);
    json_decref(value);
}

static void numbers_are_written_as_people_write_them(void **state)
{
    (void)state;
    check("{\"guidance\": 0.1, \"strength\": 7.5}", 0, "{\"guidance\":0.1,\"strength\":7.5}");
    check("[0.35, [1e21, {\"a\": 1.0}]]", 0, "[0.35,[1e21,{\"a\":1.0}]]");
    check("3.3", 0, "3.3");
}

static void numbers_that_need_all_digits_keep_them(void **state)
{
    (void)state;
    check("[0.30000000000000004]", 0, "[0.30000000000000004]");
}

static void a_whole_number_stays_one(void **state)
{
    (void)state;
    check("{\"seed\": 9007199254740993}", 0, "{\"seed\":9007199254740993}");
}

static void members_come_without_braces_on_request(void **state)
{
    (void)state;
    check("{\"a\": 0.1, \"b\": 2}", JSON_EMBED, "\"a\":0.1,\"b\":2");
    check("{\"a\": 1}", JSON_EMBED, "\"a\":1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_written_as_people_write_them),
        cmocka_unit_test(numbers_that_need_all_digits_keep_them),
        cmocka_unit_test(a_whole_number_stays_one),
        cmocka_unit_test(members_come_without_braces_on_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
