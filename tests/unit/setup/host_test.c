/* SPDX-License-Identifier: MIT */
#include "setup/host.h"

#include "base/cleanup.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static char *in_home(const char *name)
{
    return strcmp(name, "HOME") == 0 ? (char *)"/home/me" : NULL;
}

static char *with_config_home(const char *name)
{
    return strcmp(name, "XDG_CONFIG_HOME") == 0 ? (char *)"/config" : in_home(name);
}

static char *with_relative_config_home(const char *name)
{
    return strcmp(name, "XDG_CONFIG_HOME") == 0 ? (char *)"config" : in_home(name);
}

static char *nowhere(const char *name)
{
    (void)name;
    return NULL;
}

static void files_are_where_the_hosts_look_for_them(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        enum host_scope scope;
        char *(*lookup)(const char *name);
        const char *path;
    } cases[] = {
        {"claude-desktop", HOST_USER, in_home,
         "/home/me/.config/Claude/claude_desktop_config.json"},
        {"claude-desktop", HOST_USER, with_config_home,
         "/config/Claude/claude_desktop_config.json"},
        {"claude-desktop", HOST_USER, with_relative_config_home,
         "/home/me/.config/Claude/claude_desktop_config.json"},
        {"claude-code", HOST_USER, with_config_home, "/home/me/.claude.json"},
        {"claude-code", HOST_PROJECT, nowhere, "/project/.mcp.json"},
        {"cursor", HOST_USER, in_home, "/home/me/.cursor/mcp.json"},
        {"cursor", HOST_PROJECT, in_home, "/project/.cursor/mcp.json"},
        {"vscode", HOST_USER, in_home, "/home/me/.config/Code/User/mcp.json"},
        {"vscode", HOST_PROJECT, in_home, "/project/.vscode/mcp.json"},
        {"zed", HOST_USER, with_config_home, "/config/zed/settings.json"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error;
        CLEANUP(free_cleanup) char *path = NULL;
        const struct host *host = host_find(cases[i].host);
        assert_non_null(host);
        if (!host_file_path(host, cases[i].scope, cases[i].lookup, "/project", &path, &error))
            fail_msg("%s", error.text);
        assert_string_equal(path, cases[i].path);
    }
}

static void what_has_no_place_is_refused(void **state)
{
    (void)state;
    struct error error;
    char *path = NULL;
    const struct host *host = host_find("claude-desktop");
    assert_false(host_file_path(host, HOST_PROJECT, in_home, "/project", &path, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_false(host_file_path(host, HOST_USER, nowhere, "/project", &path, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_non_null(strstr(error.text, "HOME"));
    assert_null(path);
    assert_null(host_find("claude"));
    assert_null(host_find(""));
}

static void an_entry_says_what_its_host_wants_to_read(void **state)
{
    (void)state;
    static const struct {
        const char *host, *entry;
    } cases[] = {
        {"claude-desktop", "{\"command\": \"/bin/x\", \"env\": {\"A\": \"1\"}}"},
        {"vscode", "{\"type\": \"stdio\", \"command\": \"/bin/x\", \"env\": {\"A\": \"1\"}}"},
        {"zed", "{\"command\": \"/bin/x\", \"args\": [], \"env\": {\"A\": \"1\"}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *environment = json_pack("{s:s}", "A", "1");
        json_t *entry = host_entry(host_find(cases[i].host), "/bin/x", environment);
        CLEANUP(free_cleanup) char *text = json_dumps(entry, 0);
        assert_string_equal(text, cases[i].entry);
        json_decref(environment);
        json_decref(entry);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_where_the_hosts_look_for_them),
        cmocka_unit_test(what_has_no_place_is_refused),
        cmocka_unit_test(an_entry_says_what_its_host_wants_to_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
