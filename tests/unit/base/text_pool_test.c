/* SPDX-License-Identifier: MIT */
#include "base/text_pool.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static void texts_stay_where_they_are_while_the_pool_grows(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static const char *texts[COUNT];
    struct text_pool pool = {0};
    struct error error;
    char text[32];
    for (int i = 0; i < COUNT; i++) {
        snprintf(text, sizeof text, "generations/%d", i);
        assert_non_null(texts[i] = text_pool_add(&pool, text, strlen(text), &error));
    }
    for (int i = 0; i < COUNT; i++) {
        snprintf(text, sizeof text, "generations/%d", i);
        assert_string_equal(texts[i], text);
    }
    text_pool_finish(&pool);
    assert_int_equal(pool.size, 0);
}

static void a_text_is_cut_where_it_says_and_may_be_longer_than_a_block(void **state)
{
    (void)state;
    enum { LONG = 1024 * 1024 };
    static char large[LONG];
    struct text_pool pool = {0};
    struct error error;
    memset(large, 'x', sizeof large);
    const char *some = text_pool_add(&pool, "abcdef", 3, &error);
    const char *none = text_pool_add(&pool, "", 0, &error);
    const char *all = text_pool_add(&pool, large, sizeof large, &error);
    assert_string_equal(some, "abc");
    assert_string_equal(none, "");
    assert_int_equal(strlen(all), LONG);
    assert_int_equal(pool.size, 4 + 1 + LONG + 1);
    text_pool_finish(&pool);
}

static void no_more_is_taken_than_the_limit(void **state)
{
    (void)state;
    struct text_pool pool = {.max = 8};
    struct error error;
    const char *first = text_pool_add(&pool, "abcd", 4, &error);
    assert_non_null(first);
    assert_null(text_pool_add(&pool, "abc", 3, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
    assert_non_null(text_pool_add(&pool, "ab", 2, &error));
    assert_null(text_pool_add(&pool, "", 0, &error));
    assert_string_equal(first, "abcd");
    text_pool_finish(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_stay_where_they_are_while_the_pool_grows),
        cmocka_unit_test(a_text_is_cut_where_it_says_and_may_be_longer_than_a_block),
        cmocka_unit_test(no_more_is_taken_than_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
