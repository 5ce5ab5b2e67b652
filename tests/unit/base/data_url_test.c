/* SPDX-License-Identifier: MIT */
#include "base/data_url.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static void a_head_is_read_as_browsers_do(void **state)
{
    (void)state;
    static const struct {
        const char *head; /* what follows it is "x,y" */
        const char *type;
        bool base64;
    } cases[] = {
        {"data:image/png;base64,", "image/png", true},
        {"DATA:Image/PNG;BASE64,", "Image/PNG", true},
        {" \r\n\tdata:image/png;base64,", "image/png", true},
        {"data:;base64,", "", true},
        {"data:,", "", false},
        {"data:image/png,", "image/png", false},
        {"data:image/svg+xml;charset=utf-8;base64,", "image/svg+xml", true},
        {"data:image/png;name=my%20cat.png;base64,", "image/png", true},
        {"data:image/png;name=\"a;b,c.png\";charset=utf-8;base64,", "image/png", true},
        {"data:image/png;name=\"a\\\",b\";base64,", "image/png", true},
        {"data:image/png;name=\"never closed;base64,", "image/png", true},
        {"data:image/png;name=\xE7\x8C\xAB.png; base64 ,", "image/png", true},
        {"data:image/png;base64;charset=utf-8,", "image/png", true},
        {"data:image/png;base64x,", "image/png", false},
        {"data:base64,", "base64", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        snprintf(text, sizeof text, "%sx,y", cases[i].head);
        struct data_url_head head = data_url_head(text, strlen(text));
        assert_int_equal(head.size, strlen(cases[i].head));
        assert_int_equal(head.base64, cases[i].base64);
        assert_int_equal(head.type_size, strlen(cases[i].type));
        assert_memory_equal(text + head.type_at, cases[i].type, head.type_size);
    }
}

static void what_is_no_data_url_has_no_head(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "data:image/png;base64",
        "data,image/png;base64,",
        "xdata:;base64,",
        "iVBORw0KGgo=",
        "",
        " ",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(data_url_head(cases[i], strlen(cases[i])).size, 0);
    assert_int_equal(data_url_head("data:\0;base64,", 14).size, 0);
}

static void a_head_that_is_cut_anywhere_is_none(void **state)
{
    (void)state;
    static const char text[] = "data:image/png;base64,";
    for (size_t size = 0; size < sizeof text - 1; size++)
        assert_int_equal(data_url_head(text, size).size, 0);
}

static void a_head_has_its_longest_length(void **state)
{
    (void)state;
    char text[DATA_URL_HEAD_MAX + 100];
    for (size_t length = DATA_URL_HEAD_MAX - 1; length <= DATA_URL_HEAD_MAX + 1; length++) {
        memset(text, 'x', sizeof text);
        memcpy(text, "data:", 5);
        memcpy(text + length - 8, ";base64,", 8);
        assert_int_equal(data_url_head(text, sizeof text).size,
                         length <= DATA_URL_HEAD_MAX ? length : 0);
    }
}

static void percent_escapes_are_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *text, *bytes;
        size_t size;
    } cases[] = {
        {"abc", "abc", 3}, {"a%2Bb%2fc%3D", "a+b/c=", 6}, {"%00%ff%", "\0\xFF%", 3},
        {"%4", "%4", 2},   {"%zz%4g%41", "%zz%4gA", 7},   {"a\r\nb\t c \n ", "ab c", 4},
        {"", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer bytes = BUFFER_INIT(100);
        struct error error;
        assert_true(data_url_decode(cases[i].text, strlen(cases[i].text), &bytes, &error));
        assert_int_equal(bytes.size, cases[i].size);
        assert_memory_equal(bytes.data, cases[i].bytes, bytes.size);
        buffer_finish(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_read_as_browsers_do),
        cmocka_unit_test(what_is_no_data_url_has_no_head),
        cmocka_unit_test(a_head_that_is_cut_anywhere_is_none),
        cmocka_unit_test(a_head_has_its_longest_length),
        cmocka_unit_test(percent_escapes_are_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
