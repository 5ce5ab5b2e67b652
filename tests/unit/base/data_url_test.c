/* SPDX-License-Identifier: MIT */
#include "base/data_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka needs the four first. */
#include <cmocka.h>

static void a_head_ends_with_its_comma(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {
        {"data:image/png;base64,iVBO", 22},
        {"DATA:Image/PNG;BASE64,x", 22},
        {"data:;base64,", 13},
        {"data:image/svg+xml;charset=utf-8;base64,x", 40},
        {"data:image/png,x", 0},
        {"data:image/png;base64", 0},
        {"data:base64,x", 0},
        {"data:image/png;base64x,y", 0},
        {"data:image/\"png\";base64,x", 0},
        {"data:image/ png;base64,x", 0},
        {"data:image/png;base64;x=1,x", 0},
        {"data,image/png;base64,", 0},
        {"xdata:;base64,", 0},
        {"iVBORw0KGgo=", 0},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(data_url_head(cases[i].text, strlen(cases[i].text)), cases[i].length);
}

static void a_head_that_is_cut_anywhere_is_none(void **state)
{
    (void)state;
    static const char text[] = "data:image/png;base64,";
    for (size_t size = 0; size < sizeof text - 1; size++)
        assert_int_equal(data_url_head(text, size), 0);
}

static void a_head_has_its_longest_length_and_no_nul(void **state)
{
    (void)state;
    char text[300];
    for (size_t length = DATA_URL_HEAD_MAX - 1; length <= DATA_URL_HEAD_MAX + 1; length++) {
        memset(text, 'x', sizeof text);
        memcpy(text, "data:", 5);
        memcpy(text + length - 8, ";base64,", 8);
        assert_int_equal(data_url_head(text, sizeof text),
                         length <= DATA_URL_HEAD_MAX ? length : 0);
    }
    assert_int_equal(data_url_head("data:\0;base64,", 14), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_ends_with_its_comma),
        cmocka_unit_test(a_head_that_is_cut_anywhere_is_none),
        cmocka_unit_test(a_head_has_its_longest_length_and_no_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
