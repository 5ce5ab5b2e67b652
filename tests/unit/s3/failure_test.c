/* SPDX-License-Identifier: MIT */
#include "s3/failure.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct failure_context context = {
    .action = "s3:PutObject",
    .bucket = "imgs",
    .region = "us-east-1",
    .host = "store.example.com:9000",
    .key = "a/b.png",
};

/* By code (and any status), by status alone, by libcurl's result. */
static const struct {
    const char *code;
    long status;
    int result;
    enum error_code error;
    const char *words;
} cases[] = {
    {"SignatureDoesNotMatch", 403, 0, ERROR_DENIED, "S3_SECRET_KEY"},
    {"InvalidAccessKeyId", 403, 0, ERROR_DENIED, "S3_ACCESS_KEY"},
    {"Unauthorized", 401, 0, ERROR_DENIED, "S3_ACCESS_KEY"},
    {"ExpiredToken", 400, 0, ERROR_DENIED, "S3_SESSION_TOKEN"},
    {"AccessDenied", 403, 0, ERROR_DENIED, "s3:PutObject on bucket \"imgs\""},
    {"NoSuchBucket", 404, 0, ERROR_INVALID, "S3_BUCKET"},
    {"NoSuchKey", 404, 0, ERROR_NOT_FOUND, "a/b.png"},
    {"PermanentRedirect", 301, 0, ERROR_INVALID, "S3_REGION"},
    {"AuthorizationHeaderMalformed", 400, 0, ERROR_INVALID, "us-east-1"},
    {"RequestTimeTooSkewed", 403, 0, ERROR_INVALID, "clock"},
    {"SlowDown", 503, 0, ERROR_UNAVAILABLE, "try again"},
    {"InternalError", 500, 0, ERROR_UNAVAILABLE, "store.example.com:9000"},
    {"QuotaExceeded", 403, 0, ERROR_UNAVAILABLE, "full"},
    {"EntityTooLarge", 400, 0, ERROR_TOO_LARGE, "larger"},
    {"MethodNotAllowed", 405, 0, ERROR_INVALID, "S3_ENDPOINT"},
    {"PreconditionFailed", 412, 0, ERROR_EXISTS, "already"},
    {"BrandNewProblem", 403, 0, ERROR_DENIED, "it says: \"as the store puts it\""},
    {"BrandNewProblem", 418, 0, ERROR_UNAVAILABLE, "it says: \"as the store puts it\""},
    {"", 302, 0, ERROR_INVALID, "S3_ENDPOINT"},
    {"", 400, 0, ERROR_INVALID, "S3_REGION"},
    {"", 401, 0, ERROR_DENIED, "S3_ACCESS_KEY"},
    {"", 403, 0, ERROR_DENIED, "S3_SECRET_KEY"},
    {"", 404, 0, ERROR_NOT_FOUND, "imgs"},
    {"", 412, 0, ERROR_EXISTS, "already"},
    {"", 413, 0, ERROR_TOO_LARGE, "larger"},
    {"", 503, 0, ERROR_UNAVAILABLE, "try again"},
    {"", 507, 0, ERROR_UNAVAILABLE, "full"},
    {"", 418, 0, ERROR_UNAVAILABLE, "HTTP 418"},
    {"", 0, CURLE_COULDNT_RESOLVE_HOST, ERROR_UNAVAILABLE, "S3_ENDPOINT"},
    {"", 0, CURLE_COULDNT_CONNECT, ERROR_UNAVAILABLE, "S3_ENDPOINT"},
    {"", 0, CURLE_OPERATION_TIMEDOUT, ERROR_UNAVAILABLE, "in time"},
    {"", 0, CURLE_PEER_FAILED_VERIFICATION, ERROR_UNAVAILABLE, "S3_CA_BUNDLE"},
    {"", 0, CURLE_SSL_CACERT_BADFILE, ERROR_INVALID, "S3_CA_BUNDLE"},
    {"", 0, CURLE_SSL_CONNECT_ERROR, ERROR_UNAVAILABLE, "TLS"},
    {"", 0, CURLE_RECV_ERROR, ERROR_UNAVAILABLE, "libcurl's words"},
};

static void every_failure_says_what_to_fix(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct http_response response = {
            .result = cases[i].result, .status = cases[i].status, .detail = "libcurl's words"};
        struct failure failure = {.response = &response};
        struct error error;
        strcpy(failure.document.code, cases[i].code);
        strcpy(failure.document.message, cases[i].code[0] ? "as the store puts it" : "");
        assert_false(failure_report(&failure, &context, &error));
        if (error.code != cases[i].error || !strstr(error.text, cases[i].words) ||
            strchr(error.text, '{'))
            fail_msg("%s %ld %d: %s", cases[i].code, cases[i].status, cases[i].result, error.text);
        assert_non_null(strstr(error.text, cases[i].code));
    }
}

static void the_request_is_named_for_the_operators(void **state)
{
    struct http_response response = {.status = 500};
    struct failure failure = {.response = &response};
    struct error error;
    (void)state;
    assert_true(properties_add(&response.headers, "x-amz-request-id", "tx000001", 8, &error));
    assert_false(failure_report(&failure, &context, &error));
    assert_non_null(strstr(error.text, "request tx000001"));
    strcpy(failure.document.request_id, "4442587FB7D0A2F9");
    assert_false(failure_report(&failure, &context, &error));
    assert_non_null(strstr(error.text, "request 4442587FB7D0A2F9"));
    http_response_finish(&response);
}

static bool detect(int result, long status, const char *body, bool is_data)
{
    struct http_response response = {.result = result, .status = status};
    struct failure failure;
    response.body = (struct buffer){.data = (char *)(uintptr_t)body, .size = strlen(body)};
    return failure_detect(&response, is_data, &failure);
}

static void failures_are_told_from_successes(void **state)
{
    static const char document[] = "<Error><Code>InternalError</Code></Error>";
    (void)state;
    assert_false(detect(0, 200, "", false));
    assert_false(detect(0, 204, "<Result/>", false));
    assert_false(detect(0, 200, document, true));
    assert_true(detect(0, 200, document, false));
    assert_true(detect(0, 404, document, true));
    assert_true(detect(0, 304, "", false));
    assert_true(detect(CURLE_PARTIAL_FILE, 200, "", true));
}

static void a_404_about_the_bucket_is_about_the_settings(void **state)
{
    struct failure_context bucket = context;
    const struct http_response response = {.status = 404};
    const struct failure failure = {.response = &response};
    struct error error;
    (void)state;
    bucket.key = "";
    assert_false(failure_report(&failure, &bucket, &error));
    assert_int_equal(error.code, ERROR_INVALID);
    assert_non_null(strstr(error.text, "S3_BUCKET"));
}

static void a_long_key_is_cut_between_characters(void **state)
{
    char key[1024] = "";
    struct failure_context far = context;
    const struct http_response response = {.status = 404};
    const struct failure failure = {.response = &response};
    struct error error;
    (void)state;
    for (int i = 0; i < 200; i++)
        strcat(key, "\xe3\x81\x82");
    far.key = key;
    assert_false(failure_report(&failure, &far, &error));
    assert_non_null(strstr(error.text, "\xe3\x81\x82\""));
    assert_non_null(strstr(error.text, "HTTP 404"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failure_says_what_to_fix),
        cmocka_unit_test(the_request_is_named_for_the_operators),
        cmocka_unit_test(failures_are_told_from_successes),
        cmocka_unit_test(a_404_about_the_bucket_is_about_the_settings),
        cmocka_unit_test(a_long_key_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
