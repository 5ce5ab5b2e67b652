/* SPDX-License-Identifier: MIT */
#include "cli/output.h"

#include "cli/text.h"
#include "support/printed.h"
#include "support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void a_size_has_two_or_three_digits_and_a_unit(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 B"},         {1, "1 B"},          {999, "999 B"},         {1000, "1.0 kB"},
        {1049, "1.0 kB"},   {9949, "9.9 kB"},    {9950, "10 kB"},        {999499, "999 kB"},
        {999500, "1.0 MB"}, {1400000, "1.4 MB"}, {2500000000, "2.5 GB"}, {UINT64_MAX, "18 EB"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[SIZE_TEXT_SIZE];
        format_size(cases[i].bytes, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void a_count_has_commas(void **state)
{
    (void)state;
    char text[COUNT_TEXT_SIZE];
    format_count(UINT64_MAX, text);
    assert_string_equal(text, "18,446,744,073,709,551,615");
}

static void words_are_wrapped_at_the_width_of_the_terminal(void **state)
{
    (void)state;
    static const struct {
        size_t width, indent;
        const char *text, *printed;
    } cases[] = {
        {20, 0, "one two three four five", "one two three four\nfive\n"},
        {20, 0, "12345678901234567890 x", "12345678901234567890\nx\n"},
        {20, 4, "one two three four five", "one two three\n    four five\n"},
        {20, 0, "one\ntwo", "one\n\ntwo\n"},
        {20, 2, "one  \n\n two\n", "one\n\n  two\n"},
        {20, 0, "abcdefghijklmnopqrstuvwxyz end", "abcdefghijklmnopqrstuvwxyz\nend\n"},
        {20, 10, "富士山の夕焼け", "富士山の夕\n          焼け\n"},
        {21, 10, "富士山の夕焼け", "富士山の夕\n          焼け\n"},
        {200, 0,
         "this is a line that would be uncomfortable to read if it were as long as a wide terminal",
         "this is a line that would be uncomfortable to read if it were as long as a wide\n"
         "terminal\n"},
        {20, 0, "", "\n"},
        {20, 0, "a\x1b[2Jb", "a [2Jb\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct printed printed;
        printed_init(&printed, cases[i].width);
        output_wrapped(&printed.output, STYLE_PLAIN, cases[i].indent, cases[i].text);
        assert_string_equal(printed_text(&printed), cases[i].printed);
        printed_finish(&printed);
    }
}

static void a_sentence_in_a_pipe_stays_on_its_line(void **state)
{
    (void)state;
    static const char words[] = "one two three four five six seven eight nine ten eleven twelve "
                                "thirteen fourteen fifteen";
    struct printed printed;
    printed_init(&printed, 0);
    output_say(&printed.output, STYLE_BAD, "%s\n%s", words, "x");
    assert_int_equal(strlen(printed_text(&printed)), sizeof words + 2);
    assert_ptr_equal(strchr(printed_text(&printed), '\n'),
                     printed_text(&printed) + sizeof words + 1);
    printed_finish(&printed);
}

static void a_bar_takes_its_columns_whatever_it_is(void **state)
{
    (void)state;
    static const struct {
        double fraction;
        bool unicode;
        const char *bar;
    } cases[] = {
        {0, true, "    "},    {1, true, "████"},     {2, true, "████"},      {0.5, true, "██  "},
        {0.53, true, "██▏ "}, {0.001, true, "▏   "}, {0, false, "    "},     {1, false, "####"},
        {0.5, false, "##  "}, {0.6, false, "##  "},  {0.001, false, "#   "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct printed printed;
        printed_init(&printed, 80);
        printed.output.unicode = cases[i].unicode;
        output_bar(&printed.output, STYLE_GOOD, cases[i].fraction, 4);
        assert_string_equal(printed_text(&printed), cases[i].bar);
        printed_finish(&printed);
    }
}

static void colour_is_only_where_it_is_wanted(void **state)
{
    (void)state;
    for (int colour = 0; colour < 2; colour++) {
        struct printed printed;
        printed_init(&printed, 80);
        printed.output.colour = colour;
        output_text(&printed.output, STYLE_BAD, "red");
        output_text(&printed.output, STYLE_PLAIN, "plain");
        assert_string_equal(printed_text(&printed),
                            colour ? "\033[31mred\033[0mplain" : "redplain");
        printed_finish(&printed);
    }
}

static void json_is_one_line_in_a_pipe(void **state)
{
    (void)state;
    struct printed printed;
    struct error error;
    printed_init(&printed, 0);
    assert_true(output_json(&printed.output, json_pack("{s:f, s:[i]}", "a", 0.1, "b", 1), &error));
    assert_string_equal(printed_text(&printed), "{\"a\":0.1,\"b\":[1]}\n");
    assert_false(output_json(&printed.output, NULL, &error));
    assert_int_equal(error.code, ERROR_NO_MEMORY);
    printed_finish(&printed);
}

static void a_full_disk_is_an_error_and_a_closed_pipe_an_end(void **state)
{
    (void)state;
    struct error error;
    int ends[2];
    struct output output = {.file = fopen("/dev/full", "w")};
    assert_non_null(output.file);
    output_text(&output, STYLE_PLAIN, "text");
    assert_false(output_flush(&output, &error));
    assert_int_equal(error.code, ERROR_UNAVAILABLE);
    fclose(output.file);

    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    output.file = fdopen(ends[1], "w");
    close(ends[0]);
    output_text(&output, STYLE_PLAIN, "text");
    assert_int_not_equal(fflush(output.file), 0); /* nobody looks at this failure */
    assert_false(output_flush(&output, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    fclose(output.file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_size_has_two_or_three_digits_and_a_unit),
        cmocka_unit_test(a_count_has_commas),
        cmocka_unit_test(words_are_wrapped_at_the_width_of_the_terminal),
        cmocka_unit_test(a_sentence_in_a_pipe_stays_on_its_line),
        cmocka_unit_test(a_bar_takes_its_columns_whatever_it_is),
        cmocka_unit_test(colour_is_only_where_it_is_wanted),
        cmocka_unit_test(json_is_one_line_in_a_pipe),
        cmocka_unit_test(a_full_disk_is_an_error_and_a_closed_pipe_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
