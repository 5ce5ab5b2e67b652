/* SPDX-License-Identifier: MIT */
#include "base/property.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka needs the four first. */
#include <cmocka.h>

static void properties_are_found_without_regard_to_case(void **state)
{
    (void)state;
    struct properties properties = {0};
    struct error error;
    char name[] = "sha256";
    assert_null(properties_get(&properties, "sha256"));
    assert_true(properties_add(&properties, name, "abcdef", 3, &error));
    assert_true(properties_add(&properties, "model", "flux", 4, &error));
    assert_true(properties_add(&properties, "empty", "x", 0, &error));
    memset(name, 'x', 3); /* it keeps copies */
    assert_int_equal(properties.count, 3);
    assert_string_equal(properties_get(&properties, "SHA256"), "abc");
    assert_string_equal(properties_get(&properties, "model"), "flux");
    assert_string_equal(properties_get(&properties, "empty"), "");
    assert_null(properties_get(&properties, "mode"));
    properties_finish(&properties);
    assert_int_equal(properties.count, 0);
    properties_finish(&properties);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(properties_are_found_without_regard_to_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
