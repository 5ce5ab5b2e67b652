/* SPDX-License-Identifier: MIT */
#include "storage/image_name.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#define NAME "9e5fa711a030_8x4.png"
#define REST "2024-09-27/flux/" NAME
#define KEY  "generations/" REST

static const char *const bases[] = {"https://cdn.example.com/i%20mg/", "file:///srv/images/"};
static const struct image_name_origin origin = {"generations", bases, 2};

static void keys_urls_and_filenames_name_an_image(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int kind;
        const char *name;
    } cases[] = {
        {KEY, IMAGE_NAME_KEY, KEY},
        {NAME, IMAGE_NAME_FILENAME, NAME},
        {"https://cdn.example.com/i%20mg/" KEY, IMAGE_NAME_KEY, KEY},
        {"HTTPS://CDN.Example.com/i%20mg/" KEY, IMAGE_NAME_KEY, KEY},
        {"https://cdn.example.com/i%20mg/" KEY "?X-Amz-Expires=1&a=/../b#c", IMAGE_NAME_KEY, KEY},
        {"https://cdn.example.com/i%20mg/generations%2F2024%2d09-27/flux/" NAME, IMAGE_NAME_KEY,
         KEY},
        {"file:///srv/images/" KEY, IMAGE_NAME_KEY, KEY},
        {"image://" KEY, IMAGE_NAME_KEY, KEY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct image_name name;
        struct error error;
        if (!image_name_parse(&origin, cases[i].text, &name, &error))
            fail_msg("%s", error.text);
        assert_int_equal(name.kind, cases[i].kind);
        assert_string_equal(name.text, cases[i].name);
    }
}

static void everything_else_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "/",
        "/" KEY,
        "generations",
        "../" KEY,
        "generations/../" KEY,
        "generations/2024-09-27/../" NAME,
        "generations/2024-09-27/%2e%2e/" NAME,
        "generations%2F" REST,
        "other/" REST,
        REST,
        KEY ".json",
        KEY "?x",
        "/etc/passwd",
        "file:///etc/passwd",
        "file:///srv/images/../../etc/passwd",
        "file:///srv/images/%2e%2e/" KEY,
        "file:///SRV/images/" KEY,
        "file://host/srv/images/" KEY,
        "image://",
        "image://../" KEY,
        "image://generations/%2e%2e/generations/" REST,
        "image://generations%252F" REST,
        "image://other/" REST,
        "image://" NAME,
        "image:///" KEY,
        "https://cdn.example.com/" KEY,
        "https://evil.example.com/i%20mg/" KEY,
        "https://cdn.example.com.evil.com/i%20mg/" KEY,
        "https://cdn.example.com/i%20mg/" KEY "%00",
        "https://cdn.example.com/i%20mg/" KEY "%2",
        "https://cdn.example.com/i%20mg/../i%20mg/" KEY,
        "https://evil.example.com/?https://cdn.example.com/i%20mg/" KEY,
        "http://cdn.example.com/i%20mg/" KEY,
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct image_name name;
        struct error error;
        if (image_name_parse(&origin, texts[i], &name, &error) || error.code != ERROR_INVALID)
            fail_msg("%s", texts[i]);
    }
}

static void the_base_is_what_comes_before_the_key(void **state)
{
    (void)state;
    char *base;
    struct error error;
    assert_true(image_name_url_base("https://b.s3.amazonaws.com/" KEY "?X=/a", KEY, &base, &error));
    assert_string_equal(base, "https://b.s3.amazonaws.com/");
    free(base);
    assert_false(image_name_url_base("https://x/y", KEY, &base, &error));
    assert_false(image_name_url_base("x?" KEY, KEY, &base, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_urls_and_filenames_name_an_image),
        cmocka_unit_test(everything_else_is_refused),
        cmocka_unit_test(the_base_is_what_comes_before_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
