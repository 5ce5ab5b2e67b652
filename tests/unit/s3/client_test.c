/* SPDX-License-Identifier: MIT */
#include "s3/client.h"

#include "base/clock.h"
#include "s3/client_state.h"
#include "support/client_fixture.h"
#include "support/test.h"

#include <sched.h>
#include <stdint.h>
#include <string.h>

/* The client against a server that misbehaves in every way a store or the network can. */

enum { UPLOAD_SIZE = 8 * 1024 * 1024 };

static bool put_with(struct fixture *fixture, const struct operation *operation, size_t size,
                     bool if_absent)
{
    char *data = calloc(1, size + 1);
    unsigned char digest[SHA256_SIZE];
    assert_true(sha256(data, size, digest, &fixture->error));
    const struct object_put put = {.key = "generations/a b.png",
                                   .data = data,
                                   .size = size,
                                   .sha256 = digest,
                                   .content_type = "image/png",
                                   .if_absent = if_absent};
    bool done = s3_put_object(fixture->client, operation, &put, &fixture->error);
    free(data);
    return done;
}

static bool put(struct fixture *fixture)
{
    const struct operation operation = {0};
    return put_with(fixture, &operation, 100, false);
}

static bool put_if_absent(struct fixture *fixture)
{
    const struct operation operation = {0};
    return put_with(fixture, &operation, 100, true);
}

static bool get(struct fixture *fixture, size_t max, struct blob **ret_blob)
{
    const struct operation operation = {0};
    return s3_get_object(fixture->client, &operation, "k", max, ret_blob, &fixture->error);
}

static void a_put_says_what_it_must_and_nothing_more(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture, {FAULT_ANSWER, OK_EMPTY});
    assert_true(put_if_absent(&fixture));
    assert_true(put(&fixture));
    struct fault_server *server = &fixture.server;
    assert_int_equal(strncmp(server->locked.heads[0], "PUT /images/generations/a%20b.png HTTP/1.1",
                             strlen("PUT /images/generations/a%20b.png HTTP/1.1")),
                     0);
    assert_string_equal(fault_server_header(server, 0, "if-none-match"), "*");
    assert_null(fault_server_header(server, 1, "if-none-match"));
    assert_string_equal(fault_server_header(server, 0, "content-type"), "image/png");
    assert_string_equal(fault_server_header(server, 0, "content-length"), "100");
    assert_int_equal(strlen(fault_server_header(server, 0, "x-amz-content-sha256")), 64);
    assert_non_null(strstr(fault_server_header(server, 0, "authorization"),
                           "SignedHeaders=content-type;host;if-none-match;x-amz-content-sha256;"
                           "x-amz-date,"));
    assert_null(fault_server_header(server, 0, "expect"));
    assert_null(fault_server_header(server, 0, "transfer-encoding"));
    assert_null(strcasestr(server->locked.heads[0], "checksum"));
    assert_null(strcasestr(server->locked.heads[0], "x-amz-acl"));
    assert_int_equal(fault_server_connections(server), 1);
    stop(&fixture);
}

static void head_reads_size_date_type_and_fields(void **state)
{
    struct fixture fixture;
    struct object_info object;
    const struct operation operation = {0};
    (void)state;
    START(&fixture,
          {FAULT_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\nContent-Type: image/webp\r\n"
                         "Last-Modified: Fri, 24 May 2013 00:00:00 GMT\r\n"
                         "X-Amz-Meta-Prompt:  a%20cat \r\nx-amz-meta-other: caf\xc3\xa9\r\n\r\n"});
    assert_true(s3_head_object(fixture.client, &operation, "k", &object, &fixture.error));
    assert_int_equal(object.size, 12345);
    assert_int_equal(object.modified_ms, INT64_C(1369353600000));
    assert_string_equal(object.content_type, "image/webp");
    assert_string_equal(fields_get(&object.fields, "prompt"), "a%20cat");
    assert_int_equal(object.fields.count, 1);
    object_info_finish(&object);
    stop(&fixture);
}

static void get_gives_the_bytes_and_their_hash(void **state)
{
    struct fixture fixture;
    struct blob *blob;
    unsigned char digest[SHA256_SIZE];
    (void)state;
    START(&fixture, {FAULT_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
          {FAULT_ANSWER_CLOSE, "HTTP/1.1 200 OK\r\n\r\nhello"}, {FAULT_ANSWER, OK_EMPTY});
    for (int i = 0; i < 2; i++) { /* with and without an announced length */
        assert_true(get(&fixture, 5, &blob));
        assert_int_equal(blob->size, 5);
        assert_true(sha256("hello", 5, digest, &fixture.error));
        assert_memory_equal(blob->data, "hello", 5);
        assert_memory_equal(blob->sha256, digest, sizeof digest);
        blob_destroy(blob);
    }
    assert_true(get(&fixture, 5, &blob));
    assert_int_equal(blob->size, 0);
    blob_destroy(blob);
    stop(&fixture);
}

static void an_object_beyond_the_limit_is_not_fetched(void **state)
{
    struct fixture fixture;
    struct blob *blob;
    (void)state;
    START(&fixture, {FAULT_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
          {FAULT_ENDLESS, "HTTP/1.1 200 OK\r\n\r\n"});
    assert_false(get(&fixture, 4, &blob));
    assert_error(&fixture, ERROR_TOO_LARGE, "larger than the limit");
    assert_false(get(&fixture, 100000, &blob));
    assert_error(&fixture, ERROR_TOO_LARGE, "larger than the limit");
    assert_int_equal(fault_server_requests(&fixture.server), 2);
    stop(&fixture);
}

static void an_object_that_looks_like_an_error_is_an_object(void **state)
{
    struct fixture fixture;
    struct blob *blob;
    (void)state;
    START(&fixture, {FAULT_ANSWER, answer(fixture.responses[0], "200 OK", "", XML("SlowDown"))});
    assert_true(get(&fixture, 1000, &blob));
    assert_int_equal(blob->size, strlen(XML("SlowDown")));
    blob_destroy(blob);
    stop(&fixture);
}

static void faults_of_the_moment_are_retried(void **state)
{
    static const struct {
        enum fault fault;
        const char *status, *body;
    } faults[] = {
        {FAULT_ANSWER, "503 Slow Down", ""},
        {FAULT_ANSWER, "500 Oops", ""},
        {FAULT_ANSWER, "429 Too Many", ""},
        {FAULT_ANSWER, "200 OK", XML("InternalError")},
        {FAULT_ANSWER, "400 Bad", XML("RequestTimeout")},
        {FAULT_ANSWER, "409 Conflict", XML("ConditionalRequestConflict")},
        {FAULT_RESET, "", ""},
        {FAULT_ANSWER_CLOSE, NULL, ""},
        {FAULT_ANSWER_CLOSE, NULL, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct fixture fixture;
        const struct fault_step step = {
            faults[i].fault,
            faults[i].status ? answer(fixture.responses[0], faults[i].status, "", faults[i].body)
                             : faults[i].body};
        START(&fixture, step, step, {FAULT_ANSWER, OK_EMPTY});
        if (!put(&fixture))
            fail_msg("fault %zu: %s", i, fixture.error.text);
        assert_int_equal(fault_server_requests(&fixture.server), 3);
        assert_int_equal(fault_server_connections(&fixture.server), 3); /* fresh ones */
        stop(&fixture);
    }
}

static void retries_come_to_an_end(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture, {FAULT_ANSWER, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"});
    assert_false(put(&fixture));
    assert_error(&fixture, ERROR_UNAVAILABLE, "internal problem");
    assert_int_equal(fault_server_requests(&fixture.server), quick.attempts);
    stop(&fixture);
}

static void the_retries_of_the_process_are_bounded(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture, {FAULT_ANSWER, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"});
    for (int i = 0; i < 40; i++)
        assert_false(put(&fixture));
    assert_int_equal(fault_server_requests(&fixture.server), 40 + 500 / 5);
    stop(&fixture);
}

static void retry_after_is_waited_for_but_not_for_ever(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture,
          {FAULT_ANSWER, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n"},
          {FAULT_ANSWER, OK_EMPTY},
          {FAULT_ANSWER, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 3601\r\n\r\n"});
    assert_true(put(&fixture));
    assert_false(put(&fixture));
    assert_error(&fixture, ERROR_UNAVAILABLE, "try again");
    assert_int_equal(fault_server_requests(&fixture.server), 3);
    stop(&fixture);
}

static void a_wrong_region_is_learned_once_and_kept(void **state)
{
    static const char *const wrong[] = {
        "HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nx-amz-bucket-region: eu-west-1\r\n\r\n",
        "HTTP/1.1 400 Bad\r\nContent-Length: 82\r\n\r\n"
        "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>",
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct fixture fixture;
        START(&fixture, {FAULT_ANSWER, wrong[i]}, {FAULT_ANSWER, OK_EMPTY});
        assert_true(put(&fixture));
        assert_true(put(&fixture));
        struct fault_server *server = &fixture.server;
        assert_int_equal(fault_server_requests(server), 3);
        assert_non_null(strstr(fault_server_header(server, 0, "authorization"), "/us-east-1/s3/"));
        assert_non_null(strstr(fault_server_header(server, 1, "authorization"), "/eu-west-1/s3/"));
        assert_non_null(strstr(fault_server_header(server, 2, "authorization"), "/eu-west-1/s3/"));
        stop(&fixture);
    }
}

static void a_region_that_never_suits_is_an_error(void **state)
{
    struct fixture fixture;
    (void)state;
    START(
        &fixture,
        {FAULT_ANSWER, "HTTP/1.1 301 M\r\nContent-Length: 0\r\nx-amz-bucket-region: a-1\r\n\r\n"},
        {FAULT_ANSWER, "HTTP/1.1 301 M\r\nContent-Length: 0\r\nx-amz-bucket-region: b-1\r\n\r\n"});
    assert_false(put(&fixture));
    assert_error(&fixture, ERROR_INVALID, "S3_REGION");
    assert_int_equal(fault_server_requests(&fixture.server), 2);
    stop(&fixture);
}

static void a_clock_that_is_off_is_learned(void **state)
{
    static const char *const bodies[] = {XML("RequestTimeTooSkewed"), ""};
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct fixture fixture;
        char date[128];
        time_t ahead = time(NULL) + 7200;
        struct tm tm;
        gmtime_r(&ahead, &tm);
        strftime(date, sizeof date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
        START(&fixture,
              {FAULT_ANSWER, answer(fixture.responses[0], "403 Forbidden", date, bodies[i])},
              {FAULT_ANSWER, OK_EMPTY});
        assert_true(put(&fixture));
        struct tm sent = {0};
        const char *text = fault_server_header(&fixture.server, 1, "x-amz-date");
        assert_non_null(strptime(text, "%Y%m%dT%H%M%SZ", &sent));
        assert_in_range(timegm(&sent), ahead - 2, ahead + 60);

        char *url;
        int64_t expires_ms;
        assert_true(s3_presign_get(fixture.client, "k", 60, &url, &expires_ms, &fixture.error));
        assert_in_range(expires_ms, ((int64_t)ahead + 58) * 1000, ((int64_t)ahead + 120) * 1000);
        free(url);
        stop(&fixture);
    }
}

static void the_present_is_that_of_the_last_answer(void **state)
{
    static const int offsets[] = {-600, 90};
    (void)state;
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        struct fixture fixture;
        char date[128];
        time_t there = time(NULL) + offsets[i];
        struct tm tm;
        gmtime_r(&there, &tm);
        strftime(date, sizeof date, "ETag: \"e\"\r\nDate: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
        START(&fixture, {FAULT_ANSWER, answer(fixture.responses[0], "200 OK", date, "")});
        assert_in_range(s3_now(fixture.client) / 1000, time(NULL) - 1, time(NULL) + 60);
        assert_true(put(&fixture));
        assert_in_range(s3_now(fixture.client) / 1000, there - 1, there + 60);
        stop(&fixture);
    }
}

static void a_store_without_conditional_put_is_remembered(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture,
          {FAULT_ANSWER, answer(fixture.responses[0], "501 No", "", XML("NotImplemented"))},
          {FAULT_ANSWER, OK_EMPTY});
    assert_true(put_if_absent(&fixture));
    assert_true(put_if_absent(&fixture));
    assert_int_equal(fault_server_requests(&fixture.server), 3);
    assert_non_null(fault_server_header(&fixture.server, 0, "if-none-match"));
    assert_null(fault_server_header(&fixture.server, 1, "if-none-match"));
    assert_null(fault_server_header(&fixture.server, 2, "if-none-match"));
    stop(&fixture);
}

static void a_400_counts_against_the_condition_only_if_it_names_it(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture,
          {FAULT_ANSWER, answer(fixture.responses[0], "400 No", "", XML("InvalidRequest"))},
          {FAULT_ANSWER, answer(fixture.responses[1], "400 No", "",
                                "<Error><Code>InvalidArgument</Code>"
                                "<ArgumentName>If-None-Match</ArgumentName></Error>")},
          {FAULT_ANSWER, OK_EMPTY});
    assert_false(put_if_absent(&fixture));
    assert_error(&fixture, ERROR_INVALID, "words");
    assert_true(put_if_absent(&fixture));
    assert_null(fault_server_header(&fixture.server, 2, "if-none-match"));
    stop(&fixture);
}

static void an_object_that_exists_is_not_replaced(void **state)
{
    static const char *const answers[][2] = {
        {"412 No", XML("PreconditionFailed")},
        {"412 No", ""},
        {"304 Not Modified", ""},
        {"409 No", XML("FileAlreadyExists")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct fixture fixture;
        START(&fixture,
              {FAULT_ANSWER, answer(fixture.responses[0], answers[i][0], "", answers[i][1])});
        assert_false(put_if_absent(&fixture));
        assert_error(&fixture, ERROR_EXISTS, "already");
        assert_int_equal(fault_server_requests(&fixture.server), 1);
        stop(&fixture);
    }
}

static void a_digest_is_sent_once_the_store_wants_one(void **state)
{
    static const struct {
        const char *words;
        bool md5, checksum;
    } cases[] = {
        {"Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with "
         "Object Lock parameters",
         true, false},
        {"Missing required header for this request: Content-MD5", true, false},
        {"an x-amz-checksum-* header is required", false, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture fixture;
        char body[512];
        snprintf(body, sizeof body,
                 "<Error><Code>InvalidRequest</Code><Message>%s</Message></Error>", cases[i].words);
        START(&fixture, {FAULT_ANSWER, answer(fixture.responses[0], "400 No", "", body)},
              {FAULT_ANSWER, OK_EMPTY});
        assert_true(put(&fixture));
        assert_true(put(&fixture));
        struct fault_server *server = &fixture.server;
        assert_int_equal(fault_server_requests(server), 3); /* it is remembered */
        for (size_t request = 0; request < 3; request++) {
            bool sent = request > 0;
            assert_int_equal(fault_server_header(server, request, "content-md5") != NULL,
                             sent && cases[i].md5);
            assert_int_equal(fault_server_header(server, request, "x-amz-checksum-sha256") != NULL,
                             sent && cases[i].checksum);
        }
        if (cases[i].md5) /* of 100 zero bytes */
            assert_string_equal(fault_server_header(server, 1, "content-md5"),
                                "bQuwCVTOt/vuQ2u1WoOXqQ==");
        else
            assert_string_equal(fault_server_header(server, 1, "x-amz-checksum-sha256"),
                                "zQDiksWXDTxeLw/6UXHlVbxGv8T63ftKQYtoQLhueaM=");
        stop(&fixture);
    }
}

static void an_acl_is_sent_where_it_is_configured(void **state)
{
    struct fixture fixture;
    const struct operation operation = {0};
    unsigned char digest[SHA256_SIZE];
    struct object_put request = {
        .key = "k", .data = "", .sha256 = digest, .content_type = "application/json"};
    (void)state;
    START(
        &fixture, {FAULT_ANSWER, OK_EMPTY}, {FAULT_ANSWER, OK_EMPTY},
        {FAULT_ANSWER,
         answer(fixture.responses[0], "400 No", "", XML("AccessControlListNotSupported"))},
        {FAULT_ANSWER, answer(fixture.responses[1], "501 No", "",
                              "<Error><Code>NotImplemented</Code><Message>Header 'x-amz-acl' with "
                              "value 'public-read' not implemented</Message></Error>")});
    assert_true(sha256("", 0, digest, &fixture.error));
    fixture.client->acl = strdup("public-read");
    assert_true(s3_put_object(fixture.client, &operation, &request, &fixture.error));
    assert_string_equal(fault_server_header(&fixture.server, 0, "x-amz-acl"), "public-read");
    assert_non_null(strstr(fault_server_header(&fixture.server, 0, "authorization"), "x-amz-acl;"));
    request.is_private = true;
    assert_true(s3_put_object(fixture.client, &operation, &request, &fixture.error));
    assert_null(fault_server_header(&fixture.server, 1, "x-amz-acl"));
    request.is_private = false;
    for (int i = 0; i < 2; i++) {
        request.if_absent = i;
        assert_false(s3_put_object(fixture.client, &operation, &request, &fixture.error));
        assert_error(&fixture, ERROR_INVALID, "S3_ACL");
    }
    assert_int_equal(fault_server_requests(&fixture.server), 4);
    stop(&fixture);
}

static void only_the_acls_of_s3_are_accepted(void **state)
{
    static const char *const wrong[] = {"public", "read", "public-read-", "", "a, b", "Private"};
    (void)state;
    assert_true(s3_acl_valid("private"));
    assert_true(s3_acl_valid("public-read"));
    assert_true(s3_acl_valid("bucket-owner-full-control"));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(s3_acl_valid(wrong[i]));
}

static void put_with_metadata(struct fixture *fixture, size_t size)
{
    const struct operation operation = {0};
    char *value = calloc(1, size + 1);
    unsigned char digest[SHA256_SIZE];
    char name[] = "prompt";
    struct field items[] = {{.name = name, .value = memset(value, 'a', size)}};
    const struct fields fields = {.items = items, .count = 1};
    const struct object_put request = {
        .key = "k", .data = "", .sha256 = digest, .content_type = "image/png", .fields = &fields};
    assert_true(sha256("", 0, digest, &fixture->error));
    assert_false(s3_put_object(fixture->client, &operation, &request, &fixture->error));
    free(value);
}

static void refused_metadata_is_remembered_in_two_steps(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture,
          {FAULT_ANSWER, answer(fixture.responses[0], "400 No", "", XML("MetadataTooLarge"))},
          {FAULT_ANSWER, "HTTP/1.1 431 Too Large\r\nContent-Length: 0\r\n\r\n"},
          {FAULT_ANSWER, "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"});
    assert_int_equal(s3_metadata_max(fixture.client), 2048);
    put_with_metadata(&fixture, 1000);
    assert_error(&fixture, ERROR_TOO_LARGE, "metadata");
    assert_int_equal(s3_metadata_max(fixture.client), 256);
    put_with_metadata(&fixture, 1000); /* by another thread, which did not know yet */
    assert_int_equal(s3_metadata_max(fixture.client), 256);
    put_with_metadata(&fixture, 200);
    assert_int_equal(s3_metadata_max(fixture.client), 0);
    stop(&fixture);
}

static void a_put_counts_only_as_far_as_it_is_proven(void **state)
{
    static const char page[] = "<!DOCTYPE html><html><body>Log in</body></html>";
    (void)state;
    struct fixture fixture;
    START(&fixture, {FAULT_ANSWER, answer(fixture.responses[0], "200 OK", "ETag: \"p\"\r\n", page)},
          {FAULT_ANSWER, answer(fixture.responses[1], "200 OK", "", "")}, /* no ETag: a look */
          {FAULT_ANSWER, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"},
          {FAULT_ANSWER, answer(fixture.responses[2], "200 OK", "", "")},
          {FAULT_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
          {FAULT_ANSWER, answer(fixture.responses[3], "200 OK", "", "")},
          {FAULT_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"},
          {FAULT_ANSWER, answer(fixture.responses[4], "200 OK", "x-amz-request-id: 1\r\n", "")});
    assert_false(put(&fixture));
    assert_error(&fixture, ERROR_UNAVAILABLE, "not an S3 store");
    for (int i = 0; i < 2; i++) {
        assert_false(put(&fixture));
        assert_error(&fixture, ERROR_UNAVAILABLE, "without the ETag");
    }
    assert_true(put(&fixture)); /* the object is there */
    assert_true(put(&fixture));
    assert_int_equal(fault_server_requests(&fixture.server), 8);
    assert_true(fault_server_asked(&fixture.server, 6, "HEAD /images/generations/a%20b.png"));
    stop(&fixture);
}

static void a_size_that_the_store_does_not_tell_is_unknown(void **state)
{
    static const char *const heads[] = {
        "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n",
    };
    const struct operation operation = {0};
    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        struct fixture fixture;
        struct object_info object;
        START(&fixture, {FAULT_ANSWER, heads[i]});
        assert_true(s3_head_object(fixture.client, &operation, "k", &object, &fixture.error));
        assert_true(object.size_unknown);
        assert_string_equal(fault_server_header(&fixture.server, 0, "accept-encoding"), "identity");
        assert_null(strstr(fault_server_header(&fixture.server, 0, "authorization"), "encoding"));
        object_info_finish(&object);
        stop(&fixture);
    }
}

static void a_page_is_no_object(void **state)
{
    struct fixture fixture;
    struct object_info object;
    struct blob *blob;
    const struct operation operation = {0};
    (void)state;
    START(&fixture,
          {FAULT_ANSWER, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                         "Content-Length: 5\r\n\r\n"},
          {FAULT_ANSWER,
           answer(fixture.responses[0], "200 OK", "Content-Type: text/html\r\n", "<html></html>")});
    assert_false(s3_head_object(fixture.client, &operation, "k", &object, &fixture.error));
    assert_error(&fixture, ERROR_UNAVAILABLE, "not an S3 store");
    assert_false(get(&fixture, 100, &blob));
    assert_error(&fixture, ERROR_UNAVAILABLE, "not an S3 store");
    stop(&fixture);
}

static void a_region_named_in_words_is_learned(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture,
          {FAULT_ANSWER,
           answer(fixture.responses[0], "400 No", "",
                  "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization "
                  "header is malformed; the region 'us-east-1' is wrong; expecting "
                  "'fr-par'</Message></Error>")},
          {FAULT_ANSWER, OK_EMPTY});
    assert_true(put(&fixture));
    assert_non_null(
        strstr(fault_server_header(&fixture.server, 1, "authorization"), "/fr-par/s3/"));
    stop(&fixture);
}

static void a_coding_that_was_not_asked_for_is_undone(void **state)
{
    struct fixture fixture;
    struct blob *blob;
    (void)state;
    START(&fixture, {FAULT_ANSWER_GZIP, "HTTP/1.1 503 No\r\n\r\n" XML("QuotaExceeded")},
          {FAULT_ANSWER_GZIP, "HTTP/1.1 200 OK\r\n\r\nhello"},
          {FAULT_ANSWER, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n"
                         "hello"});
    assert_false(put(&fixture));
    assert_error(&fixture, ERROR_UNAVAILABLE, "full");
    assert_true(get(&fixture, 5, &blob));
    assert_int_equal(blob->size, 5);
    assert_memory_equal(blob->data, "hello", 5);
    blob_destroy(blob);
    assert_false(get(&fixture, 5, &blob));
    assert_error(&fixture, ERROR_UNAVAILABLE, "content coding");
    stop(&fixture);
}

static void the_error_of_an_upload_refused_early_comes_through(void **state)
{
    const struct operation operation = {0};
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct fixture fixture;
        START(&fixture,
              {FAULT_EARLY, answer(fixture.responses[0], "403 Forbidden", "Connection: close\r\n",
                                   XML("SignatureDoesNotMatch"))});
        assert_false(put_with(&fixture, &operation, UPLOAD_SIZE, false));
        assert_error(&fixture, ERROR_DENIED, "S3_SECRET_KEY");
        stop(&fixture);
    }
}

static void redirects_are_not_followed(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture, {FAULT_ANSWER,
                     "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /elsewhere\r\n\r\n"});
    assert_false(put(&fixture));
    assert_error(&fixture, ERROR_INVALID, "S3_ENDPOINT");
    assert_int_equal(fault_server_requests(&fixture.server), 1);
    stop(&fixture);
}

static void what_is_not_s3_is_called_so(void **state)
{
    struct fixture fixture;
    size_t size = 100 * 1024;
    char *huge = malloc(size + 64);
    (void)state;
    int head = snprintf(huge, 64, "HTTP/1.1 200 OK\r\n");
    for (size_t i = (size_t)head; i < size; i += 64)
        memcpy(huge + i, "x-amz-meta-aaaa: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", 65);
    START(&fixture, {FAULT_ANSWER_CLOSE, huge}, {FAULT_ENDLESS, "HTTP/1.1 200 OK\r\n\r\n"},
          {FAULT_ENDLESS, "HTTP/1.1 404 No\r\n\r\n"},
          {FAULT_ANSWER, "HTTP/1.1 404 No\r\nContent-Length: 12\r\n\r\n<Error><Code"},
          {FAULT_ANSWER_CLOSE, "SSH-2.0-OpenSSH_9.2\r\n"});
    assert_false(put(&fixture));
    assert_error(&fixture, ERROR_UNAVAILABLE, "headers are too large");
    assert_false(put(&fixture));
    assert_error(&fixture, ERROR_UNAVAILABLE, "answer is too large");
    assert_false(put(&fixture));
    assert_error(&fixture, ERROR_NOT_FOUND, "HTTP 404");
    assert_false(put(&fixture));
    assert_error(&fixture, ERROR_NOT_FOUND, "HTTP 404");
    assert_false(put(&fixture));
    assert_error(&fixture, ERROR_UNAVAILABLE, "does not speak HTTP");
    stop(&fixture);
    free(huge);
}

static void a_store_that_does_not_run_is_said_with_the_setting(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture, {FAULT_ANSWER, OK_EMPTY});
    close(fixture.server.listener);
    assert_false(put(&fixture));
    assert_error(&fixture, ERROR_UNAVAILABLE, "S3_ENDPOINT");
    stop(&fixture);
}

struct canceller {
    struct fixture *fixture;
    struct cancel *cancel;
    size_t requests;
};

static void *cancel_when_asked(void *argument)
{
    struct canceller *canceller = argument;
    fault_server_wait_for(&canceller->fixture->server, canceller->requests);
    cancel_request(canceller->cancel);
    return NULL;
}

static void cancel_ends(struct fixture *fixture, size_t requests, size_t size)
{
    struct cancel cancel;
    cancel_init(&cancel);
    struct canceller canceller = {fixture, &cancel, requests};
    const struct operation operation = {.cancel = &cancel};
    pthread_t thread;
    pthread_create(&thread, NULL, cancel_when_asked, &canceller);
    assert_false(put_with(fixture, &operation, size, false));
    assert_error(fixture, ERROR_CANCELLED, "interrupted");
    pthread_join(thread, NULL);
    assert_false(put_with(fixture, &operation, size, false)); /* at once, now */
    assert_int_equal(fixture->error.code, ERROR_CANCELLED);
    cancel_finish(&cancel);
}

static void cancelling_ends_a_stalled_exchange(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture, {FAULT_STALL, NULL});
    cancel_ends(&fixture, 1, 100);
    assert_int_equal(fault_server_requests(&fixture.server), 1);
    stop(&fixture);
}

static void cancelling_ends_an_upload(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture, {FAULT_STALL, NULL});
    cancel_ends(&fixture, 1, UPLOAD_SIZE);
    stop(&fixture);
}

static void cancelling_ends_the_wait_for_a_retry(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture,
          {FAULT_ANSWER, "HTTP/1.1 503 No\r\nContent-Length: 0\r\nRetry-After: 600\r\n\r\n"});
    cancel_ends(&fixture, 1, 100);
    assert_int_equal(fault_server_requests(&fixture.server), 1);
    stop(&fixture);
}

static void *put_until_stopped(void *argument)
{
    struct fixture *fixture = argument;
    struct fixture mine = {.client = fixture->client};
    bool done = put(&mine);
    return !done && mine.error.code == ERROR_CANCELLED ? fixture : NULL;
}

/* A caller that has not arrived yet has no right to find the client alive. */
static void wait_for_callers(struct s3_client *client, unsigned wanted)
{
    unsigned callers = 0;
    for (int64_t deadline = clock_monotonic_ms() + 60000; callers < wanted; sched_yield()) {
        pthread_mutex_lock(&client->locked.mutex);
        callers = client->locked.callers;
        pthread_mutex_unlock(&client->locked.mutex);
        assert_true(clock_monotonic_ms() < deadline);
    }
}

static void destroying_the_client_ends_what_is_under_way(void **state)
{
    struct fixture fixture;
    pthread_t threads[40]; /* more than the transport makes at once */
    void *cancelled;
    (void)state;
    START(&fixture, {FAULT_STALL, NULL});
    for (size_t i = 0; i < 40; i++)
        pthread_create(&threads[i], NULL, put_until_stopped, &fixture);
    wait_for_callers(fixture.client, 40);
    fault_server_wait_for(&fixture.server, 32);
    s3_client_destroy(fixture.client);
    for (size_t i = 0; i < 40; i++) {
        pthread_join(threads[i], &cancelled);
        assert_non_null(cancelled);
    }
    assert_int_equal(fault_server_requests(&fixture.server), 32);
    fault_server_stop(&fixture.server);
}

static void *put_some(void *argument)
{
    struct fixture mine = {.client = ((struct fixture *)argument)->client};
    for (int i = 0; i < 20; i++)
        if (!put(&mine))
            return NULL;
    return argument;
}

static void many_threads_share_the_connections(void **state)
{
    struct fixture fixture;
    pthread_t threads[8];
    void *done;
    (void)state;
    START(&fixture, {FAULT_ANSWER, OK_EMPTY});
    for (size_t i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, put_some, &fixture);
    for (size_t i = 0; i < 8; i++) {
        pthread_join(threads[i], &done);
        assert_non_null(done);
    }
    assert_int_equal(fault_server_requests(&fixture.server), 160);
    assert_in_range(fault_server_connections(&fixture.server), 1, 8);
    stop(&fixture);
}

static void note_progress(void *argument, uint64_t done, uint64_t total, const char *message)
{
    uint64_t *last = argument;
    (void)message;
    assert_true(done > *last && done <= total);
    assert_int_equal(total, UPLOAD_SIZE);
    *last = done;
}

/* libcurl takes some seconds to be sure that nothing moves, so both are looked at in one go. */
static void a_stalled_upload_tells_its_progress_and_is_given_up(void **state)
{
    struct fixture fixture;
    uint64_t last = 0;
    const struct operation operation = {.progress = note_progress, .progress_argument = &last};
    const struct http_settings settings = {
        .connect_timeout_ms = 1000, .stall_seconds = 1, .least_speed = 1};
    const struct fault_step steps[] = {{FAULT_STALL, NULL}};
    (void)state;
    start_with(&fixture, steps, 1, &settings);
    assert_false(put_with(&fixture, &operation, UPLOAD_SIZE, false));
    assert_error(&fixture, ERROR_UNAVAILABLE, "did not answer in time");
    assert_int_equal(fault_server_requests(&fixture.server), quick.slow_attempts);
    assert_in_range(last, 1, UPLOAD_SIZE);
    stop(&fixture);
}

static void an_answer_that_drips_is_given_up(void **state)
{
    struct fixture fixture;
    struct blob *blob;
    const struct http_settings settings = {
        .connect_timeout_ms = 1000, .stall_seconds = 1, .least_speed = 1000};
    const struct fault_step steps[] = {{FAULT_DRIP, "HTTP/1.1 200 OK\r\n\r\n"}};
    (void)state;
    start_with(&fixture, steps, 1, &settings);
    assert_false(get(&fixture, 100000, &blob));
    assert_error(&fixture, ERROR_UNAVAILABLE, "did not answer in time");
    stop(&fixture);
}

static void headers_cannot_be_smuggled_in(void **state)
{
    struct fixture fixture;
    const struct operation operation = {0};
    static const char *const names[][2] = {
        {"prompt", "a\r\nx-evil: 1"}, {"prompt", "caf\xc3\xa9"}, {"pro mpt", "a"}, {"a:b", "c"}};
    (void)state;
    START(&fixture, {FAULT_ANSWER, OK_EMPTY});
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct fields fields = {0};
        unsigned char digest[SHA256_SIZE] = {0};
        assert_true(
            fields_add(&fields, names[i][0], names[i][1], strlen(names[i][1]), &fixture.error));
        const struct object_put put = {
            .key = "k", .sha256 = digest, .content_type = "image/png", .fields = &fields};
        assert_false(s3_put_object(fixture.client, &operation, &put, &fixture.error));
        assert_error(&fixture, ERROR_INVALID, "header");
        fields_finish(&fields);
    }
    assert_int_equal(fault_server_requests(&fixture.server), 0);
    stop(&fixture);
}

static void a_configuration_with_mistakes_is_refused(void **state)
{
    static const struct {
        struct s3_config config;
        const char *words;
    } cases[] = {
        {{.region = "r", .access_key = "a", .secret_key = "s"}, "S3_BUCKET"},
        {{.bucket = "UP", .region = "r", .access_key = "a", .secret_key = "s"}, "S3_BUCKET"},
        {{.bucket = "images", .region = "a b", .access_key = "a", .secret_key = "s"}, "S3_REGION"},
        {{.bucket = "images", .region = "r", .secret_key = "s"}, "S3_ACCESS_KEY"},
        {{.bucket = "images", .region = "r", .access_key = "a"}, "S3_SECRET_KEY"},
        {{.bucket = "images", .region = "r", .access_key = "a", .secret_key = "wJalr\n"},
         "S3_SECRET_KEY"},
        {{.bucket = "images",
          .region = "r",
          .access_key = "a",
          .secret_key = "s",
          .endpoint = "http://s3.example.com"},
         "S3_ALLOW_HTTP"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct s3_client *client;
        struct error error;
        assert_false(s3_client_create(&cases[i].config, &client, &error));
        assert_int_equal(error.code, ERROR_INVALID);
        assert_non_null(strstr(error.text, cases[i].words));
        assert_null(strstr(error.text, "wJalr"));
    }
}

static void keys_that_s3_cannot_have_are_refused(void **state)
{
    struct fixture fixture;
    struct blob *blob;
    char key[1026];
    const struct operation operation = {0};
    (void)state;
    START(&fixture, {FAULT_ANSWER, OK_EMPTY});
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    assert_false(s3_get_object(fixture.client, &operation, key, 10, &blob, &fixture.error));
    assert_error(&fixture, ERROR_INVALID, "1025");
    assert_false(s3_get_object(fixture.client, &operation, "", 10, &blob, &fixture.error));
    assert_error(&fixture, ERROR_INVALID, "a key");
    stop(&fixture);
}

static void urls_are_made_without_asking_the_store(void **state)
{
    struct fixture fixture;
    char wanted[128], *url;
    int64_t expires_ms;
    (void)state;
    START(&fixture, {FAULT_ANSWER, OK_EMPTY});
    snprintf(wanted, sizeof wanted, "http://127.0.0.1:%u/images/a%%2Bb/c.png", fixture.server.port);
    url = s3_object_url(fixture.client, "a+b/c.png", &fixture.error);
    assert_string_equal(url, wanted);
    free(url);
    int64_t now = clock_wall_ms();
    assert_true(s3_presign_get(fixture.client, "a+b/c.png", 60, &url, &expires_ms, &fixture.error));
    assert_int_equal(strncmp(url, wanted, strlen(wanted)), 0);
    assert_non_null(strstr(url, "X-Amz-Expires=60&"));
    assert_in_range(expires_ms, now + 59000, now + 70000);
    free(url);
    assert_false(s3_presign_get(fixture.client, "k", S3_PRESIGN_MAX_SECONDS + 1, &url, &expires_ms,
                                &fixture.error));
    assert_int_equal(fault_server_requests(&fixture.server), 0);
    assert_false(s3_client_is_aws(fixture.client));
    stop(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_put_says_what_it_must_and_nothing_more),
        cmocka_unit_test(head_reads_size_date_type_and_fields),
        cmocka_unit_test(get_gives_the_bytes_and_their_hash),
        cmocka_unit_test(an_object_beyond_the_limit_is_not_fetched),
        cmocka_unit_test(an_object_that_looks_like_an_error_is_an_object),
        cmocka_unit_test(faults_of_the_moment_are_retried),
        cmocka_unit_test(retries_come_to_an_end),
        cmocka_unit_test(the_retries_of_the_process_are_bounded),
        cmocka_unit_test(retry_after_is_waited_for_but_not_for_ever),
        cmocka_unit_test(a_wrong_region_is_learned_once_and_kept),
        cmocka_unit_test(a_region_that_never_suits_is_an_error),
        cmocka_unit_test(a_clock_that_is_off_is_learned),
        cmocka_unit_test(the_present_is_that_of_the_last_answer),
        cmocka_unit_test(a_store_without_conditional_put_is_remembered),
        cmocka_unit_test(a_400_counts_against_the_condition_only_if_it_names_it),
        cmocka_unit_test(an_object_that_exists_is_not_replaced),
        cmocka_unit_test(a_digest_is_sent_once_the_store_wants_one),
        cmocka_unit_test(an_acl_is_sent_where_it_is_configured),
        cmocka_unit_test(only_the_acls_of_s3_are_accepted),
        cmocka_unit_test(refused_metadata_is_remembered_in_two_steps),
        cmocka_unit_test(a_put_counts_only_as_far_as_it_is_proven),
        cmocka_unit_test(a_size_that_the_store_does_not_tell_is_unknown),
        cmocka_unit_test(a_page_is_no_object),
        cmocka_unit_test(a_region_named_in_words_is_learned),
        cmocka_unit_test(an_answer_that_drips_is_given_up),
        cmocka_unit_test(a_coding_that_was_not_asked_for_is_undone),
        cmocka_unit_test(the_error_of_an_upload_refused_early_comes_through),
        cmocka_unit_test(redirects_are_not_followed),
        cmocka_unit_test(what_is_not_s3_is_called_so),
        cmocka_unit_test(a_store_that_does_not_run_is_said_with_the_setting),
        cmocka_unit_test(cancelling_ends_a_stalled_exchange),
        cmocka_unit_test(cancelling_ends_an_upload),
        cmocka_unit_test(cancelling_ends_the_wait_for_a_retry),
        cmocka_unit_test(destroying_the_client_ends_what_is_under_way),
        cmocka_unit_test(many_threads_share_the_connections),
        cmocka_unit_test(a_stalled_upload_tells_its_progress_and_is_given_up),
        cmocka_unit_test(headers_cannot_be_smuggled_in),
        cmocka_unit_test(a_configuration_with_mistakes_is_refused),
        cmocka_unit_test(keys_that_s3_cannot_have_are_refused),
        cmocka_unit_test(urls_are_made_without_asking_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
