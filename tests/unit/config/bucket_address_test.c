/* SPDX-License-Identifier: MIT */
#include "config/bucket_address.h"

#include "base/cleanup.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static void the_bucket_is_taken_out_of_the_endpoint(void **state)
{
    (void)state;
    static const struct {
        const char *endpoint, *bucket, *style, *found, *clean;
        bool named;
    } cases[] = {
        {"https://h.example.com", "imgs", NULL, "imgs", "https://h.example.com", false},
        {"https://h.example.com:9000/base/", "imgs", NULL, "imgs",
         "https://h.example.com:9000/base", false},
        {"https://h.example.com/imgs", "imgs", NULL, "imgs", "https://h.example.com", true},
        {"https://h.example.com/base/imgs", "imgs", NULL, "imgs", "https://h.example.com/base",
         true},
        {"https://h.example.com/base//imgs/", "imgs", NULL, "imgs", "https://h.example.com/base",
         true},
        {"https://h.example.com/other", NULL, NULL, NULL, "https://h.example.com/other", false},
        {"http://imgs.localhost:9000", "imgs", "virtual", "imgs", "http://localhost:9000", true},
        {"http://imgs.localhost:9000/imgs", "imgs", "virtual", "imgs", "http://localhost:9000",
         true},
        {"http://imgs.localhost:9000", "imgs", "path", "imgs", "http://imgs.localhost:9000", false},
        {"http://127.0.0.1:9000", "127", "auto", "127", "http://127.0.0.1:9000", false},
        {"http://[::1]:9000/imgs", "imgs", NULL, "imgs", "http://[::1]:9000", true},
        {"https://Imgs.NYC3.digitaloceanspaces.com", "imgs", "path", "imgs",
         "https://nyc3.digitaloceanspaces.com", true},
        {"https://imgs.nyc3.digitaloceanspaces.com/imgs", "imgs", NULL, "imgs",
         "https://nyc3.digitaloceanspaces.com", true},
        {"https://imgs.nyc3.digitaloceanspaces.com:443", NULL, NULL, "imgs",
         "https://nyc3.digitaloceanspaces.com:443", true},
        {"https://id.r2.cloudflarestorage.com/imgs/", NULL, NULL, "imgs",
         "https://id.r2.cloudflarestorage.com", true},
        {"https://p.storage.supabase.co/storage/v1/s3", "imgs", NULL, "imgs",
         "https://p.storage.supabase.co/storage/v1/s3", false},
        {"https://p.storage.supabase.co/storage/v1/s3/imgs", "imgs", NULL, "imgs",
         "https://p.storage.supabase.co/storage/v1/s3", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(bucket_address_finish) struct bucket_address address = {0};
        struct error error;
        if (!bucket_address_read(cases[i].endpoint, cases[i].bucket, cases[i].style, &address,
                                 &error))
            fail_msg("%s: %s", cases[i].endpoint, error.text);
        assert_string_equal(address.endpoint, cases[i].clean);
        assert_int_equal(address.named, cases[i].named);
        if (cases[i].found)
            assert_string_equal(address.bucket, cases[i].found);
        else
            assert_null(address.bucket);
    }
}

static void what_cannot_be_right_is_refused_with_the_values(void **state)
{
    (void)state;
    static const struct {
        const char *endpoint, *says;
    } cases[] = {
        {"https://other.nyc3.digitaloceanspaces.com",
         "names the bucket \"other\", but S3_BUCKET is \"imgs\": set "
         "S3_ENDPOINT=https://nyc3.digitaloceanspaces.com"},
        {"https://nyc3.digitaloceanspaces.com/other", "names the bucket \"other\""},
        {"https://nyc3.digitaloceanspaces.com/imgs/art/new",
         "set S3_ENDPOINT=https://nyc3.digitaloceanspaces.com, S3_BUCKET=imgs and "
         "S3_PREFIX=art/new"},
        {"https://imgs.nyc3.digitaloceanspaces.com/art",
         "set S3_ENDPOINT=https://nyc3.digitaloceanspaces.com, S3_BUCKET=imgs and S3_PREFIX=art"},
        {"https://imgs.nyc3.cdn.digitaloceanspaces.com",
         "set S3_ENDPOINT=https://nyc3.digitaloceanspaces.com"},
        {"https://pub-12.r2.dev", "set S3_ENDPOINT=https://ACCOUNT_ID.r2.cloudflarestorage.com"},
        {"https://f005.backblazeb2.com/file/imgs",
         "set S3_ENDPOINT=https://s3.REGION.backblazeb2.com"},
        {"https://imgs.example.com:9000",
         "set S3_ENDPOINT=https://example.com:9000 and S3_ADDRESSING_STYLE=virtual; if the host is "
         "really called so, set S3_ADDRESSING_STYLE=path"},
        {"https://h.example.com/imgs/art", "set S3_PREFIX=art"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bucket_address address = {0};
        struct error error = {0};
        assert_false(bucket_address_read(cases[i].endpoint, "imgs", NULL, &address, &error));
        assert_int_equal(error.code, ERROR_INVALID);
        if (!strstr(error.text, cases[i].says))
            fail_msg("%s: %s", cases[i].endpoint, error.text);
        assert_null(address.endpoint);
    }
}

static void public_urls_have_the_bucket(void **state)
{
    (void)state;
    struct error error = {0};
    assert_true(bucket_address_check_cdn("https://images.example.com", "imgs", &error));
    assert_true(
        bucket_address_check_cdn("https://imgs.nyc3.digitaloceanspaces.com", "imgs", &error));
    assert_true(
        bucket_address_check_cdn("https://nyc3.digitaloceanspaces.com/imgs", "imgs", &error));
    assert_true(bucket_address_check_cdn("https://pub-12.r2.dev", "imgs", &error));
    assert_false(bucket_address_check_cdn("https://nyc3.digitaloceanspaces.com", "imgs", &error));
    assert_non_null(strstr(error.text, "set S3_CDN_URL=https://imgs.nyc3.digitaloceanspaces.com"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bucket_is_taken_out_of_the_endpoint),
        cmocka_unit_test(what_cannot_be_right_is_refused_with_the_values),
        cmocka_unit_test(public_urls_have_the_bucket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
