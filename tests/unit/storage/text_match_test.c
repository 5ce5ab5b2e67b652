/* SPDX-License-Identifier: MIT */
#include "storage/text_match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void all_words_match_in_any_order_and_case(void **state)
{
    (void)state;
    static const struct {
        const char *query, *text;
        bool matches;
    } cases[] = {
        {"", "anything", true},
        {" \t\n", "", true},
        {"crane", "A paper Crane", true},
        {"crane paper", "A paper Crane", true},
        {"crane  dog", "A paper Crane", false},
        {"PAPER", "a paperweight", true},
        {"x", "", false},
        {"ÄRGER über", "Über den ärger", true},
        {"ЖУРАВЛЬ", "бумажный журавль", true},
        {"ΟΔΟΣ", "μια οδος", true},
        {"οδος", "ΜΙΑ ΟΔΟΣ", true},
        {"Ⱥb", "ⱥB", true},
        {"鶴", "折り鶴の写真", true},
        {"鶴　写真", "折り鶴の写真", true}, /* an ideographic space */
        {"鶴　犬", "折り鶴の写真", false},
        {"n", "渀一", false}, /* U+6E00 U+4E00: bytes of "n", but not the letter */
        {"𐐀", "a𐐨", true},
        {"\xff", "a\xff", true},
        {"\xe9\xb6", "\xe9\xb6\xb4", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(text_match_destroy_cleanup) struct text_match *match = NULL;
        struct error error;
        bool matches;
        assert_true(text_match_create(cases[i].query, &match, &error));
        assert_true(text_match_all(match, cases[i].text, &matches, &error));
        if (matches != cases[i].matches)
            fail_msg("%s / %s", cases[i].query, cases[i].text);
    }
}

static void equal_texts_differ_in_case_only(void **state)
{
    (void)state;
    assert_true(text_match_equal("Landschaft ÖL", "landschaft öl"));
    assert_true(text_match_equal("", ""));
    assert_false(text_match_equal("a", "ab"));
    assert_false(text_match_equal("ab", "a"));
    assert_false(text_match_equal("ö", "o"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_words_match_in_any_order_and_case),
        cmocka_unit_test(equal_texts_differ_in_case_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
