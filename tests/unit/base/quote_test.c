/* SPDX-License-Identifier: MIT */
#include "base/quote.h"

#include "base/cleanup.h"
#include "support/test.h"

#include <string.h>

enum { ALL = 1000 };

static void assert_quoted(enum quote_style style, const char *words, size_t max, const char *quoted)
{
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(ALL);
    struct error error;
    assert_true(quote_append(&text, style, words, max, &error));
    assert_string_equal(text.data ? text.data : "", quoted);
}

static void a_text_cannot_end_its_quotes(void **state)
{
    (void)state;
    assert_quoted(QUOTE_PLAIN, "a \"b\" c", ALL, "\"a 'b' c\"");
    assert_quoted(QUOTE_MARKDOWN, "a \"b\" \\\" c", ALL, "\"a \\\"b\\\" \\\\\\\" c\"");
    assert_quoted(QUOTE_MARKDOWN, "", ALL, "\"\"");
}

static void a_text_stays_on_its_line_and_hides_nothing(void **state)
{
    (void)state;
    assert_quoted(QUOTE_MARKDOWN, "a\r\n\n- b\x1b[2J", ALL, "\"a   - b \\[2J\"");
    assert_quoted(QUOTE_PLAIN, "a\u2028b\u202Ec\U000E0041", ALL, "\"a b c \"");
}

static void a_text_is_no_markdown_and_no_html(void **state)
{
    (void)state;
    assert_quoted(QUOTE_ALT_TEXT, "x](http://evil) ![y", ALL, "x\\]\\(http://evil\\) \\!\\[y");
    assert_quoted(QUOTE_MARKDOWN, "```<b>&lt;|~", ALL, "\"\\`\\`\\`\\<b\\>\\&lt;\\|\\~\"");
    assert_quoted(QUOTE_PLAIN, "a_b*c", ALL, "\"a_b*c\"");
}

static void a_long_text_is_cut_between_characters(void **state)
{
    (void)state;
    assert_quoted(QUOTE_PLAIN, "富士山", 7, "\"富士…\"");
    assert_quoted(QUOTE_PLAIN, "富士山", 9, "\"富士山\"");
    assert_quoted(QUOTE_ALT_TEXT, "[[[[", 2, "\\[\\[…");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_cannot_end_its_quotes),
        cmocka_unit_test(a_text_stays_on_its_line_and_hides_nothing),
        cmocka_unit_test(a_text_is_no_markdown_and_no_html),
        cmocka_unit_test(a_long_text_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
