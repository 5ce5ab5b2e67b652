/* SPDX-License-Identifier: MIT */
#include "setup/toml.h"

#include "base/cleanup.h"
#include "support/test.h"

#include <string.h>

static void assert_toml(json_t *entry, const char *expected)
{
    struct error error;
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(4096);
    if (!toml_entry("servers", "images", entry, &text, &error))
        fail_msg("%s", error.text);
    assert_string_equal(text.data, expected);
    json_decref(entry);
}

static void an_entry_is_a_table_and_its_environment_another(void **state)
{
    (void)state;
    assert_toml(json_pack("{s:s, s:{}}", "command", "/bin/x", "env"),
                "[servers.images]\ncommand = \"/bin/x\"\n");
    assert_toml(json_pack("{s:s, s:{s:s, s:s}}", "command", "/a b/x", "env", "A", "1", "B", "é"),
                "[servers.images]\ncommand = \"/a b/x\"\n\n"
                "[servers.images.env]\nA = \"1\"\nB = \"é\"\n");
}

static void strings_are_escaped_as_toml_wants_it(void **state)
{
    (void)state;
    assert_toml(json_pack("{s:s, s:{s:s}}", "command", "\\\"\n\t\x01\x7F", "env", "A", "'"),
                "[servers.images]\ncommand = \"\\\\\\\"\\n\\t\\u0001\\u007F\"\n\n"
                "[servers.images.env]\nA = \"'\"\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_a_table_and_its_environment_another),
        cmocka_unit_test(strings_are_escaped_as_toml_wants_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
