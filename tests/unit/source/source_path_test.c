/* SPDX-License-Identifier: MIT */
#include "source/source_path.h"

#include "base/cleanup.h"
#include "support/test.h"

#include <string.h>

static void each_spelling_means_its_path(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"/home/me/cat.png", "/home/me/cat.png"},
        {"/", "/"},
        {"/a b/Ümläut/猫.png", "/a b/Ümläut/猫.png"},
        {"/a%20b.png", "/a%20b.png"}, /* a path is no URL */
        {"/a/../b//./c.png", "/a/../b//./c.png"},
        {"~/cat.png", "/home/me/cat.png"},
        {"~/../you/cat.png", "/home/me/../you/cat.png"},
        {"file:///cat.png", "/cat.png"},
        {"file:/cat.png", "/cat.png"},
        {"FILE:///cat.png", "/cat.png"},
        {"file://localhost/cat.png", "/cat.png"},
        {"file://LocalHost/cat.png", "/cat.png"},
        {"file:///a%20b/%C3%9Cml%c3%a4ut/%E7%8C%AB.png", "/a b/Ümläut/猫.png"},
        {"file:///a b/猫.png", "/a b/猫.png"},
        {"file:///a%2Fb.png", "/a/b.png"},
        {"file:///%2E%2E/b+c#d?e.png", "/../b+c#d?e.png"},
        {"file:////cat.png", "//cat.png"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        CLEANUP(free_cleanup) char *path = NULL;
        if (!source_path_parse(cases[i][0], "/home/me", &path, &error) ||
            strcmp(path, cases[i][1]) != 0)
            fail_msg("%s: %s%s", cases[i][0], path ? path : "", error.text);
    }
}

static void everything_else_is_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "expected an absolute path"},
        {"cat.png", "expected an absolute path"},
        {"./cat.png", "expected an absolute path"},
        {"../cat.png", "expected an absolute path"},
        {"~", "expected an absolute path"},
        {"~you/cat.png", "expected an absolute path"},
        {"C:\\cat.png", "expected an absolute path"},
        {"https://example.com/cat.png", "expected an absolute path"},
        {"file:", "expected an absolute path"},
        {"file:cat.png", "expected an absolute path"},
        {"file:%2Fcat.png", "expected an absolute path"},
        {"file://", "expected an absolute path"},
        {"file://localhost", "expected an absolute path"},
        {"file://server/share/cat.png", "another computer (server)"},
        {"file://localhost.example/cat.png", "another computer (localhost.example)"},
        {"file://local/cat.png", "another computer (local)"},
        {"file://127.0.0.1/cat.png", "another computer"},
        {"file://me@localhost/cat.png", "another computer"},
        {"file:///cat%00.png", "bad percent escape"},
        {"file:///cat%2.png", "bad percent escape"},
        {"file:///cat%", "bad percent escape"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        char *path = NULL;
        if (source_path_parse(cases[i][0], "/home/me", &path, &error))
            fail_msg("%s: %s", cases[i][0], path);
        assert_null(path);
        assert_int_equal(error.code, ERROR_INVALID);
        if (!strstr(error.text, cases[i][1]))
            fail_msg("%s: %s", cases[i][0], error.text);
    }
}

static void without_a_home_there_is_no_tilde(void **state)
{
    (void)state;
    struct error error;
    char *path = NULL;
    assert_false(source_path_parse("~/cat.png", NULL, &path, &error));
    assert_non_null(strstr(error.text, "HOME"));
}

static void what_a_shell_quoted_is_unquoted(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"/a/cat.png", "/a/cat.png"},
        {"/a/my\\ cat\\(1\\).png", "/a/my cat(1).png"},
        {"/a/a\\\\b", "/a/a\\b"},
        {"/a/a\\b\\", "/a/a\\b\\"},
        {"'/a/my cat.png'", "/a/my cat.png"},
        {"\"/a/my\\ cat.png\"", "/a/my\\ cat.png"},
        {" \t/a/cat.png\r\n", "/a/cat.png"},
        {"/a/cat\\ ", "/a/cat "},
        {"\"/a/cat.png", "\"/a/cat.png"},
        {"\"", "\""},
        {"''", ""},
        {"", ""},
        {"\\", "\\"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(free_cleanup) char *plain = NULL;
        struct error error;
        assert_true(source_path_unquote(cases[i][0], &plain, &error));
        assert_string_equal(plain, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_shell_quoted_is_unquoted),
        cmocka_unit_test(each_spelling_means_its_path),
        cmocka_unit_test(everything_else_is_refused),
        cmocka_unit_test(without_a_home_there_is_no_tilde),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
