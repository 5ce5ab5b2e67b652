/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
#include "support/test.h"

#include <string.h>

static void a_cut_never_splits_a_character(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t limit, expected;
    } cases[] = {
        {"", 0, 0},     {"", 5, 0},   {"abc", 3, 3}, {"abc", 2, 2},  {"abc", 0, 0},
        {"é", 1, 0},    {"é", 2, 2},  {"aé", 2, 1},  {"日本", 5, 3}, {"日本", 3, 3},
        {"日本", 2, 0}, {"😀x", 3, 0}, {"😀x", 4, 4},  {"x😀y", 4, 1},  {"x😀y", 5, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(utf8_cut(cases[i].text, strlen(cases[i].text), cases[i].limit),
                         cases[i].expected);
}

static void mending_drops_what_is_not_a_whole_character(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *text, *expected;
    } cases[] = {
        {"empty", "", ""},
        {"ASCII", "plain", "plain"},
        {"whole characters", "é 日本 😀 \xF4\x8F\xBF\xBF", "é 日本 😀 \xF4\x8F\xBF\xBF"},
        {"the start of a character", "a\xC3", "a"},                   /* the start of é */
        {"two thirds of one", "\xE6\x97\" is", "\" is"},              /* two thirds of 日 */
        {"three quarters of one", "x\xF0\x9F\x98y", "xy"},            /* three quarters of 😀 */
        {"continuations of nothing", "\x80\xBFx", "x"},               /* continuations of nothing */
        {"overlong", "\xC0\xAF|\xE0\x80\xAF|\xF0\x80\x80\xAF", "||"}, /* overlong */
        {"surrogates", "\xED\xA0\x80|\xED\xBF\xBF", "|"},             /* surrogates */
        {"beside the surrogates", "\xED\x9F\xBF\xEE\x80\x80",
         "\xED\x9F\xBF\xEE\x80\x80"}, /* their neighbours */
        {"above U+10FFFF", "\xF4\x90\x80\x80\xF5\xFF\xFE",
         ""}, /* above U+10FFFF, and never UTF-8 */
        {"overlong A",
         "\xC1\x81"
         "a",
         "a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        strcpy(text, cases[i].text);
        utf8_mend(text);
        if (strcmp(text, cases[i].expected) != 0 || !utf8_valid(text) ||
            utf8_valid(cases[i].text) != (strcmp(text, cases[i].text) == 0))
            fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].name, text, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_never_splits_a_character),
        cmocka_unit_test(mending_drops_what_is_not_a_whole_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
