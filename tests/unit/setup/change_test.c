/* SPDX-License-Identifier: MIT */
#include "setup/change.h"

#include "base/cleanup.h"
#include "config/config.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static char *hide(const char *text)
{
    struct error error;
    struct buffer shown = BUFFER_INIT(1 << 20);
    if (!change_hide_secrets(text, strlen(text), &shown, &error))
        fail_msg("%s: %s", text, error.text);
    return buffer_take(&shown);
}

static char *lines_of(const char *old, const char *text)
{
    struct error error;
    struct buffer lines = BUFFER_INIT(1 << 20);
    if (!change_lines(old, strlen(old), text, strlen(text), &lines, &error))
        fail_msg("%s", error.text);
    char *result = buffer_take(&lines);
    return result ? result : strdup("");
}

static void strings_under_names_that_speak_of_a_secret_are_hidden(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"", ""},
        {"// \"key\": \"x\"\n", "// \"key\": \"x\"\n"},
        {"{\"apiKey\": \"x\", \"a\": \"b\"}", "{\"apiKey\": \"********\", \"a\": \"b\"}"},
        {"{\"key\": {\"a\": 1}, \"token\": 12}", "{\"key\": {\"a\": 1}, \"token\": 12}"},
        {"{\"a\": [{\"Authorization\": \"x\"}, \"token\", [{\"PASSWORD\": \"y\"}]], }",
         "{\"a\": [{\"Authorization\": \"********\"}, \"token\", [{\"PASSWORD\": \"********\"}]], "
         "}"},
        {"[{\"cookie\" /* c */ :\n\"x\\\"\" // d\n}]",
         "[{\"cookie\" /* c */ :\n\"********\" // d\n}]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(free_cleanup) char *shown = hide(cases[i].text);
        assert_string_equal(shown, cases[i].shown);
    }
}

static void every_secret_of_this_program_is_hidden(void **state)
{
    (void)state;
    struct config_variable variable;
    size_t secrets = 0;
    for (size_t i = 0; config_describe(i, &variable); i++) {
        CLEANUP(free_cleanup) char *text = NULL;
        assert_true(asprintf(&text, "{\"env\": {\"%s\": \"value\"}}", variable.name) > 0);
        CLEANUP(free_cleanup) char *shown = hide(text);
        if (config_variable_is_secret(variable.name)) {
            assert_null(strstr(shown, "value"));
            secrets++;
        }
    }
    assert_true(secrets >= 3);
}

static void only_what_differs_is_shown_and_a_little_around_it(void **state)
{
    (void)state;
    CLEANUP(free_cleanup) char *none = lines_of("{\n}\n", "{\n}\n");
    assert_string_equal(none, "");
    CLEANUP(free_cleanup)
    char *inserted = lines_of("{\n \"a\": 1,\n \"b\": 2,\n \"c\": 3,\n \"d\": 4\n}\n",
                              "{\n \"a\": 1,\n \"b\": 2,\n \"x\": 0,\n \"c\": 3,\n \"d\": 4\n}\n");
    assert_string_equal(inserted,
                        "   \"a\": 1,\n   \"b\": 2,\n+  \"x\": 0,\n   \"c\": 3,\n   \"d\": 4\n");
    CLEANUP(free_cleanup) char *created = lines_of("", "{\n}\n");
    assert_string_equal(created, "+ {\n+ }\n");
}

static void a_secret_that_changes_is_a_line_that_changes(void **state)
{
    (void)state;
    CLEANUP(free_cleanup)
    char *lines = lines_of("{\n\"S3_SECRET_KEY\": \"old\"\n}", "{\n\"S3_SECRET_KEY\": \"new\"\n}");
    assert_string_equal(lines, "  {\n- \"S3_SECRET_KEY\": \"********\"\n"
                               "+ \"S3_SECRET_KEY\": \"********\"\n  }\n");
}

static void of_a_long_line_the_part_that_differs_is_shown(void **state)
{
    (void)state;
    CLEANUP(free_cleanup) char *old = NULL;
    CLEANUP(free_cleanup) char *text = NULL;
    assert_true(asprintf(&old, "{\"a\": \"%0900d\", \"token\": \"t0\", \"b\": \"%0900d\"}", 0, 0) >
                0);
    assert_true(asprintf(&text,
                         "{\"a\": \"%0900d\", \"token\": \"t0\", \"x\": 1, \"b\": \"%0900d\"}", 0,
                         0) > 0);
    CLEANUP(free_cleanup) char *lines = lines_of(old, text);
    assert_non_null(strstr(lines, "+ …0"));
    assert_non_null(strstr(lines, "\"token\": \"********\", \"x\": 1, \"b\": \"0"));
    assert_null(strstr(lines, "t0"));
    assert_true(strlen(lines) < 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_under_names_that_speak_of_a_secret_are_hidden),
        cmocka_unit_test(every_secret_of_this_program_is_hidden),
        cmocka_unit_test(only_what_differs_is_shown_and_a_little_around_it),
        cmocka_unit_test(a_secret_that_changes_is_a_line_that_changes),
        cmocka_unit_test(of_a_long_line_the_part_that_differs_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
