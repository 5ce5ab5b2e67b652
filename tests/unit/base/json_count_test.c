/* SPDX-License-Identifier: MIT */
#include "base/json_count.h"
#include "support/test.h"

#include <string.h>

static void values_are_counted_and_strings_passed_over(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t least, most;
    } cases[] = {
        {"", 0, 1},
        {"7", 1, 1},
        {"[]", 1, 2},
        {"[{},{},{}]", 4, 7},
        {"{\"a\":1,\"b\":[1,2]}", 5, 7},
        {"[\"a,b:c[{\\\",\",1]", 3, 3},
        {"\"\\", 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t count = json_count_values(cases[i].text, strlen(cases[i].text));
        assert_in_range(count, cases[i].least, cases[i].most);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_counted_and_strings_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
