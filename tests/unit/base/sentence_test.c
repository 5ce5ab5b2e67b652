/* SPDX-License-Identifier: MIT */
#include "base/sentence.h"

#include "base/utf8.h"
#include "support/test.h"

#include <string.h>

static const struct sentence_fact facts[] = {{"host", "h.example"}, {"key", "a/b"}, {"no", ""}};

static void facts_take_their_places(void **state)
{
    static const struct {
        const char *text, *expanded;
    } cases[] = {
        {"{host} has no {key}.", "h.example has no a/b."},
        {"{host}{key}", "h.examplea/b"},
        {"nothing", "nothing"},
        {"", ""},
        {"[{no}]", "[]"},
        {"[{unknown}]", "[]"},
        {"[{hos}{hosts}]", "[]"},
        {"open {host", "open {host"},
        {"shut }", "shut }"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        sentence_expand(cases[i].text, facts, 3, text, sizeof text);
        assert_string_equal(text, cases[i].expanded);
    }
}

static void what_does_not_fit_is_cut(void **state)
{
    char text[8];
    (void)state;
    sentence_expand("{host} has it", facts, 3, text, sizeof text);
    assert_string_equal(text, "h.examp");
    sentence_expand("0123456789", facts, 3, text, sizeof text);
    assert_string_equal(text, "0123456");
}

static void a_long_fact_is_cut_between_characters_and_the_sentence_goes_on(void **state)
{
    char value[301], text[400];
    (void)state;
    for (int i = 0; i < 100; i++)
        memcpy(value + 3 * i, "\xE9\xB6\xB4", 3);
    value[300] = '\0';
    const struct sentence_fact fact = {"key", value};
    sentence_expand("{key}: gone", &fact, 1, text, sizeof text);
    assert_true(utf8_valid(text));
    assert_int_equal(strlen(text), 126 + strlen(": gone"));
    assert_string_equal(text + 126, ": gone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_take_their_places),
        cmocka_unit_test(what_does_not_fit_is_cut),
        cmocka_unit_test(a_long_fact_is_cut_between_characters_and_the_sentence_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
