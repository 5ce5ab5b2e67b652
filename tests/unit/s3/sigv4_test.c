/* SPDX-License-Identifier: MIT */
#include "s3/sigv4.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

/* AWS's published examples: "Authenticating Requests: Using the Authorization Header" and "...Using
 * Query Parameters" in the S3 API reference. */

#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const int64_t example_ms = INT64_C(1369353600000); /* 2013-05-24T00:00:00Z */

static const struct credentials example = {
    .access_key = (char *)"AKIAIOSFODNN7EXAMPLE",
    .secret_key = (char *)"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

static void add(struct fields *fields, const char *name, const char *value)
{
    struct error error;
    assert_true(fields_add(fields, name, value, strlen(value), &error));
}

static const struct {
    const char *method, *path;
    const char *query[2][2];
    const char *headers[2][2];
    const char *payload, *signed_headers, *signature;
} examples[] = {
    {"GET",
     "/test.txt",
     {{0}},
     {{"range", "bytes=0-9"}},
     EMPTY_SHA256,
     "host;range;x-amz-content-sha256;x-amz-date",
     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
    {"PUT",
     "/test%24file.text",
     {{0}},
     {{"x-amz-storage-class", "REDUCED_REDUNDANCY"}, {"date", "Fri, 24 May 2013 00:00:00 GMT"}},
     "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
     "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
    {"GET",
     "/",
     {{"lifecycle", ""}},
     {{0}},
     EMPTY_SHA256,
     "host;x-amz-content-sha256;x-amz-date",
     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {"GET",
     "/",
     {{"prefix", "J"}, {"max-keys", "2"}},
     {{0}},
     EMPTY_SHA256,
     "host;x-amz-content-sha256;x-amz-date",
     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
};

static void headers_are_signed_as_in_the_published_examples(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        struct fields query = {0}, headers = {0};
        struct error error;
        char wanted[512];
        for (size_t j = 0; j < 2 && examples[i].query[j][0]; j++)
            add(&query, examples[i].query[j][0], examples[i].query[j][1]);
        for (size_t j = 0; j < 2 && examples[i].headers[j][0]; j++)
            add(&headers, examples[i].headers[j][0], examples[i].headers[j][1]);
        add(&headers, "host", "examplebucket.s3.amazonaws.com");
        const struct sigv4_request request = {.method = examples[i].method,
                                              .path = examples[i].path,
                                              .query = &query,
                                              .headers = &headers,
                                              .payload = examples[i].payload};
        assert_true(
            sigv4_sign_headers(&example, "us-east-1", example_ms, &request, &headers, &error));
        snprintf(wanted, sizeof wanted,
                 "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
                 "aws4_request,SignedHeaders=%s,Signature=%s",
                 examples[i].signed_headers, examples[i].signature);
        assert_string_equal(fields_get(&headers, "authorization"), wanted);
        assert_string_equal(fields_get(&headers, "x-amz-date"), "20130524T000000Z");
        fields_finish(&query);
        fields_finish(&headers);
    }
}

static void a_url_is_presigned_as_in_the_published_example(void **state)
{
    CLEANUP(buffer_finish) struct buffer query = BUFFER_INIT(4096);
    struct error error;
    (void)state;
    assert_true(sigv4_presign(&example, "us-east-1", example_ms, "GET",
                              "examplebucket.s3.amazonaws.com", "/test.txt", 86400, &query,
                              &error));
    assert_string_equal(
        query.data,
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2F"
        "us-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"
        "X-Amz-SignedHeaders=host&X-Amz-Signature="
        "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

static void the_steps_of_the_first_example_are_the_published_ones(void **state)
{
    CLEANUP(buffer_finish) struct buffer canonical = BUFFER_INIT(4096);
    CLEANUP(buffer_finish) struct buffer to_sign = BUFFER_INIT(4096);
    CLEANUP(fields_finish) struct fields headers = {0};
    struct error error;
    (void)state;
    add(&headers, "x-amz-date", "20130524T000000Z");
    add(&headers, "range", "bytes=0-9");
    add(&headers, "x-amz-content-sha256", EMPTY_SHA256);
    add(&headers, "host", "examplebucket.s3.amazonaws.com");
    const struct sigv4_request request = {
        .method = "GET", .path = "/test.txt", .headers = &headers, .payload = EMPTY_SHA256};
    assert_true(sigv4_canonical_request(&request, &canonical, &error));
    assert_string_equal(canonical.data,
                        "GET\n/test.txt\n\n"
                        "host:examplebucket.s3.amazonaws.com\n"
                        "range:bytes=0-9\n"
                        "x-amz-content-sha256:" EMPTY_SHA256 "\n"
                        "x-amz-date:20130524T000000Z\n\n"
                        "host;range;x-amz-content-sha256;x-amz-date\n" EMPTY_SHA256);
    const struct sigv4_scope scope = {.time = "20130524T000000Z", .region = "us-east-1"};
    assert_true(sigv4_string_to_sign(&scope, canonical.data, &to_sign, &error));
    assert_string_equal(to_sign.data,
                        "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
                        "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972");
}

static void header_values_are_trimmed_and_collapsed(void **state)
{
    static const char *const cases[][2] = {
        {"a", "a"}, {"  a  ", "a"}, {"a   b \t c", "a b c"}, {"", ""}, {"   ", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(4096);
        CLEANUP(fields_finish) struct fields headers = {0};
        struct error error;
        char wanted[128];
        add(&headers, "x", cases[i][0]);
        const struct sigv4_request request = {
            .method = "GET", .path = "/", .headers = &headers, .payload = "p"};
        assert_true(sigv4_canonical_request(&request, &text, &error));
        snprintf(wanted, sizeof wanted, "GET\n/\n\nx:%s\n\nx\np", cases[i][1]);
        assert_string_equal(text.data, wanted);
    }
}

static void query_parameters_are_encoded_then_sorted_by_name(void **state)
{
    static const char *const cases[][5] = {
        {"b", "2", "a", "1", "a=1&b=2"},
        {"a", "2", "a", "1", "a=1&a=2"},
        {"a-b", "1", "a", "2", "a=2&a-b=1"}, /* not by the whole text: '-' < '=' */
        {"~", "", "\xe3\x81\x82", "a b/+=", "%E3%81%82=a%20b%2F%2B%3D&~="},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(4096);
        CLEANUP(fields_finish) struct fields query = {0};
        struct error error;
        add(&query, cases[i][0], cases[i][1]);
        add(&query, cases[i][2], cases[i][3]);
        assert_true(sigv4_canonical_query(&query, &text, &error));
        assert_string_equal(text.data, cases[i][4]);
    }
}

static void a_session_token_is_sent_and_signed(void **state)
{
    CLEANUP(fields_finish) struct fields headers = {0};
    CLEANUP(buffer_finish) struct buffer query = BUFFER_INIT(4096);
    struct credentials temporary = example;
    struct error error;
    (void)state;
    temporary.session_token = (char *)"to/ken==";
    add(&headers, "host", "h");
    const struct sigv4_request request = {
        .method = "GET", .path = "/", .headers = &headers, .payload = EMPTY_SHA256};
    assert_true(sigv4_sign_headers(&temporary, "r", example_ms, &request, &headers, &error));
    assert_string_equal(fields_get(&headers, "x-amz-security-token"), "to/ken==");
    assert_non_null(strstr(fields_get(&headers, "authorization"),
                           "SignedHeaders=host;x-amz-content-sha256;x-amz-date;"
                           "x-amz-security-token,"));
    assert_true(sigv4_presign(&temporary, "r", example_ms, "GET", "h", "/", 1, &query, &error));
    assert_non_null(strstr(query.data, "&X-Amz-Security-Token=to%2Fken%3D%3D&"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_signed_as_in_the_published_examples),
        cmocka_unit_test(a_url_is_presigned_as_in_the_published_example),
        cmocka_unit_test(the_steps_of_the_first_example_are_the_published_ones),
        cmocka_unit_test(header_values_are_trimmed_and_collapsed),
        cmocka_unit_test(query_parameters_are_encoded_then_sorted_by_name),
        cmocka_unit_test(a_session_token_is_sent_and_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
