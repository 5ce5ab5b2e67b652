/* SPDX-License-Identifier: MIT */
#include "s3/store_time.h"
#include "support/test.h"

#include <stdlib.h>

static void every_form_of_a_time_is_the_same_time(void **state)
{
    static const char *const forms[] = {
        "2013-05-24T00:00:00.000Z",      "2013-05-24T00:00:00Z",
        "2013-05-24T02:00:00+02:00",     "2013-05-24T00:00:00",
        "2013-05-24 00:00:00",           "2013-05-24T00:00:00.000",
        "Fri, 24 May 2013 00:00:00 GMT", "\n 2013-05-24T00:00:00.000Z \n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        int64_t ms = 0;
        if (!store_time_parse(forms[i], &ms) || ms != INT64_C(1369353600000))
            fail_msg("%s: %lld", forms[i], (long long)ms);
    }
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "  ",
        "yesterday",
        "2013-05-24T99:00:00Z",
        "2013-05-24T00:00:00.00000000000000000000000000000000000000000000000000000000000000000Z",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t ms;
        if (store_time_parse(texts[i], &ms))
            fail_msg("%s", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_a_time_is_the_same_time),
        cmocka_unit_test(what_is_no_time_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
