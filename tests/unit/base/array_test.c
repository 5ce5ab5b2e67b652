/* SPDX-License-Identifier: MIT */
#include "base/array.h"
#include "support/test.h"

#include <stdlib.h>

static void what_is_in_an_array_stays_while_it_grows(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    int *items = NULL;
    size_t count = 0, capacity = 0, moves = 0;
    struct error error;
    while (count < COUNT) {
        size_t before = capacity;
        assert_true(ARRAY_RESERVE(items, count, &capacity, &error));
        moves += capacity != before;
        items[count] = (int)count;
        count++;
    }
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(items[i], i);
    assert_true(capacity >= COUNT);
    assert_true(moves < 10); /* it doubles */
    free(items);
}

static void too_much_is_no_memory_and_changes_nothing(void **state)
{
    (void)state;
    uint64_t one = 1, *items = &one;
    size_t capacity = SIZE_MAX / sizeof one;
    struct error error;
    assert_false(ARRAY_RESERVE(items, capacity, &capacity, &error));
    assert_int_equal(error.code, ERROR_NO_MEMORY);
    assert_ptr_equal(items, &one);
    assert_int_equal(capacity, SIZE_MAX / sizeof one);
}

static void a_length_is_a_number_of_items(void **state)
{
    (void)state;
    const char *texts[] = {"a", "b", "c"};
    assert_int_equal(LENGTH(texts), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_in_an_array_stays_while_it_grows),
        cmocka_unit_test(too_much_is_no_memory_and_changes_nothing),
        cmocka_unit_test(a_length_is_a_number_of_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
