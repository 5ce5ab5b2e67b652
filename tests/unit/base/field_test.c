/* SPDX-License-Identifier: MIT */
#include "base/field.h"
#include "support/test.h"

#include <string.h>

static void fields_are_found_without_regard_to_case(void **state)
{
    (void)state;
    struct fields fields = {0};
    struct error error;
    char name[] = "sha256";
    assert_null(fields_get(&fields, "sha256"));
    assert_true(fields_add(&fields, name, "abcdef", 3, &error));
    assert_true(fields_add(&fields, "model", "flux", 4, &error));
    assert_true(fields_add(&fields, "empty", "x", 0, &error));
    memset(name, 'x', 3); /* it keeps copies */
    assert_int_equal(fields.count, 3);
    assert_string_equal(fields_get(&fields, "SHA256"), "abc");
    assert_string_equal(fields_get(&fields, "model"), "flux");
    assert_string_equal(fields_get(&fields, "empty"), "");
    assert_null(fields_get(&fields, "mode"));
    fields_finish(&fields);
    assert_int_equal(fields.count, 0);
    fields_finish(&fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_found_without_regard_to_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
