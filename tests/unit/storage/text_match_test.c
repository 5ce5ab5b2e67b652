/* SPDX-License-Identifier: MIT */
#include "storage/text_match.h"
#include "support/test.h"

#include <string.h>

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
        {"e\u0301clair", "ÉCLAIR au café", true}, /* typed on macOS */
        {"strasse", "Eine Straße", true},
        {"e", "é", false},
        {"\xff x", "x", true},
        {"\xe9\xb6z", "\xe9\xb6\xb4", false},
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

static void texts_that_match_fold_to_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"Landschaft ÖL", "landschaft öl", true},
        {"", "", true},
        {"Straße", "STRASSE", true},
        {"caf\u00e9", "cafe\u0301", true}, /* NFC and NFD */
        {"\uac00", "\u1100\u1161", true},  /* a Hangul syllable and its letters */
        {"a\xff", "A", true},
        {"a", "ab", false},
        {"ö", "o", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(free_cleanup) char *a = NULL;
        CLEANUP(free_cleanup) char *b = NULL;
        struct error error;
        assert_true(text_match_fold(cases[i].a, &a, &error));
        assert_true(text_match_fold(cases[i].b, &b, &error));
        if ((strcmp(a, b) == 0) != cases[i].same)
            fail_msg("%s / %s", cases[i].a, cases[i].b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_words_match_in_any_order_and_case),
        cmocka_unit_test(texts_that_match_fold_to_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
