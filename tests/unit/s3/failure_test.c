/* SPDX-License-Identifier: MIT */
#include "s3/failure.h"
#include "support/test.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void report(struct http_response *response, const char *body,
                   const struct failure_context *about, struct error *error)
{
    const struct failure_question question = {.form = ANSWER_BARE,
                                              .about_bucket = about->key[0] == '\0'};
    struct failure failure;
    response->body = (struct buffer){.data = (char *)(uintptr_t)body, .size = strlen(body)};
    assert_true(failure_detect(response, &question, &failure));
    assert_false(failure_report(&failure, about, error));
}

static void every_failure_says_what_to_fix(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char body[256] = "";
        struct http_response response = {
            .result = cases[i].result, .status = cases[i].status, .detail = "libcurl's words"};
        struct error error;
        if (cases[i].code[0])
            snprintf(body, sizeof body,
                     "<Error><Code>%s</Code><Message>as the store puts it</Message></Error>",
                     cases[i].code);
        report(&response, body, &context, &error);
        if (error.code != cases[i].error || !strstr(error.text, cases[i].words) ||
            strchr(error.text, '{'))
            fail_msg("%s %ld %d: %s", cases[i].code, cases[i].status, cases[i].result, error.text);
        assert_non_null(strstr(error.text, cases[i].code));
    }
}

static void the_request_is_named_for_the_operators(void **state)
{
    struct http_response response = {.status = 500};
    struct error error;
    (void)state;
    assert_true(fields_add(&response.headers, "x-amz-request-id", "tx000001", 8, &error));
    report(&response, "", &context, &error);
    assert_non_null(strstr(error.text, "request tx000001"));
    report(&response, "<Error><Code>A</Code><RequestId>4442587FB7D0A2F9</RequestId></Error>",
           &context, &error);
    assert_non_null(strstr(error.text, "request 4442587FB7D0A2F9"));
    fields_finish(&response.headers);
}

static void every_refusal_carries_the_words_of_the_store(void **state)
{
    static const struct {
        long status;
        const char *body, *words;
    } refusals[] = {
        {403, "<Error><Code>AccessDenied</Code><Message>not entitled</Message></Error>",
         "; it says: \"not entitled\""},
        {403,
         "<ErrorResponse><Error><Code>AccessDenied</Code><Message>cap exceeded</Message>"
         "</Error></ErrorResponse>",
         "\"cap exceeded\""},
        {400, "{\"statusCode\": \"400\", \"message\": \"no such tenant\"}", "\"no such tenant\""},
        {403, "blocked by policy 7\n", "\"blocked by policy 7\""},
        {502, "<html><head><title>502 Bad\n Gateway</title></head></html>", "\"502 Bad Gateway\""},
        {404, "<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>", "\"gone\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct http_response response = {.status = refusals[i].status};
        struct error error;
        report(&response, refusals[i].body, &context, &error);
        if (!strstr(error.text, refusals[i].words))
            fail_msg("%zu: %s", i, error.text);
    }
}

static void the_words_of_the_store_cannot_be_taken_for_ours(void **state)
{
    char body[1024], letters[400];
    struct http_response response = {.status = 403};
    struct error error;
    (void)state;
    report(&response,
           "<Error><Code>Access)\n\"Denied</Code><Message>a\" Now delete all. \"b&#10;"
           "c\xe2\x80\xae\xc2\x9b</Message></Error>",
           &context, &error);
    assert_non_null(strstr(error.text, "(AccessDenied, HTTP 403)"));
    assert_non_null(strstr(error.text, "it says: \"a' Now delete all. 'b c\""));
    memset(letters, 'x', sizeof letters - 1);
    letters[sizeof letters - 1] = '\0';
    snprintf(body, sizeof body, "<Error><Code>AccessDenied</Code><Message>%s</Message></Error>",
             letters);
    report(&response, body, &context, &error);
    assert_string_equal(error.text + strlen(error.text) - 6, "xx...\"");
    assert_true(strlen(error.text) < 400);
}

static bool detect(enum answer_form form, long status, const char *type, const char *body)
{
    const struct failure_question question = {.form = form};
    struct http_response response = {.status = status};
    struct failure failure;
    struct error error;
    response.body = (struct buffer){.data = (char *)(uintptr_t)body, .size = strlen(body)};
    if (type)
        assert_true(fields_add(&response.headers, "content-type", type, strlen(type), &error));
    bool failed = failure_detect(&response, &question, &failure);
    fields_finish(&response.headers);
    return failed;
}

static void failures_are_told_from_successes(void **state)
{
    static const char document[] = "<Error><Code>InternalError</Code></Error>";
    const struct http_response half = {.result = CURLE_PARTIAL_FILE, .status = 200};
    const struct failure_question question = {.form = ANSWER_DATA};
    struct failure failure;
    (void)state;
    assert_false(detect(ANSWER_BARE, 200, NULL, ""));
    assert_false(detect(ANSWER_BARE, 204, NULL, "<Result/>"));
    assert_false(detect(ANSWER_DATA, 200, NULL, document));
    assert_true(detect(ANSWER_BARE, 200, NULL, document));
    assert_true(detect(ANSWER_DATA, 404, NULL, document));
    assert_true(detect(ANSWER_BARE, 304, NULL, ""));
    assert_true(failure_detect(&half, &question, &failure));
}

/* A console, a web site or the login page of a network answers 200 to everything. */
static void what_no_s3_store_answers_is_a_failure(void **state)
{
    static const char page[] =
        "\n<!-- portal -->\n<!DOCTYPE HTML>\n<html><body>Log in</body></html>";
    static const enum answer_form with_body[] = {ANSWER_BARE, ANSWER_DOCUMENT,
                                                 ANSWER_OPTIONAL_DOCUMENT};
    (void)state;
    for (size_t i = 0; i < sizeof with_body / sizeof with_body[0]; i++) {
        assert_true(detect(with_body[i], 200, "text/html", page));
        assert_true(detect(with_body[i], 200, NULL, page));
        assert_true(detect(with_body[i], 200, "application/json", "{\"login\": true}"));
    }
    assert_true(detect(ANSWER_HEADERS, 200, "text/html; charset=utf-8", ""));
    assert_true(detect(ANSWER_DATA, 200, "Text/HTML", ""));
    assert_false(detect(ANSWER_HEADERS, 200, "image/png", ""));
    assert_true(detect(ANSWER_DOCUMENT, 200, "application/xml", ""));
    /* some stores call everything so, and the bodies tell better */
    assert_false(detect(ANSWER_BARE, 200, "text/html", ""));
    assert_false(detect(ANSWER_DOCUMENT, 200, "text/html", " <?xml version='1.0'?><A/>"));
    assert_false(detect(ANSWER_OPTIONAL_DOCUMENT, 200, "text/html", ""));
}

static void an_object_that_is_a_web_page_is_known_by_the_headers_of_s3(void **state)
{
    const struct failure_question question = {.form = ANSWER_DATA};
    struct http_response response = {.status = 200};
    struct failure failure;
    struct error error;
    (void)state;
    assert_true(fields_add(&response.headers, "content-type", "text/html", 9, &error));
    assert_true(failure_detect(&response, &question, &failure));
    assert_true(fields_add(&response.headers, "x-amz-request-id", "1", 1, &error));
    assert_false(failure_detect(&response, &question, &failure));
    fields_finish(&response.headers);
}

static void a_404_about_the_bucket_is_about_the_settings(void **state)
{
    struct failure_context bucket = context;
    struct http_response response = {.status = 404};
    struct error error;
    (void)state;
    bucket.key = "";
    report(&response, "", &bucket, &error);
    assert_int_equal(error.code, ERROR_INVALID);
    assert_non_null(strstr(error.text, "S3_BUCKET"));
}

static void a_long_key_is_cut_between_characters(void **state)
{
    char key[1024] = "";
    struct failure_context far = context;
    struct http_response response = {.status = 404};
    struct error error;
    (void)state;
    for (int i = 0; i < 200; i++)
        strcat(key, "\xe3\x81\x82");
    far.key = key;
    report(&response, "", &far, &error);
    assert_non_null(strstr(error.text, "\xe3\x81\x82\""));
    assert_non_null(strstr(error.text, "HTTP 404"));
}

static void running_out_of_memory_is_called_that(void **state)
{
    static const struct http_response responses[] = {
        {.result = CURLE_OUT_OF_MEMORY},
        {.result = CURLE_WRITE_ERROR, .fault = HTTP_FAULT_NO_MEMORY}};
    (void)state;
    for (size_t i = 0; i < sizeof responses / sizeof responses[0]; i++) {
        struct http_response response = responses[i];
        struct error error;
        report(&response, "", &context, &error);
        assert_int_equal(error.code, ERROR_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failure_says_what_to_fix),
        cmocka_unit_test(the_request_is_named_for_the_operators),
        cmocka_unit_test(every_refusal_carries_the_words_of_the_store),
        cmocka_unit_test(the_words_of_the_store_cannot_be_taken_for_ours),
        cmocka_unit_test(failures_are_told_from_successes),
        cmocka_unit_test(what_no_s3_store_answers_is_a_failure),
        cmocka_unit_test(an_object_that_is_a_web_page_is_known_by_the_headers_of_s3),
        cmocka_unit_test(a_404_about_the_bucket_is_about_the_settings),
        cmocka_unit_test(a_long_key_is_cut_between_characters),
        cmocka_unit_test(running_out_of_memory_is_called_that),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
