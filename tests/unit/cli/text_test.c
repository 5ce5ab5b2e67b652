/* SPDX-License-Identifier: MIT */
#include "cli/text.h"

#include "support/printed.h"
#include "support/test.h"

#include <string.h>

static void a_width_is_what_a_terminal_shows(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t width;
    } cases[] = {
        {"", 0},
        {"abc", 3},
        {"ÄÖÜ", 3},
        {"富士山", 6},
        {"🗻", 2},
        {"e\u0301", 1},
        {"\x1b[31m", 5},
        {"\xff\xfe", 2},
        {"a\u202Eb", 3},
        {"한국어", 6},
        {"\u200D", 0},
        {"\u200B", 1},
        {"\xe5\xaf", 2},
        {"a\xC2\x9B"
         "b",
         3},
        {"a\tb", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(text_width(cases[i].text), cases[i].width);
}

static void no_character_is_cut_in_half(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns, size, width;
    } cases[] = {
        {"abc", 2, 2, 2}, {"富士山", 5, 6, 4},   {"富士山", 1, 0, 0}, {"富士山", 6, 9, 6},
        {"aé", 2, 3, 2},  {"e\u0301x", 1, 3, 1}, {"abc", 0, 0, 0},    {"abc", SIZE_MAX, 3, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t width;
        assert_int_equal(text_fitting(cases[i].text, cases[i].columns, &width), cases[i].size);
        assert_int_equal(width, cases[i].width);
    }
}

static void what_commands_a_terminal_is_not_printed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
    } cases[] = {
        {"a\x1b[2Jb", "a [2Jb"},
        {"a\nb\tc\rd", "a b c d"},
        {"a\x7f\x08z", "a  z"},
        {"a\xC2\x9B"
         "31mb",
         "a 31mb"},
        {"a\x9B"
         "31mb",
         "a 31mb"},
        {"gpj.\u202Egnp", "gpj. gnp"},
        {"a\u2028b\u2066c", "a b c"},
        {"a\u200Eb\u061Cc\uFEFF", "a b c "},
        {"a\U000E0041", "a "},
        {"👩\u200D🚀", "👩\u200D🚀"},
        {"富士山 🗻 e\u0301", "富士山 🗻 e\u0301"},
        {"cut \xe5\xaf", "cut   "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct printed printed;
        printed_init(&printed, 80);
        text_put(printed.output.file, cases[i].text, strlen(cases[i].text));
        assert_string_equal(printed_text(&printed), cases[i].printed);
        assert_int_equal(text_width(cases[i].text), text_width(cases[i].printed));
        printed_finish(&printed);
    }
}

static void json_stays_the_same_json(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
    } cases[] = {
        {"{\n  \"a\": \"b\\u001b\"\n}", "{\n  \"a\": \"b\\u001b\"\n}"},
        {"\"\x7f\xC2\x9B\"", "\"\\u007f\\u009b\""},
        {"\"gpj.\u202Egnp\u2069\"", "\"gpj.\\u202egnp\\u2069\""},
        {"\"\U000E0041\"", "\"\\udb40\\udc41\""},
        {"\"富士山 🗻\"", "\"富士山 🗻\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct printed printed;
        printed_init(&printed, 80);
        text_put_json(printed.output.file, cases[i].text);
        assert_string_equal(printed_text(&printed), cases[i].printed);
        printed_finish(&printed);
    }
}

static void a_slip_of_the_fingers_is_recognised(void **state)
{
    (void)state;
    static const char *const words[] = {"save", "list", "show", "delete", "cleanup", "stats"};
    static const struct {
        const char *word, *meant;
    } cases[] = {
        {"lsit", "list"},
        {"lits", "list"},
        {"stat", "stats"},
        {"status", "stats"},
        {"saev", "save"},
        {"clean-up", "cleanup"},
        {"delte", "delete"},
        {"frobnicate", NULL},
        {"", NULL},
        {"rm", NULL},
        {"a word that is longer than all of them", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *meant = text_nearest(cases[i].word, words, sizeof words / sizeof *words);
        if (cases[i].meant)
            assert_string_equal(meant, cases[i].meant);
        else
            assert_null(meant);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_width_is_what_a_terminal_shows),
        cmocka_unit_test(no_character_is_cut_in_half),
        cmocka_unit_test(what_commands_a_terminal_is_not_printed),
        cmocka_unit_test(json_stays_the_same_json),
        cmocka_unit_test(a_slip_of_the_fingers_is_recognised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
