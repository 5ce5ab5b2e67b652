/* SPDX-License-Identifier: MIT */
#include "base/counted.h"
#include "support/test.h"

static void one_is_singular_and_all_else_plural(void **state)
{
    (void)state;
    assert_string_equal(counted(0, "image").text, "0 images");
    assert_string_equal(counted(1, "image").text, "1 image");
    assert_string_equal(counted(2, "byte").text, "2 bytes");
    assert_string_equal(counted(1234567, "object").text, "1234567 objects");
}

static void people_get_commas(void **state)
{
    (void)state;
    static const struct {
        uint64_t count;
        const char *text;
    } cases[] = {
        {0, "0 images"},        {1, "1 image"},           {999, "999 images"},
        {1000, "1,000 images"}, {12345, "12,345 images"}, {1000000, "1,000,000 images"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(counted_grouped(cases[i].count, "image").text, cases[i].text);
    assert_string_equal(counted_digits(UINT64_MAX).text, "18,446,744,073,709,551,615");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_is_singular_and_all_else_plural),
        cmocka_unit_test(people_get_commas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
