/* SPDX-License-Identifier: MIT */
/* From a configuration to a provider, and the public URLs of each kind of store: no network. */
#include "config/config_storage.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "support/test.h"

#include <string.h>

static const char key[] = "generations/2024-09-27/m/0123456789ab_1x1.png";

static struct config s3_config(const char *endpoint, const char *cdn_url)
{
    return (struct config){
        .provider = CONFIG_S3,
        .s3_bucket = (char *)"images",
        .s3_region = (char *)"eu-west-1",
        .s3_endpoint = (char *)endpoint,
        .s3_access_key = (char *)"AKIAIOSFODNN7EXAMPLE",
        .s3_secret_key = (char *)"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        .s3_cdn_url = (char *)cdn_url,
        .s3_prefix = (char *)"generations",
        .s3_addressing_style = (char *)"auto",
        .aws_profile = (char *)"default",
    };
}

static void make_url(const struct config *config, struct object_url *ret_url)
{
    CLEANUP(storage_provider_destroy_cleanup) struct storage_provider *provider = NULL;
    struct error error;
    if (!storage_provider_from_config(config, &provider, &error))
        fail_msg("%s", error.text);
    assert_true(provider->ops->url(provider, key, ret_url, &error));
}

static void a_local_configuration_makes_a_local_provider(void **state)
{
    (void)state;
    struct config config = {.storage_dir = (char *)"/srv/images",
                            .s3_prefix = (char *)"generations"};
    CLEANUP(object_url_finish) struct object_url url = {0};
    make_url(&config, &url);
    assert_string_equal(url.url,
                        "file:///srv/images/generations/2024-09-27/m/0123456789ab_1x1.png");
    CLEANUP(storage_destroy_cleanup) struct storage *storage = NULL;
    struct error error;
    assert_true(storage_from_config(&config, &storage, &error));
    assert_non_null(storage);
}

static void with_a_cdn_the_url_is_there_and_lasts(void **state)
{
    (void)state;
    struct config config = s3_config("https://id.r2.cloudflarestorage.com",
                                     "https://cdn.example.com/i");
    CLEANUP(object_url_finish) struct object_url url = {0};
    make_url(&config, &url);
    assert_string_equal(url.url,
                        "https://cdn.example.com/i/generations/2024-09-27/m/0123456789ab_1x1.png");
    assert_int_equal(url.expires_ms, 0);
    assert_null(url.hint);
}

static void on_aws_the_url_is_the_objects_own(void **state)
{
    (void)state;
    struct config config = s3_config(NULL, NULL);
    CLEANUP(object_url_finish) struct object_url url = {0};
    make_url(&config, &url);
    assert_string_equal(url.url, "https://images.s3.eu-west-1.amazonaws.com/generations/2024-09-27/"
                                 "m/0123456789ab_1x1.png");
    assert_int_equal(url.expires_ms, 0);
    assert_null(url.hint);
}

static void elsewhere_the_url_is_presigned_and_says_until_when(void **state)
{
    (void)state;
    static const char begin[] =
        "https://id.r2.cloudflarestorage.com/images/generations/2024-09-27/m/"
        "0123456789ab_1x1.png?";
    const int64_t week = (int64_t)7 * 24 * 3600 * 1000;
    struct config config = s3_config("https://id.r2.cloudflarestorage.com", NULL);
    CLEANUP(object_url_finish) struct object_url url = {0}, session = {0};
    int64_t before = clock_wall_ms();
    make_url(&config, &url);
    assert_memory_equal(url.url, begin, strlen(begin));
    assert_non_null(strstr(url.url, "X-Amz-Expires=604800"));
    assert_non_null(strstr(url.url, "X-Amz-Signature="));
    assert_in_range(url.expires_ms, before + week - 1000, clock_wall_ms() + week);
    assert_non_null(strstr(url.hint, "S3_CDN_URL"));
    assert_null(strstr(url.hint, "session token"));

    config.s3_session_token = (char *)"token";
    make_url(&config, &session);
    assert_non_null(strstr(session.hint, "session token"));
    assert_non_null(strstr(session.hint, "S3_CDN_URL"));
}

static void the_addressing_style_is_passed_on(void **state)
{
    (void)state;
    static const struct {
        const char *style, *begin;
    } cases[] = {
        {"auto", "https://s3.example.com/images/generations/"},
        {"path", "https://s3.example.com/images/generations/"},
        {"virtual", "https://images.s3.example.com/generations/"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config config = s3_config("https://s3.example.com", NULL);
        CLEANUP(object_url_finish) struct object_url url = {0};
        config.s3_addressing_style = (char *)cases[i].style;
        make_url(&config, &url);
        assert_memory_equal(url.url, cases[i].begin, strlen(cases[i].begin));
    }
}

static void assert_refused(const struct config *config, const char *says)
{
    struct storage_provider *provider = NULL;
    struct error error;
    assert_false(storage_provider_from_config(config, &provider, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    if (!strstr(error.text, says))
        fail_msg("\"%s\" does not say \"%s\"", error.text, says);
    assert_null(provider);
}

static void what_the_client_refuses_is_refused(void **state)
{
    (void)state;
    struct config config = s3_config("http://minio.example.com:9000", NULL);
    assert_refused(&config, "S3_ALLOW_HTTP");
    config.s3_allow_http = true;
    CLEANUP(object_url_finish) struct object_url url = {0};
    make_url(&config, &url);
    config.s3_bucket = (char *)"no";
    assert_refused(&config, "S3_BUCKET");
}

static void without_keys_those_of_the_profile_are_used(void **state)
{
    (void)state;
    static const char text[] = "[default]\naws_access_key_id = AKDEFAULT\n"
                               "aws_secret_access_key = secret\n"
                               "[half]\naws_access_key_id = AKHALF\n";
    char path[] = "/tmp/config_storage_test-XXXXXX";
    CLEANUP(close_cleanup) int fd = mkstemp(path);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));

    struct config config = s3_config("https://s3.example.com", NULL);
    config.s3_access_key = config.s3_secret_key = NULL;
    assert_refused(&config, "set S3_ACCESS_KEY and S3_SECRET_KEY");
    config.aws_credentials_file = path;
    CLEANUP(object_url_finish) struct object_url url = {0};
    make_url(&config, &url);
    assert_non_null(strstr(url.url, "X-Amz-Credential=AKDEFAULT%2F"));
    config.aws_profile = (char *)"half";
    assert_refused(&config, "S3_ACCESS_KEY and S3_SECRET_KEY are not set");
    config.aws_profile = (char *)"missing";
    assert_refused(&config, "missing");
    assert_int_equal(unlink(path), 0);
    assert_refused(&config, path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_local_configuration_makes_a_local_provider),
        cmocka_unit_test(with_a_cdn_the_url_is_there_and_lasts),
        cmocka_unit_test(on_aws_the_url_is_the_objects_own),
        cmocka_unit_test(elsewhere_the_url_is_presigned_and_says_until_when),
        cmocka_unit_test(the_addressing_style_is_passed_on),
        cmocka_unit_test(what_the_client_refuses_is_refused),
        cmocka_unit_test(without_keys_those_of_the_profile_are_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
