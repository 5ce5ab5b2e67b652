/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include "base/cleanup.h"
#include "cli/commands.h"
#include "support/test.h"

#include <string.h>

static const struct cli_option command_options[] = {
    {.name = "limit", .letter = 'n', .argument = "NUMBER", .help = "How many."},
    {.name = "model", .argument = "MODEL", .help = "Which."},
    {.name = "models", .help = "All."},
    {.name = "yes", .letter = 'y', .help = "Do it."},
    {0},
};

static const struct cli_command plain = {
    .name = "frob",
    .arguments = "NAME...",
    .options = command_options,
    .arguments_min = 1,
    .arguments_max = 2,
};

static const struct cli_command with_json = {
    .name = "frob",
    .arguments = "",
    .has_json = true,
};

enum { ARGUMENTS_MAX = 8 };

/* A command line, as main() gets it. The arguments end with NULL. */
static bool read_line(const struct cli_command *command, const char *const *line, struct cli *cli,
                      struct error *error)
{
    static char texts[ARGUMENTS_MAX][64];
    static char *argv[ARGUMENTS_MAX + 1];
    int count = 0;
    argv[count] = strcpy(texts[count], command->name);
    for (count = 1; line[count - 1]; count++)
        argv[count] = strcpy(texts[count], line[count - 1]);
    argv[count] = NULL;
    *cli = (struct cli){.command = command};
    return options_read(cli, count, argv, error);
}

#define LINE(...) ((const char *const[]){__VA_ARGS__, NULL})

static void options_and_arguments_come_in_any_order(void **state)
{
    (void)state;
    struct error error;
    struct cli cli;
    assert_true(read_line(&plain, LINE("a", "-n", "5", "-y", "b", "--model=x"), &cli, &error));
    assert_int_equal(cli.argument_count, 2);
    assert_string_equal(cli.arguments[0], "a");
    assert_string_equal(cli.arguments[1], "b");
    assert_string_equal(cli_value(&cli, "limit"), "5");
    assert_string_equal(cli_value(&cli, "model"), "x");
    assert_true(cli_has(&cli, "yes"));
    assert_false(cli_has(&cli, "models"));
    free(cli.given);
}

static void what_follows_two_dashes_is_an_argument(void **state)
{
    (void)state;
    struct error error;
    struct cli cli;
    assert_true(read_line(&plain, LINE("--", "--yes", "-n"), &cli, &error));
    assert_int_equal(cli.argument_count, 2);
    assert_false(cli_has(&cli, "yes"));
    free(cli.given);
}

static void the_last_of_an_option_counts(void **state)
{
    (void)state;
    struct error error;
    struct cli cli;
    int64_t number;
    assert_true(read_line(&plain, LINE("a", "-n1", "--limit", "2", "--lim=3"), &cli, &error));
    assert_true(cli_number(&cli, "limit", 1, 10, 7, &number, &error));
    assert_int_equal(number, 3);
    free(cli.given);
    assert_true(read_line(&plain, LINE("a"), &cli, &error));
    assert_true(cli_number(&cli, "limit", 1, 10, 7, &number, &error));
    assert_int_equal(number, 7);
    free(cli.given);
}

static void a_number_is_a_whole_one_in_its_range(void **state)
{
    (void)state;
    static const char *const wrong[] = {"0",  "11", "-1",  "x",
                                        "5x", "",   "1.5", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct error error;
        struct cli cli;
        int64_t number;
        assert_true(read_line(&plain, LINE("a", "--limit", wrong[i]), &cli, &error));
        assert_false(cli_number(&cli, "limit", 1, 10, 7, &number, &error));
        assert_int_equal(error.code, ERROR_INVALID);
        assert_non_null(strstr(error.text, "--limit"));
        free(cli.given);
    }
}

static void a_wrong_line_is_explained(void **state)
{
    (void)state;
    const struct {
        const char *const *line;
        const char *reason;
    } cases[] = {
        {LINE("a", "--limt", "3"), "no option --limt; did you mean --limit?"},
        {LINE("a", "--frobnicate=3"), "no option --frobnicate; image-storage-mcp help frob"},
        {LINE("a", "--mo", "x"), "--mo can be more than one option"},
        {LINE("a", "-z"), "no option -z"},
        {LINE("a", "-yz"), "no option -z"},
        {LINE("a", "--limit"), "--limit needs a value"},
        {LINE("a", "-n"), "-n needs a value"},
        {LINE("a", "--yes=no"), "takes no value"},
        {LINE("a", "--json"), "no option --json"},
        {LINE("-y"), "too few arguments; usage: image-storage-mcp frob NAME..."},
        {LINE("a", "b", "c"), "too many arguments"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error;
        struct cli cli;
        assert_false(read_line(&plain, cases[i].line, &cli, &error));
        assert_int_equal(error.code, ERROR_INVALID);
        if (!strstr(error.text, cases[i].reason))
            fail_msg("\"%s\" does not say \"%s\"", error.text, cases[i].reason);
        free(cli.given);
    }
}

static void json_is_an_option_where_a_command_has_it(void **state)
{
    (void)state;
    struct error error;
    struct cli cli;
    assert_true(read_line(&with_json, LINE("--json"), &cli, &error));
    assert_true(cli_has(&cli, "json"));
    free(cli.given);
    assert_false(read_line(&with_json, LINE("x"), &cli, &error));
    assert_non_null(strstr(error.text, "takes no arguments"));
    free(cli.given);
}

static void help_needs_no_arguments(void **state)
{
    (void)state;
    struct error error;
    struct cli cli;
    assert_true(read_line(&plain, LINE("--help"), &cli, &error));
    assert_true(cli_has(&cli, "help"));
    free(cli.given);
}

static void a_command_is_found_by_its_name(void **state)
{
    (void)state;
    struct error error;
    for (size_t i = 0; commands[i]; i++)
        assert_ptr_equal(commands_find(commands[i]->name), commands[i]);
    assert_null(commands_find("frob"));
    assert_false(commands_refuse_unknown("lsit", &error));
    assert_non_null(strstr(error.text, "did you mean list?"));
    assert_false(commands_refuse_unknown("frobnicate", &error));
    assert_non_null(strstr(error.text, "image-storage-mcp help"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_arguments_come_in_any_order),
        cmocka_unit_test(what_follows_two_dashes_is_an_argument),
        cmocka_unit_test(the_last_of_an_option_counts),
        cmocka_unit_test(a_number_is_a_whole_one_in_its_range),
        cmocka_unit_test(a_wrong_line_is_explained),
        cmocka_unit_test(json_is_an_option_where_a_command_has_it),
        cmocka_unit_test(help_needs_no_arguments),
        cmocka_unit_test(a_command_is_found_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
