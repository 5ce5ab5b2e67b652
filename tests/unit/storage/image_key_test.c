/* SPDX-License-Identifier: MIT */
#include "storage/image_key.h"
#include "support/test.h"

#include <string.h>
#include <uuid/uuid.h>

static const int64_t september_27 = 1727431200000; /* 2024-09-27T10:00:00Z */
static const struct image_info square = {.format = IMAGE_PNG, .width = 1024, .height = 1024};

static void hash_abc(unsigned char digest[SHA256_SIZE])
{
    struct error error;
    assert_true(sha256("abc", 3, digest, &error));
}

static void a_key_is_prefix_day_model_id_size_and_extension(void **state)
{
    (void)state;
    static const struct {
        const char *prefix;
        int64_t timestamp_ms;
        const char *model;
        struct image_info image;
        int id_digits;
        const char *key;
    } cases[] = {
        {"generations",
         1727431200000,
         "black-forest-labs/FLUX.1-schnell",
         {IMAGE_PNG, 1024, 768, 0},
         IMAGE_KEY_ID_SHORT,
         "generations/2024-09-27/flux.1-schnell/9e5fa711a030_1024x768.png"},
        {"",
         0,
         "m",
         {IMAGE_JPEG, 1, 2, 0},
         IMAGE_KEY_ID_SHORT,
         "1970-01-01/m/9e5fa711a030_1x2.jpg"},
        {"a/b",
         1727481599999,
         "m",
         {IMAGE_AVIF, 65535, 65535, 0},
         IMAGE_KEY_ID_LONG,
         "a/b/2024-09-27/m/9e5fa711a03055cbb804b650663ed809_65535x65535.avif"},
        {"a",
         253402300799999,
         "m",
         {IMAGE_WEBP, 4294967295, 1, 0},
         IMAGE_KEY_ID_SHORT,
         "a/9999-12-31/m/9e5fa711a030_4294967295x1.webp"},
    };
    unsigned char digest[SHA256_SIZE];
    hash_abc(digest);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct image_key key;
        struct error error;
        assert_true(image_key_build(cases[i].prefix, cases[i].timestamp_ms, cases[i].model, digest,
                                    &cases[i].image, cases[i].id_digits, &key, &error));
        assert_string_equal(key.text, cases[i].key);
    }
}

static void a_day_outside_four_digit_years_is_refused(void **state)
{
    (void)state;
    static const int64_t days[] = {-1, 253402300800000, INT64_MIN, INT64_MAX};
    unsigned char digest[SHA256_SIZE];
    hash_abc(digest);
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        struct image_key key;
        struct error error;
        assert_false(
            image_key_build("p", days[i], "m", digest, &square, IMAGE_KEY_ID_SHORT, &key, &error));
        assert_int_equal(error.code, ERROR_INVALID);
    }
}

/* The namespace is what the header says it is made from. */
static void the_id_is_a_uuid_in_the_documented_namespace(void **state)
{
    (void)state;
    const char *name = "image-storage-mcp";
    char hex[SHA256_HEX_SIZE], id[IMAGE_KEY_ID_LONG + 1];
    unsigned char digest[SHA256_SIZE];
    uuid_t own, uuid;
    hash_abc(digest);
    hex_encode(digest, sizeof digest, hex);
    uuid_generate_sha1(own, *uuid_get_template("dns"), name, strlen(name));
    uuid_generate_sha1(uuid, own, hex, strlen(hex));
    hex_encode(uuid, sizeof uuid, id);

    struct image_key key;
    struct error error;
    assert_true(
        image_key_build("", september_27, "m", digest, &square, IMAGE_KEY_ID_LONG, &key, &error));
    assert_non_null(strstr(key.text, id));
}

static void a_slug_is_the_last_segment_in_plain_letters(void **state)
{
    (void)state;
    static const struct {
        const char *model, *slug;
    } cases[] = {
        {"@cf/black-forest-labs/flux-1-schnell", "flux-1-schnell"},
        {"FLUX.1 [dev]", "flux.1-dev"},
        {"stability-ai/sdxl:39ed52f2", "sdxl-39ed52f2"},
        {"gpt-image-1", "gpt-image-1"},
        {"models/imagen-3.0/", "imagen-3.0"},
        {"a--b__c", "a-b-c"},
        {"-x-", "x"},
        {"\xE7\xB5\xB5\xE6\x9C\xAC v2", "v2"},
        {"\xE7\xB5\xB5", "unknown"},
        {"", "unknown"},
        {"///", "unknown"},
        {".", "unknown"},
        {"..", "unknown"},
        {"a/..", "unknown"},
        {"a/...", "unknown"},
        {".hidden", ".hidden"},
        {"../../etc/passwd", "passwd"},
        {"a\\..\\b", "a-..-b"},
        {"a b", "a-b"},
        {"0123456789012345678901234567890123456789012345678901234567890123456789",
         "0123456789012345678901234567890123456789012345678901234567890123"},
        {"012345678901234567890123456789012345678901234567890123456789012/",
         "012345678901234567890123456789012345678901234567890123456789012"},
        {"012345678901234567890123456789012345678901234567890123456789012 4",
         "012345678901234567890123456789012345678901234567890123456789012"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char slug[IMAGE_KEY_SLUG_MAX + 1];
        image_key_slug(cases[i].model, slug);
        assert_string_equal(slug, cases[i].slug);
    }
}

static void a_sidecar_is_beside_its_image(void **state)
{
    (void)state;
    struct image_key key;
    struct error error;
    char longest[IMAGE_KEY_MAX + 1];
    assert_true(image_key_sidecar("a/b.png", &key, &error));
    assert_string_equal(key.text, "a/b.png.json");
    memset(longest, 'k', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_false(image_key_sidecar(longest, &key, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    longest[IMAGE_KEY_MAX - strlen(".json")] = '\0';
    assert_true(image_key_sidecar(longest, &key, &error));
}

static void a_prefix_is_made_of_plain_segments(void **state)
{
    (void)state;
    static const struct {
        const char *prefix;
        bool good;
    } cases[] = {
        {"", true},       {"generations", true}, {"team/images", true}, {"A-1_b.c", true},
        {"...", true},    {".well-known", true}, {"/a", false},         {"a/", false},
        {"a//b", false},  {".", false},          {"..", false},         {"a/../b", false},
        {"a/./b", false}, {"a b", false},        {"a%2e", false},       {"\xC3\xA4", false},
        {"a\\b", false},  {"a\nb", false},       {"..a", true},
    };
    struct error error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(image_key_check_prefix(cases[i].prefix, &error), cases[i].good);
    char prefix[258];
    memset(prefix, 'a', sizeof prefix - 1);
    prefix[257] = '\0';
    assert_false(image_key_check_prefix(prefix, &error));
    prefix[256] = '\0';
    assert_true(image_key_check_prefix(prefix, &error));
}

static void a_key_that_was_built_is_parsed_again(void **state)
{
    (void)state;
    static const struct {
        const char *prefix;
        struct image_info image;
        int id_digits;
    } cases[] = {
        {"generations", {IMAGE_PNG, 1024, 768, 0}, IMAGE_KEY_ID_SHORT},
        {"", {IMAGE_JPEG, 1, 4294967295, 0}, IMAGE_KEY_ID_LONG},
        {"a/b", {IMAGE_AVIF, 10, 100, 0}, IMAGE_KEY_ID_SHORT},
    };
    unsigned char digest[SHA256_SIZE];
    hash_abc(digest);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct image_key key;
        struct image_key_parts parts;
        struct error error;
        char slug[IMAGE_KEY_SLUG_MAX + 1];
        const char *filename;
        assert_true(image_key_build(cases[i].prefix, september_27, "x/FLUX.1 dev", digest,
                                    &cases[i].image, cases[i].id_digits, &key, &error));
        assert_true(image_key_parse(cases[i].prefix, key.text, &parts));
        assert_memory_equal(key.text + parts.day, "2024-09-27/", 11);
        assert_int_equal(parts.day_ms, 1727395200000);
        image_key_copy_slug(key.text, &parts, slug);
        assert_string_equal(slug, "flux.1-dev");
        assert_memory_equal(key.text + parts.id, "9e5fa711a030", 12);
        assert_int_equal(parts.id_size, cases[i].id_digits);
        filename = image_key_filename(key.text, &parts);
        assert_string_equal(filename, strrchr(key.text, '/') + 1);
        assert_int_equal(parts.image.width, cases[i].image.width);
        assert_int_equal(parts.image.height, cases[i].image.height);
        assert_int_equal(parts.image.format, cases[i].image.format);
        assert_true(image_key_is_filename(filename));
    }
}

#define ID "9e5fa711a030"

static void what_is_not_a_key_of_the_layout_is_not_parsed(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "",
        "p",
        "p/",
        "p/2024-09-27",
        "p/2024-09-27/m",
        "p/2024-09-27/m/",
        "p/2024-09-27/m/" ID "_1x1.png.json",
        "p/2024-09-27/m/" ID "_1x1.png/",
        "p/2024-09-27/m/a/" ID "_1x1.png",
        "p/2024-09-27/m/../" ID "_1x1.png",
        "p/2024-09-27/../" ID "_1x1.png",
        "p/2024-09-27/./" ID "_1x1.png",
        "p/2024-09-27//" ID "_1x1.png",
        "p//2024-09-27/m/" ID "_1x1.png",
        "/p/2024-09-27/m/" ID "_1x1.png",
        "p/../p/2024-09-27/m/" ID "_1x1.png",
        "q/2024-09-27/m/" ID "_1x1.png",
        "pp/2024-09-27/m/" ID "_1x1.png",
        "2024-09-27/m/" ID "_1x1.png",
        "p/2024-02-31/m/" ID "_1x1.png",
        "p/2023-02-29/m/" ID "_1x1.png",
        "p/1969-12-31/m/" ID "_1x1.png",
        "p/2024-9-27/m/" ID "_1x1.png",
        "p/2024-09-271/m/" ID "_1x1.png",
        "p/2024-09-27/M/" ID "_1x1.png",
        "p/2024-09-27/-m/" ID "_1x1.png",
        "p/2024-09-27/m-/" ID "_1x1.png",
        "p/2024-09-27/a b/" ID "_1x1.png",
        "p/2024-09-27/a--b/" ID "_1x1.png",
        "p/2024-09-27/m/9E5FA711A030_1x1.png",
        "p/2024-09-27/m/9e5fa711a03_1x1.png",
        "p/2024-09-27/m/9e5fa711a0300_1x1.png",
        "p/2024-09-27/m/" ID "_0x1.png",
        "p/2024-09-27/m/" ID "_01x1.png",
        "p/2024-09-27/m/" ID "_+1x1.png",
        "p/2024-09-27/m/" ID "_x1.png",
        "p/2024-09-27/m/" ID "_1x.png",
        "p/2024-09-27/m/" ID "_4294967296x1.png",
        "p/2024-09-27/m/" ID "_99999999999999999999999x1.png",
        "p/2024-09-27/m/" ID "_1x1.PNG",
        "p/2024-09-27/m/" ID "_1x1.jpeg",
        "p/2024-09-27/m/" ID "_1x1.image/png",
        "p/2024-09-27/m/" ID "_1x1.",
        "p/2024-09-27/m/" ID "_1x1",
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct image_key_parts parts;
        if (image_key_parse("p", keys[i], &parts))
            fail_msg("%s", keys[i]);
    }
    struct image_key_parts parts;
    assert_true(image_key_parse("p", "p/2024-02-29/m/" ID "_1x1.png", &parts));
    assert_false(image_key_is_filename("m/" ID "_1x1.png"));
}

static void an_overlong_key_is_not_parsed(void **state)
{
    (void)state;
    char prefix[IMAGE_KEY_MAX + 1], key[2 * IMAGE_KEY_MAX];
    struct image_key_parts parts;
    memset(prefix, 'p', IMAGE_KEY_MAX);
    prefix[IMAGE_KEY_MAX] = '\0';
    snprintf(key, sizeof key, "%s/2024-02-29/m/" ID "_1x1.png", prefix);
    assert_false(image_key_parse(prefix, key, &parts));
}

static void the_time_of_an_image_is_inside_its_day(void **state)
{
    (void)state;
    const int64_t day = 1727395200000;
    assert_int_equal(image_key_time_ms(day, day + 5), day + 5);
    assert_int_equal(image_key_time_ms(day, day - 5), day);
    assert_int_equal(image_key_time_ms(day, day + IMAGE_KEY_DAY_MS), day + IMAGE_KEY_DAY_MS - 1);
}

static void the_id_tells_of_which_bytes_a_key_is(void **state)
{
    (void)state;
    const unsigned char digest[SHA256_SIZE] = {1, 2, 3};
    const struct image_info info = {.format = IMAGE_PNG, .width = 8, .height = 4};
    const int digits[] = {IMAGE_KEY_ID_SHORT, IMAGE_KEY_ID_LONG};
    char same[SHA256_HEX_SIZE], other[SHA256_HEX_SIZE];
    struct error error;
    hex_encode(digest, sizeof digest, same);
    snprintf(other, sizeof other, "%064x", 5);
    for (size_t i = 0; i < 2; i++) {
        struct image_key key;
        assert_true(image_key_build("p", 0, "m", digest, &info, digits[i], &key, &error));
        assert_true(image_key_is_of(key.text, same));
        assert_false(image_key_is_of(key.text, other));
    }
    assert_false(image_key_is_of("p/1970-01-01/m/note.txt", same));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_id_tells_of_which_bytes_a_key_is),
        cmocka_unit_test(a_key_that_was_built_is_parsed_again),
        cmocka_unit_test(what_is_not_a_key_of_the_layout_is_not_parsed),
        cmocka_unit_test(an_overlong_key_is_not_parsed),
        cmocka_unit_test(the_time_of_an_image_is_inside_its_day),
        cmocka_unit_test(a_key_is_prefix_day_model_id_size_and_extension),
        cmocka_unit_test(a_day_outside_four_digit_years_is_refused),
        cmocka_unit_test(the_id_is_a_uuid_in_the_documented_namespace),
        cmocka_unit_test(a_slug_is_the_last_segment_in_plain_letters),
        cmocka_unit_test(a_sidecar_is_beside_its_image),
        cmocka_unit_test(a_prefix_is_made_of_plain_segments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
