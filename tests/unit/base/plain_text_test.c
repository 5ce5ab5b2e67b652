/* SPDX-License-Identifier: MIT */
#include "base/plain_text.h"
#include "support/test.h"

#include <string.h>

static void a_clean_text_commands_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text, *clean;
    } cases[] = {
        {"", ""},
        {"富士山, Ärger, e\u0301, 👩\u200D🚀", "富士山, Ärger, e\u0301, 👩\u200D🚀"},
        {"a\r\n\x1b[2J\x7f", "a   [2J "},
        {"\xC2\x85\xC2\x9B"
         "31m",
         "  31m"},
        {"\xC2\xA0", "\xC2\xA0"},
        {"gpj.\u202Egnp", "gpj. gnp"},
        {"a\u2066b\u2069c\u200F\u061C", "a b c  "},
        {"x\u200B\uFEFF\u2060y", "x   y"},
        {"\U000E0048\U000E0069", "  "},
        {"\x9B\xFF\xE5\xAF", "    "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        strcpy(text, cases[i].text);
        plain_text_clean(text);
        assert_string_equal(text, cases[i].clean);
    }
}

static void a_character_is_read_with_its_length(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size, length;
        uint32_t character;
    } cases[] = {
        {"a", 1, 1, 'a'},           {"\0", 1, 1, 0},
        {"é", 2, 2, 0xE9},          {"富", 3, 3, 0x5BCC},
        {"🗻", 4, 4, 0x1F5FB},       {"富", 2, 1, 0xFFFD},
        {"\xC0\x80", 2, 1, 0xFFFD}, {"\xED\xA0\x80", 3, 1, 0xFFFD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t character;
        assert_int_equal(plain_text_next(cases[i].text, cases[i].size, &character),
                         cases[i].length);
        assert_int_equal(character, cases[i].character);
    }
}

static void a_quotation_cannot_be_left_by_what_is_quoted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t max;
        const char *quotation;
    } cases[] = {
        {"not entitled", 40, "\"not entitled\""},
        {"a\" b \"c", 40, "\"a' b 'c\""},
        {" two\r\n\tlines \n", 40, "\"two lines\""},
        {"\u202Eright\xFF", 40, "\"right\""},
        {"富士山", 6, "\"富士...\""},
        {"富士山", 7, "\"富士...\""},
        {"abc", 3, "\"abc\""},
        {"", 3, "\"\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char quotation[46];
        plain_text_quote(cases[i].text, cases[i].max, quotation);
        assert_string_equal(quotation, cases[i].quotation);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_text_commands_nothing),
        cmocka_unit_test(a_character_is_read_with_its_length),
        cmocka_unit_test(a_quotation_cannot_be_left_by_what_is_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
