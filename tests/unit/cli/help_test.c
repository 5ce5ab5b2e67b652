/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include "cli/commands.h"
#include "cli/text.h"
#include "support/printed.h"
#include "support/test.h"

#include <string.h>

static size_t longest_line(const char *text)
{
    size_t longest = 0;
    while (*text) {
        size_t length = strcspn(text, "\n");
        longest = length > longest ? length : longest;
        text += length + (text[length] == '\n');
    }
    return longest;
}

static void help_stays_within_the_terminal(void **state)
{
    (void)state;
    static const size_t widths[] = {60, 80, 200};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        for (size_t j = 0; commands[j]; j++) {
            struct printed printed;
            printed_init(&printed, widths[i]);
            help_command(&printed.output, commands[j]);
            assert_in_range(longest_line(printed_text(&printed)), 20,
                            widths[i] < 80 ? widths[i] : 80);
            printed_finish(&printed);
        }
    }
}

static void assert_no_stray_blanks(const char *text)
{
    assert_null(strstr(text, " \n"));
    assert_null(strstr(text, "\n\n\n"));
}

static void no_line_ends_with_a_blank(void **state)
{
    (void)state;
    struct printed program, page;
    printed_init(&program, 80);
    printed_init(&page, 0);
    help_program(&program.output);
    help_man_page(page.output.file);
    assert_no_stray_blanks(printed_text(&program));
    assert_no_stray_blanks(printed_text(&page));
    assert_null(strstr(printed_text(&page), "  "));
    assert_non_null(
        strstr(printed_text(&program), "Also read from: AWS_REGION, AWS_DEFAULT_REGION\n"));
    printed_finish(&program);
    printed_finish(&page);
    for (size_t i = 0; commands[i]; i++) {
        struct printed command;
        printed_init(&command, 80);
        help_command(&command.output, commands[i]);
        assert_no_stray_blanks(printed_text(&command));
        printed_finish(&command);
    }
}

static void labels_stand_above_their_texts_where_there_is_little_room(void **state)
{
    (void)state;
    struct printed wide, narrow;
    printed_init(&wide, 80);
    printed_init(&narrow, 40);
    const struct cli_command *list = commands_find("list");
    help_command(&wide.output, list);
    help_command(&narrow.output, list);
    assert_non_null(strstr(printed_text(&wide), "-m, --model MODEL    Only images of this model."));
    assert_non_null(strstr(printed_text(&narrow), "-m, --model MODEL\n      Only images of"));
    printed_finish(&wide);
    printed_finish(&narrow);
}

static void every_command_option_and_variable_is_explained(void **state)
{
    (void)state;
    struct printed program, page;
    struct config_variable variable;
    const struct cli_option *option;
    printed_init(&program, 80);
    printed_init(&page, 0);
    help_program(&program.output);
    help_man_page(page.output.file);
    for (size_t i = 0; commands[i]; i++) {
        struct printed command;
        printed_init(&command, 80);
        help_command(&command.output, commands[i]);
        assert_non_null(strstr(printed_text(&program), commands[i]->name));
        assert_non_null(strstr(printed_text(&page), commands[i]->name));
        for (size_t j = 0; (option = cli_command_option(commands[i], j)); j++) {
            assert_non_null(strstr(printed_text(&command), option->name));
            assert_int_equal(option->help[strlen(option->help) - 1], '.');
        }
        printed_finish(&command);
    }
    for (size_t i = 0; config_describe(i, &variable); i++) {
        assert_non_null(strstr(printed_text(&program), variable.name));
        assert_non_null(strstr(printed_text(&page), variable.name));
    }
    for (const struct cli_exit_meaning *each = cli_exit_meanings; each->meaning; each++)
        assert_non_null(strstr(printed_text(&program), each->meaning));
    printed_finish(&program);
    printed_finish(&page);
}

static void a_manual_page_escapes_what_roff_would_take_for_its_own(void **state)
{
    (void)state;
    struct printed page;
    printed_init(&page, 0);
    help_man_page(page.output.file);
    const char *text = printed_text(&page);
    assert_non_null(strstr(text, "\\fB\\-\\-older\\-than\\fR \\fIAGE\\fR\n"));
    assert_in_range(longest_line(text), 20, 80);
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        if (*line == '.') /* a macro, not the end of an ellipsis */
            assert_true(strncmp(line, ".T", 2) == 0 || strncmp(line, ".S", 2) == 0 ||
                        strncmp(line, ".P", 2) == 0 || strncmp(line, ".B", 2) == 0 ||
                        strcmp(line, ".\n") == 0 || strncmp(line, ".\n", 2) == 0);
        assert_int_not_equal(*line, '\'');
    }
    printed_finish(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_stays_within_the_terminal),
        cmocka_unit_test(no_line_ends_with_a_blank),
        cmocka_unit_test(labels_stand_above_their_texts_where_there_is_little_room),
        cmocka_unit_test(every_command_option_and_variable_is_explained),
        cmocka_unit_test(a_manual_page_escapes_what_roff_would_take_for_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
