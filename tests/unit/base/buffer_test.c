/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static void appended_pieces_make_one_string(void **state)
{
    (void)state;
    struct buffer buffer = BUFFER_INIT(1000);
    struct error error;
    assert_true(buffer_append(&buffer, "ab\0c", 4, &error));
    assert_true(buffer_append_char(&buffer, 'd', &error));
    assert_true(buffer_append_string(&buffer, "ef", &error));
    assert_true(buffer_printf(&buffer, &error, "%d-%s", 7, "g"));
    assert_int_equal(buffer.size, 10);
    assert_memory_equal(buffer.data, "ab\0cdef7-g", 11);
    buffer_finish(&buffer);
}

static void content_survives_growth(void **state)
{
    (void)state;
    struct buffer buffer = BUFFER_INIT(100000);
    struct error error;
    for (int i = 0; i < 100000; i++) {
        assert_true(buffer_append_char(&buffer, (char)('a' + i % 26), &error));
        assert_int_equal(buffer.data[buffer.size], '\0');
    }
    for (int i = 0; i < 100000; i++)
        assert_int_equal(buffer.data[i], 'a' + i % 26);
    buffer_finish(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.max, 100000);
}

static void the_cap_is_exact_and_a_refused_append_changes_nothing(void **state)
{
    (void)state;
    struct buffer buffer = BUFFER_INIT(8);
    struct error error = {0};
    assert_true(buffer_append_string(&buffer, "1234567", &error));
    assert_false(buffer_append_string(&buffer, "89", &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
    assert_false(buffer_printf(&buffer, &error, "%s", "89"));
    assert_false(buffer_append(&buffer, "x", SIZE_MAX, &error));
    assert_null(buffer_reserve(&buffer, SIZE_MAX - 6, &error));
    assert_string_equal(buffer.data, "1234567");
    assert_int_equal(buffer.size, 7);
    assert_true(buffer_append_char(&buffer, '8', &error));
    assert_false(buffer_append_char(&buffer, '9', &error));
    assert_true(buffer_append(&buffer, NULL, 0, &error));
    assert_string_equal(buffer.data, "12345678");
    buffer_finish(&buffer);
}

static void appending_nothing_makes_an_empty_string(void **state)
{
    (void)state;
    struct buffer buffer = BUFFER_INIT(0);
    struct error error;
    assert_true(buffer_append_string(&buffer, "", &error));
    assert_string_equal(buffer.data, "");
    buffer_finish(&buffer);
}

static void a_cleared_buffer_is_empty_and_a_taken_one_gives_its_content_away(void **state)
{
    (void)state;
    struct buffer buffer = BUFFER_INIT(100);
    struct error error;
    buffer_clear(&buffer);
    assert_null(buffer_take(&buffer));
    assert_true(buffer_append_string(&buffer, "old", &error));
    buffer_clear(&buffer);
    assert_string_equal(buffer.data, "");
    assert_true(buffer_append_string(&buffer, "new", &error));
    char *text = buffer_take(&buffer);
    assert_string_equal(text, "new");
    assert_null(buffer.data);
    assert_true(buffer_append_string(&buffer, "again", &error));
    assert_string_equal(text, "new");
    free(text);
    buffer_finish(&buffer);
}

static void reserved_room_is_written_by_the_caller(void **state)
{
    (void)state;
    struct buffer buffer = BUFFER_INIT(1000);
    struct error error;
    assert_true(buffer_append_string(&buffer, "a", &error));
    char *place = buffer_reserve(&buffer, 999, &error);
    assert_non_null(place);
    memset(place, 'b', 999);
    buffer.size += 2;
    buffer_terminate(&buffer);
    assert_string_equal(buffer.data, "abb");
    buffer_finish(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appended_pieces_make_one_string),
        cmocka_unit_test(content_survives_growth),
        cmocka_unit_test(the_cap_is_exact_and_a_refused_append_changes_nothing),
        cmocka_unit_test(appending_nothing_makes_an_empty_string),
        cmocka_unit_test(a_cleared_buffer_is_empty_and_a_taken_one_gives_its_content_away),
        cmocka_unit_test(reserved_room_is_written_by_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
