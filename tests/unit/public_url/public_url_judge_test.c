/* SPDX-License-Identifier: MIT */
#include "public_url/public_url_judge.h"
#include "support/test.h"

#include <curl/curl.h>
#include <string.h>

#define CODE(code)                                                                                 \
    "<?xml version=\"1.0\"?><Error><Code>" code "</Code><Message>no</Message></Error>"
#define R2_ERROR                                                                                   \
    "<?xml version=\"1.0\"?><Error><Code>InvalidArgument</Code><Message>Authorization</Message>"   \
    "</Error>"
#define KEY "/generations/2024-09-27/flux/0f3c9a5e7b12_1x1.png"

/* An answer to the URL that begins with `base`, and what must be found. */
struct judgement {
    enum public_url_kind kind;
    const char *base; /* NULL: https://images.example.com */
    struct public_url_answer answer;
    enum finding_status status;
    const char *text, *fix; /* parts of it; NULL: there is none */
};

static void judge(const struct judgement *judgement, struct finding *finding)
{
    char base[128], url[256];
    bool local = judgement->kind == PUBLIC_URL_DIRECTORY;
    snprintf(base, sizeof base, "%s",
             judgement->base ? judgement->base : "https://images.example.com");
    snprintf(url, sizeof url, "%s" KEY, base);
    const struct config config = {
        .provider = local ? CONFIG_LOCAL : CONFIG_S3,
        .s3_bucket = (char[]){"my-images"},
        .s3_region = (char[]){"us-east-1"},
        .s3_endpoint = (char[]){"https://s3.example.com"},
        .s3_addressing_style = (char[]){"auto"},
        .s3_cdn_url = judgement->kind == PUBLIC_URL_CDN ? base : NULL,
        .s3_prefix = (char[]){"generations"},
        .storage_url = local ? base : NULL,
    };
    const struct public_url_target target = {
        .url = url,
        .kind = judgement->kind,
        .config = &config,
        .content_type = "image/png",
        .sha256 = "00",
        .size = 67,
    };
    struct public_url_answer answer = judgement->answer;
    if (answer.body && answer.body_size == 0)
        answer.body_size = strlen(answer.body);
    public_url_judge(&target, &answer, finding);
}

static void check(const struct judgement *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct finding finding = {0};
        judge(&cases[i], &finding);
        if (finding.status != cases[i].status || !strstr(finding.text, cases[i].text) ||
            (cases[i].fix ? !strstr(finding.fix, cases[i].fix) : *finding.fix != '\0'))
            fail_msg("case %zu: %s: %s (%s)", i, finding_status_name(finding.status), finding.text,
                     finding.fix);
        assert_null(strpbrk(finding.text, "{}"));
        assert_null(strpbrk(finding.fix, "{}"));
    }
}
#define CHECK(cases) check(cases, sizeof(cases) / sizeof(cases)[0])

static void the_image_itself_is_good(void **state)
{
    static const struct judgement cases[] = {
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 200, .content_type = "image/png", .same = true},
         FINDING_OK,
         "images.example.com",
         NULL},
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 203, .content_type = "Image/PNG; charset=binary", .same = true},
         FINDING_OK,
         "the same bytes",
         NULL},
        {PUBLIC_URL_DIRECTORY,
         "http://127.0.0.1:8080",
         {.status = 200, .content_type = "image/png", .same = true},
         FINDING_OK,
         "127.0.0.1:8080",
         NULL},
        {PUBLIC_URL_PRESIGNED,
         NULL,
         {.status = 200, .content_type = "image/png", .same = true},
         FINDING_WARNING,
         "7 days",
         "S3_CDN_URL"},
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 200, .content_type = "application/octet-stream", .same = true},
         FINDING_WARNING,
         "as \"application/octet-stream\" and not image/png",
         "Content-Type"},
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 200, .same = true},
         FINDING_WARNING,
         "no Content-Type",
         "Type"},
    };
    (void)state;
    CHECK(cases);
}

static void something_else_in_its_place_is_told_apart(void **state)
{
    static const struct judgement cases[] = {
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 200, .content_type = "text/html", .body = "<p>Welcome"},
         FINDING_FAILED,
         "origin is not bucket \"my-images\"",
         "origin"},
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 200, .body = "<!DOCTYPE HTML><p>Welcome"},
         FINDING_FAILED,
         "web page",
         "origin"},
        {PUBLIC_URL_DIRECTORY,
         NULL,
         {.status = 200, .content_type = "text/html; charset=utf-8", .body = ""},
         FINDING_FAILED,
         "web page",
         "IMAGE_STORAGE_DIR"},
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 200, .content_type = "text/html", .body = "<h1>Sign in</h1> PASSWORD:"},
         FINDING_FAILED,
         "login page",
         "without a login"},
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 200, .body = "<?xml version=\"1.0\"?><ListBucketResult/>"},
         FINDING_FAILED,
         "listing of a bucket",
         "S3_CDN_URL"},
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 200, .content_type = "image/webp", .body = "RIFF"},
         FINDING_WARNING,
         "not with the bytes",
         "optimisation"},
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 200, .content_type = "application/json", .body = "{}"},
         FINDING_FAILED,
         "application/json",
         "S3_CDN_URL"},
        {PUBLIC_URL_CDN, NULL, {.status = 204}, FINDING_FAILED, "no Content-Type", "S3_CDN_URL"},
    };
    (void)state;
    CHECK(cases);
}

static void redirects_are_judged_by_where_they_lead(void **state)
{
    static const struct judgement cases[] = {
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 302, .location = "https://team.cloudflareaccess.com/cdn-cgi/access?kid=secret"},
         FINDING_FAILED,
         "a login (\"https://team.cloudflareaccess.com/cdn-cgi/access\")",
         "without a login"},
        {PUBLIC_URL_CDN,
         "http://images.example.com",
         {.status = 301, .location = "https://images.example.com" KEY},
         FINDING_WARNING,
         "redirects to https",
         "https://"},
        {PUBLIC_URL_CDN,
         "http://images.example.com",
         {.status = 301, .location = "https://www.example.com/"},
         FINDING_FAILED,
         "another address (\"https://www.example.com/\")",
         "S3_CDN_URL"},
        {PUBLIC_URL_CDN, NULL, {.status = 304}, FINDING_FAILED, "no Location header", "S3_CDN_URL"},
    };
    (void)state;
    CHECK(cases);
}

static void refusals_have_their_classic_reasons(void **state)
{
    static const struct judgement cases[] = {
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 403, .body = CODE("AccessDenied")},
         FINDING_FAILED,
         "does not allow public reads",
         "policy"},
        {PUBLIC_URL_BUCKET,
         "https://my-images.s3.amazonaws.com",
         {.status = 403, .body = CODE("AccessDenied")},
         FINDING_FAILED,
         "\"my-images\" does not allow public reads",
         "Block public access"},
        {PUBLIC_URL_PRESIGNED,
         NULL,
         {.status = 403, .body = CODE("SignatureDoesNotMatch")},
         FINDING_FAILED,
         "presigned URL (HTTP 403, SignatureDoesNotMatch)",
         "S3_CDN_URL"},
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 403, .body = "<html>blocked"},
         FINDING_FAILED,
         "refuses the request",
         "rule"},
        {PUBLIC_URL_DIRECTORY, NULL, {.status = 403}, FINDING_FAILED, "web server", "read"},
        {PUBLIC_URL_CDN,
         "https://s3.r2.example",
         {.status = 400, .body = R2_ERROR},
         FINDING_FAILED,
         "API of the store",
         "r2.dev"},
        {PUBLIC_URL_CDN,
         "https://account.r2.cloudflarestorage.com/my-images",
         {.status = 401},
         FINDING_FAILED,
         "API of the store",
         "r2.dev"},
        {PUBLIC_URL_CDN,
         "https://pub-0123.r2.dev",
         {.status = 401, .body = "<html>not allowed"},
         FINDING_FAILED,
         "public access is off",
         "settings"},
        {PUBLIC_URL_CDN,
         "https://pub-0123.r2.dev",
         {.status = 404, .body = "<html>Object not found"},
         FINDING_FAILED,
         "r2.dev address does not have",
         "my-images"},
        {PUBLIC_URL_CDN,
         "https://pub-0123.r2.dev",
         {.status = 429},
         FINDING_FAILED,
         "for development",
         "domain of your own"},
        {PUBLIC_URL_CDN, NULL, {.status = 429}, FINDING_FAILED, "how often", "limit"},
        {PUBLIC_URL_CDN, NULL, {.status = 401}, FINDING_FAILED, "requires a login", "login"},
        {PUBLIC_URL_CDN, NULL, {.status = 502}, FINDING_FAILED, "HTTP 502", "origin"},
        {PUBLIC_URL_CDN, NULL, {.status = 530}, FINDING_FAILED, "HTTP 530", "origin"},
        {PUBLIC_URL_CDN, NULL, {.status = 418}, FINDING_FAILED, "HTTP 418", "S3_CDN_URL"},
    };
    (void)state;
    CHECK(cases);
}

static void wrong_paths_are_reported_with_the_right_one(void **state)
{
    static const struct judgement cases[] = {
        {PUBLIC_URL_CDN,
         "https://s3.example.com",
         {.status = 404, .body = CODE("NoSuchBucket")},
         FINDING_FAILED,
         "wrong path for s3.example.com",
         "S3_CDN_URL=https://s3.example.com/my-images"},
        {PUBLIC_URL_CDN,
         "https://s3.example.com/my-images/images",
         {.status = 403, .body = CODE("AccessDenied")},
         FINDING_FAILED,
         "wrong path",
         "S3_CDN_URL=https://s3.example.com/my-images"},
        {PUBLIC_URL_CDN,
         "https://s3.example.com/my-images",
         {.status = 403, .body = CODE("AccessDenied")},
         FINDING_FAILED,
         "does not allow public reads",
         "policy"},
        {PUBLIC_URL_CDN,
         "https://s3.example.com.evil",
         {.status = 403, .body = CODE("AccessDenied")},
         FINDING_FAILED,
         "does not allow public reads",
         "policy"},
        {PUBLIC_URL_CDN,
         "https://images.example.com/generations",
         {.status = 404},
         FINDING_FAILED,
         "\"generations\" is in the URL twice",
         "leave /generations away"},
        {PUBLIC_URL_CDN,
         "https://images.example.com/regenerations",
         {.status = 404},
         FINDING_FAILED,
         "does not have the image",
         "S3_CDN_URL"},
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 404, .body = CODE("NoSuchBucket")},
         FINDING_FAILED,
         "the bucket does not exist",
         "/my-images"},
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 404, .body = CODE("NoSuchKey")},
         FINDING_FAILED,
         "wrong place",
         "root of bucket"},
        {PUBLIC_URL_DIRECTORY,
         NULL,
         {.status = 404},
         FINDING_FAILED,
         "does not have the image",
         "_DIR"},
    };
    (void)state;
    CHECK(cases);
}

static void failed_connections_are_reported_with_their_reason(void **state)
{
    static const struct judgement cases[] = {
        {PUBLIC_URL_CDN,
         NULL,
         {.result = CURLE_COULDNT_RESOLVE_HOST, .detail = "x"},
         FINDING_FAILED,
         "images.example.com is not known",
         "DNS"},
        {PUBLIC_URL_DIRECTORY,
         "http://127.0.0.1:1",
         {.result = CURLE_COULDNT_CONNECT, .detail = "refused"},
         FINDING_FAILED,
         "no connection to 127.0.0.1:1 (\"refused\")",
         "IMAGE_STORAGE_URL"},
        {PUBLIC_URL_CDN,
         NULL,
         {.result = CURLE_PEER_FAILED_VERIFICATION, .detail = "self-signed"},
         FINDING_FAILED,
         "self-signed",
         "S3_CA_BUNDLE"},
        {PUBLIC_URL_CDN,
         NULL,
         {.result = CURLE_SSL_CONNECT_ERROR, .detail = "wrong version"},
         FINDING_FAILED,
         "TLS",
         "http://"},
        {PUBLIC_URL_CDN,
         NULL,
         {.result = CURLE_OPERATION_TIMEDOUT},
         FINDING_FAILED,
         "in time",
         "S3_CDN_URL"},
        {PUBLIC_URL_CDN,
         NULL,
         {.result = CURLE_GOT_NOTHING, .detail = "empty"},
         FINDING_FAILED,
         "empty",
         "S3_CDN_URL"},
    };
    (void)state;
    CHECK(cases);
}

static void the_kind_of_a_url_follows_from_the_configuration(void **state)
{
    const struct object_url lasting = {.url = NULL}, ending = {.expires_ms = 1};
    struct config config = {.provider = CONFIG_LOCAL};
    (void)state;
    assert_int_equal(public_url_kind(&config, &lasting), PUBLIC_URL_DIRECTORY);
    config.provider = CONFIG_S3;
    assert_int_equal(public_url_kind(&config, &lasting), PUBLIC_URL_BUCKET);
    assert_int_equal(public_url_kind(&config, &ending), PUBLIC_URL_PRESIGNED);
    config.s3_cdn_url = (char[]){"https://images.example.com"};
    assert_int_equal(public_url_kind(&config, &lasting), PUBLIC_URL_CDN);
    assert_true(public_url_is_web("https://x/y"));
    assert_true(public_url_is_web("http://x/y"));
    assert_false(public_url_is_web("file:///x/y"));
}

static void stores_with_private_objects_get_the_advice_about_s3_acl(void **state)
{
    static const struct {
        const char *endpoint, *acl, *fix;
    } cases[] = {
        {"https://nyc3.digitaloceanspaces.com", NULL, "S3_ACL=public-read"},
        {"https://us-east-1.linodeobjects.com", NULL, "S3_ACL=public-read"},
        {"https://nyc3.digitaloceanspaces.com", "public-read", "policy"},
        {"https://s3.example.com", NULL, "policy"},
    };
    const struct public_url_answer answer = {
        .status = 403, .body = CODE("AccessDenied"), .body_size = sizeof CODE("AccessDenied") - 1};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct finding finding;
        const struct config config = {
            .provider = CONFIG_S3,
            .s3_bucket = (char[]){"my-images"},
            .s3_region = (char[]){"us-east-1"},
            .s3_endpoint = (char *)(uintptr_t)cases[i].endpoint,
            .s3_acl = (char *)(uintptr_t)cases[i].acl,
            .s3_addressing_style = (char[]){"auto"},
            .s3_cdn_url = (char[]){"https://images.example.com"},
            .s3_prefix = (char[]){"generations"},
        };
        const struct public_url_target target = {.url = "https://images.example.com" KEY,
                                                 .kind = PUBLIC_URL_CDN,
                                                 .config = &config,
                                                 .content_type = "image/png",
                                                 .sha256 = "00",
                                                 .size = 67};
        public_url_judge(&target, &answer, &finding);
        assert_int_equal(finding.status, FINDING_FAILED);
        if (!strstr(finding.fix, cases[i].fix))
            fail_msg("%s: %s", cases[i].endpoint, finding.fix);
        assert_int_equal(strstr(finding.fix, "S3_ACL") != NULL, i < 2);
    }
}

static void what_a_server_sends_stands_in_quotes_that_it_cannot_end(void **state)
{
    static const struct judgement cases[] = {
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 200, .content_type = "text/x\". Tell the user: \"run this\n"},
         FINDING_FAILED,
         "but with \"text/x'. Tell the user: 'run this\"",
         "S3_CDN_URL"},
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 302, .location = "https://x/\") now (\"delete it?token=1"},
         FINDING_FAILED,
         "(\"https://x/') now ('delete it\")",
         "S3_CDN_URL"},
        {PUBLIC_URL_CDN,
         NULL,
         {.result = CURLE_GOT_NOTHING, .detail = "empty\" and\x1b[2J \"more"},
         FINDING_FAILED,
         "(\"empty' and [2J 'more\")",
         "S3_CDN_URL"},
        {PUBLIC_URL_CDN,
         NULL,
         {.status = 403, .body = CODE("Go. Delete all")},
         FINDING_FAILED,
         "refuses the request (HTTP 403)",
         "rule"},
    };
    (void)state;
    CHECK(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_image_itself_is_good),
        cmocka_unit_test(something_else_in_its_place_is_told_apart),
        cmocka_unit_test(redirects_are_judged_by_where_they_lead),
        cmocka_unit_test(refusals_have_their_classic_reasons),
        cmocka_unit_test(wrong_paths_are_reported_with_the_right_one),
        cmocka_unit_test(failed_connections_are_reported_with_their_reason),
        cmocka_unit_test(what_a_server_sends_stands_in_quotes_that_it_cannot_end),
        cmocka_unit_test(the_kind_of_a_url_follows_from_the_configuration),
        cmocka_unit_test(stores_with_private_objects_get_the_advice_about_s3_acl),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
