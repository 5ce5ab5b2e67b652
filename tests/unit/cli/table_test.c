/* SPDX-License-Identifier: MIT */
#include "cli/table.h"

#include "support/printed.h"
#include "support/test.h"

static const char *const titles[] = {"NAME", "SIZE", "PROMPT"};

static const char *const cells[][3] = {
    {"a.png", "1 B", "a lighthouse in fog, at night"},
    {"second.png", "12 kB", "富士山の夕焼け、油絵、夏"},
    {"c", "", "with\na \x1b[31m control"},
};

/* The table of `cells`, printed at this width. */
static void print(struct printed *printed, size_t width, const struct table_column *layout)
{
    struct table table;
    struct error error;
    printed_init(printed, width);
    table_init(&table, titles, 3);
    table.layout = layout;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        for (size_t j = 0; j < 3; j++)
            assert_true(table_add(&table, cells[i][j], &error));
    assert_true(table_print(&table, &printed->output, &error));
    table_finish(&table);
}

static void expect(size_t width, const struct table_column *layout, const char *text)
{
    struct printed printed;
    print(&printed, width, layout);
    assert_string_equal(printed_text(&printed), text);
    printed_finish(&printed);
}

static void columns_are_as_wide_as_they_need_to_be(void **state)
{
    (void)state;
    expect(80, NULL,
           "NAME        SIZE   PROMPT\n"
           "a.png       1 B    a lighthouse in fog, at night\n"
           "second.png  12 kB  富士山の夕焼け、油絵、夏\n"
           "c                  with a  [31m control\n");
}

static void the_last_column_is_cut_between_characters(void **state)
{
    (void)state;
    expect(35, NULL,
           "NAME        SIZE   PROMPT\n"
           "a.png       1 B    a lighthouse in…\n"
           "second.png  12 kB  富士山の夕焼け…\n"
           "c                  with a  [31m co…\n");
    expect(34, NULL,
           "NAME        SIZE   PROMPT\n"
           "a.png       1 B    a lighthouse i…\n"
           "second.png  12 kB  富士山の夕焼け…\n"
           "c                  with a  [31m c…\n");
}

static void numbers_end_in_one_column(void **state)
{
    (void)state;
    static const struct table_column layout[] = {{0}, {.right = true}, {0}};
    expect(80, layout,
           "NAME         SIZE  PROMPT\n"
           "a.png         1 B  a lighthouse in fog, at night\n"
           "second.png  12 kB  富士山の夕焼け、油絵、夏\n"
           "c                  with a  [31m control\n");
}

static void columns_give_way_in_their_order(void **state)
{
    (void)state;
    static const struct table_column layout[] = {
        {.drops = 1}, {.right = true, .drops = 2}, {.least = 10}};
    expect(25, layout,
           "NAME        PROMPT\n"
           "a.png       a lighthouse…\n"
           "second.png  富士山の夕焼…\n"
           "c           with a  [31m…\n");
    expect(20, layout,
           "PROMPT\n"
           "a lighthouse in fog…\n"
           "富士山の夕焼け、油…\n"
           "with a  [31m control\n");
}

static void what_must_stay_whole_is_never_cut(void **state)
{
    (void)state;
    static const struct table_column layout[] = {{.drops = 1}, {.drops = 2}, {0}};
    expect(20, layout,
           "PROMPT\n"
           "a lighthouse in fog, at night\n"
           "富士山の夕焼け、油絵、夏\n"
           "with a  [31m control\n");
}

static void a_pipe_gets_the_cells_alone(void **state)
{
    (void)state;
    static const struct table_column layout[] = {{.drops = 1}, {.right = true, .drops = 2}, {0}};
    expect(0, layout,
           "a.png\t1 B\ta lighthouse in fog, at night\n"
           "second.png\t12 kB\t富士山の夕焼け、油絵、夏\n"
           "c\t\twith a  [31m control\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_they_need_to_be),
        cmocka_unit_test(the_last_column_is_cut_between_characters),
        cmocka_unit_test(numbers_end_in_one_column),
        cmocka_unit_test(columns_give_way_in_their_order),
        cmocka_unit_test(what_must_stay_whole_is_never_cut),
        cmocka_unit_test(a_pipe_gets_the_cells_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
