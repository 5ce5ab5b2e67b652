/* SPDX-License-Identifier: MIT */
#include "s3/endpoint.h"

#include "base/cleanup.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#define KEY  "generations/a b+\xe3\x81\x82.png"
#define PATH "generations/a%20b%2B%E3%81%82.png"

static const struct {
    const char *url, *bucket;
    enum s3_addressing addressing;
    const char *region, *host, *path, *object_url;
} places[] = {
    {NULL, "imgs", S3_ADDRESSING_AUTO, "eu-west-1", "imgs.s3.eu-west-1.amazonaws.com", "/" PATH,
     "https://imgs.s3.eu-west-1.amazonaws.com/" PATH},
    {NULL, "imgs", S3_ADDRESSING_AUTO, "us-east-1", "imgs.s3.us-east-1.amazonaws.com", "/" PATH,
     "https://imgs.s3.amazonaws.com/" PATH},
    {NULL, "my.imgs", S3_ADDRESSING_AUTO, "us-east-1", "s3.us-east-1.amazonaws.com",
     "/my.imgs/" PATH, "https://s3.amazonaws.com/my.imgs/" PATH},
    {NULL, "imgs", S3_ADDRESSING_AUTO, "cn-north-1", "imgs.s3.cn-north-1.amazonaws.com.cn",
     "/" PATH, "https://imgs.s3.cn-north-1.amazonaws.com.cn/" PATH},
    {NULL, "imgs", S3_ADDRESSING_PATH, "eu-west-1", "s3.eu-west-1.amazonaws.com", "/imgs/" PATH,
     "https://s3.eu-west-1.amazonaws.com/imgs/" PATH},
    {"https://s3.eu-west-1.amazonaws.com/", "imgs", S3_ADDRESSING_AUTO, "us-west-2",
     "imgs.s3.us-west-2.amazonaws.com", "/" PATH, "https://imgs.s3.us-west-2.amazonaws.com/" PATH},
    {"https://s3.oss-cn-hangzhou.aliyuncs.com", "imgs", S3_ADDRESSING_AUTO, "cn-hangzhou",
     "imgs.s3.oss-cn-hangzhou.aliyuncs.com", "/" PATH,
     "https://imgs.s3.oss-cn-hangzhou.aliyuncs.com/" PATH},
    {"https://s3.oss-cn-hangzhou.aliyuncs.com", "imgs", S3_ADDRESSING_PATH, "cn-hangzhou",
     "s3.oss-cn-hangzhou.aliyuncs.com", "/imgs/" PATH,
     "https://s3.oss-cn-hangzhou.aliyuncs.com/imgs/" PATH},
    {"https://s3.dualstack.eu-west-1.amazonaws.com", "imgs", S3_ADDRESSING_AUTO, "eu-west-1",
     "imgs.s3.dualstack.eu-west-1.amazonaws.com", "/" PATH,
     "https://imgs.s3.dualstack.eu-west-1.amazonaws.com/" PATH},
    {"https://Account.r2.cloudflarestorage.com", "imgs", S3_ADDRESSING_AUTO, "auto",
     "account.r2.cloudflarestorage.com", "/imgs/" PATH,
     "https://account.r2.cloudflarestorage.com/imgs/" PATH},
    {"https://store.example.com:9000/s3/v1/", "imgs", S3_ADDRESSING_AUTO, "r",
     "store.example.com:9000", "/s3/v1/imgs/" PATH,
     "https://store.example.com:9000/s3/v1/imgs/" PATH},
    {"https://store.example.com:443", "imgs", S3_ADDRESSING_VIRTUAL, "r", "imgs.store.example.com",
     "/" PATH, "https://imgs.store.example.com/" PATH},
    {"http://[::1]:9000", "imgs", S3_ADDRESSING_AUTO, "r", "[::1]:9000", "/imgs/" PATH,
     "http://[::1]:9000/imgs/" PATH},
    {"http://127.9.9.9:80", "Old_Name", S3_ADDRESSING_AUTO, "r", "127.9.9.9", "/Old_Name/" PATH,
     "http://127.9.9.9/Old_Name/" PATH},
    {"http://s3.localhost:80", "imgs", S3_ADDRESSING_VIRTUAL, "r", "imgs.s3.localhost", "/" PATH,
     "http://imgs.s3.localhost/" PATH},
};

static void objects_are_where_the_store_expects_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        CLEANUP(endpoint_finish) struct endpoint endpoint = {0};
        CLEANUP(endpoint_place_finish) struct endpoint_place place = {0};
        struct error error;
        if (!endpoint_init(&endpoint, places[i].url, places[i].bucket, places[i].addressing, false,
                           &error))
            fail_msg("%s: %s", places[i].url, error.text);
        assert_true(endpoint_locate(&endpoint, places[i].region, KEY, &place, &error));
        assert_string_equal(place.host, places[i].host);
        assert_string_equal(place.path, places[i].path);
        CLEANUP(free_cleanup)
        char *url = endpoint_object_url(&endpoint, places[i].region, KEY, &error);
        assert_string_equal(url, places[i].object_url);
    }
}

static void the_region_in_an_aws_host_name_is_known(void **state)
{
    static const char *const cases[][2] = {
        {"https://s3.eu-west-1.amazonaws.com", "eu-west-1"},
        {"https://s3.cn-north-1.amazonaws.com.cn", "cn-north-1"},
        {"https://s3.amazonaws.com", ""},
        {"https://s3.eu-west-1.example.com", ""},
        {"https://s3.amazonaws.com.example.com", ""},
    };
    static const bool aws[] = {true, true, true, false, false};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP(endpoint_finish) struct endpoint endpoint = {0};
        struct error error;
        assert_true(
            endpoint_init(&endpoint, cases[i][0], "imgs", S3_ADDRESSING_AUTO, false, &error));
        assert_string_equal(endpoint.region, cases[i][1]);
        assert_int_equal(endpoint.aws, aws[i]);
    }
}

static void endpoints_that_cannot_be_used_are_refused(void **state)
{
    static const char *const cases[][2] = {
        {"store.example.com", "https://"},
        {"", "S3_ENDPOINT"},
        {"ftp://store.example.com", "https://"},
        {"https://", "S3_ENDPOINT"},
        {"https://store.example.com:99999", "S3_ENDPOINT"},
        {"https://user:hunter2@store.example.com", "S3_ACCESS_KEY"},
        {"https://store.example.com/?x=1", "'?'"},
        {"https://store.example.com/#x", "'#'"},
        {"https://store.example.com/a b", "S3_ENDPOINT"},
        {"https://st\xc3\xb6re.example.com", "xn--"},
        {"https://s3.eu|1.amazonaws.com", "the host"},
        {"https://store%7e.example.com", "the host"},
        {"http://store.example.com", "S3_ALLOW_HTTP"},
        {"http://128.0.0.1", "S3_ALLOW_HTTP"},
        {"http://localhost.example.com", "S3_ALLOW_HTTP"},
        {"http://127.0.0.1.example.com", "S3_ALLOW_HTTP"},
        {"http://[::2]", "S3_ALLOW_HTTP"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct endpoint endpoint;
        struct error error;
        if (endpoint_init(&endpoint, cases[i][0], "imgs", S3_ADDRESSING_AUTO, false, &error))
            fail_msg("%s was taken", cases[i][0]);
        assert_int_equal(error.code, ERROR_INVALID);
        if (!strstr(error.text, cases[i][1]))
            fail_msg("%s: %s", cases[i][0], error.text);
        assert_null(strstr(error.text, "hunter2"));
    }
}

static void plain_http_can_be_allowed(void **state)
{
    CLEANUP(endpoint_finish) struct endpoint endpoint = {0};
    struct error error;
    (void)state;
    assert_true(endpoint_init(&endpoint, "http://store.example.com", "imgs", S3_ADDRESSING_AUTO,
                              true, &error));
    assert_string_equal(endpoint.scheme, "http");
}

static void bucket_names_follow_the_rules(void **state)
{
    static const struct {
        const char *bucket;
        bool aws, other;
    } cases[] = {
        {"abc", true, true},
        {"a-b.c-1", true, true},
        {"ab", false, false},
        {"", false, false},
        {"-abc", false, false},
        {"abc-", false, false},
        {"a..b", false, false},
        {"1.2.3.4", false, false},
        {"Abc", false, true},
        {"a_b", false, true},
        {"a/b", false, false},
        {"a b c", false, false},
        {"..a", false, false},
        {"caf\xc3\xa9", false, false},
        {"a23456789012345678901234567890123456789012345678901234567890123", true, true},
        {"a234567890123456789012345678901234567890123456789012345678901234", false, false},
    };
    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        const char *url = i % 2 ? "https://store.example.com" : NULL;
        bool wanted = i % 2 ? cases[i / 2].other : cases[i / 2].aws;
        struct endpoint endpoint = {0};
        struct error error;
        if (endpoint_init(&endpoint, url, cases[i / 2].bucket, S3_ADDRESSING_AUTO, false, &error) !=
            wanted)
            fail_msg("\"%s\" at %s", cases[i / 2].bucket, url ? url : "AWS");
        assert_true(wanted || strstr(error.text, "S3_BUCKET"));
        endpoint_finish(&endpoint);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_where_the_store_expects_them),
        cmocka_unit_test(the_region_in_an_aws_host_name_is_known),
        cmocka_unit_test(endpoints_that_cannot_be_used_are_refused),
        cmocka_unit_test(plain_http_can_be_allowed),
        cmocka_unit_test(bucket_names_follow_the_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
