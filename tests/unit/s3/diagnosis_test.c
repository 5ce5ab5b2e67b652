/* SPDX-License-Identifier: MIT */
#include "s3/diagnosis.h"

#include "support/client_fixture.h"
#include "support/test.h"

#include <stdint.h>
#include <string.h>

static const struct operation calm = {0};

static void what_the_store_says_of_the_keys_follows_from_its_error_code(void **state)
{
    static const struct {
        const char *status, *body;
        enum s3_verdict verdict;
    } cases[] = {
        {"404 No", XML("NoSuchKey"), S3_VERDICT_ACCEPTED},
        {"404 No", "", S3_VERDICT_ACCEPTED},
        {"403 No", XML("AccessDenied"), S3_VERDICT_ACCEPTED},
        {"404 No", XML("NoSuchBucket"), S3_VERDICT_ACCEPTED},
        {"403 No", XML("SignatureDoesNotMatch"), S3_VERDICT_KEYS},
        {"403 No", XML("InvalidAccessKeyId"), S3_VERDICT_KEYS},
        {"401 No", XML("Unauthorized"), S3_VERDICT_KEYS},
        {"400 No", XML("ExpiredToken"), S3_VERDICT_KEYS},
        {"403 No", XML("RequestTimeTooSkewed"), S3_VERDICT_CLOCK},
        {"400 No", XML("AuthorizationHeaderMalformed"), S3_VERDICT_REGION},
        {"301 No", XML("PermanentRedirect"), S3_VERDICT_REGION},
        {"403 No", "", S3_VERDICT_NONE},
        {"503 No", XML("SlowDown"), S3_VERDICT_NONE},
        {"403 No", "<html>forbidden</html>", S3_VERDICT_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture fixture;
        struct error reason = {0};
        enum s3_verdict verdict;
        START(&fixture,
              {FAULT_ANSWER, answer(fixture.responses[0], cases[i].status, "", cases[i].body)});
        assert_true(
            s3_diagnose_keys(fixture.client, &calm, "probe", &verdict, &reason, &fixture.error));
        assert_int_equal(verdict, cases[i].verdict);
        assert_int_equal(reason.code != ERROR_NONE, verdict != S3_VERDICT_ACCEPTED);
        assert_true(fault_server_asked(&fixture.server, 0, "GET /images/probe HTTP"));
        stop(&fixture);
    }
}

static void an_object_of_that_name_does_no_harm(void **state)
{
    struct fixture fixture;
    struct error reason;
    enum s3_verdict verdict;
    (void)state;
    START(&fixture, {FAULT_ANSWER, answer(fixture.responses[0], "200 OK", "", "hello")});
    assert_true(
        s3_diagnose_keys(fixture.client, &calm, "probe", &verdict, &reason, &fixture.error));
    assert_int_equal(verdict, S3_VERDICT_ACCEPTED);
    stop(&fixture);
}

static void what_was_learned_on_the_way_is_told(void **state)
{
    static const char headers[] = "Date: Fri, 27 Sep 2024 10:00:00 GMT\r\n"
                                  "x-amz-bucket-region: eu-central-1\r\n";
    struct fixture fixture;
    struct error reason;
    struct s3_learned learned;
    enum s3_verdict verdict;
    (void)state;
    START(&fixture,
          {FAULT_ANSWER,
           answer(fixture.responses[0], "301 Moved", headers, XML("PermanentRedirect"))},
          {FAULT_ANSWER, answer(fixture.responses[1], "404 No", headers, XML("NoSuchKey"))});
    s3_diagnose_learned(fixture.client, &learned);
    assert_false(learned.clock_seen);
    assert_string_equal(learned.region, "us-east-1");
    assert_true(
        s3_diagnose_keys(fixture.client, &calm, "probe", &verdict, &reason, &fixture.error));
    assert_int_equal(verdict, S3_VERDICT_ACCEPTED);
    s3_diagnose_learned(fixture.client, &learned);
    assert_true(learned.clock_seen);
    assert_true(learned.clock_offset_ms < -1000000000);
    assert_string_equal(learned.region, "eu-central-1");
    assert_true(learned.has[CAPABILITY_BATCH_DELETE]);
    stop(&fixture);
}

static void connect_to(const char *url, const struct http_settings *settings,
                       struct s3_connection *ret_connection)
{
    CLEANUP(endpoint_finish) struct endpoint endpoint = {0};
    struct error error;
    assert_true(endpoint_init(&endpoint, url, "images", S3_ADDRESSING_AUTO, false, &error));
    assert_true(
        s3_diagnose_connection(&endpoint, "us-east-1", settings, &calm, ret_connection, &error));
}

static void a_connection_tells_how_far_it_came(void **state)
{
    struct fixture fixture;
    struct s3_connection connection;
    struct http_settings settings = http_settings_default;
    char url[64];
    unsigned port;
    (void)state;
    START(&fixture, {FAULT_ANSWER, OK_EMPTY});
    port = fixture.server.port;
    snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
    connect_to(url, &settings, &connection);
    assert_int_equal(connection.failed, S3_STEPS);
    assert_string_equal(connection.address, "127.0.0.1");
    assert_int_equal(connection.port, port);
    assert_string_equal(connection.certificate_end, "");
    assert_int_equal(fault_server_requests(&fixture.server), 0);
    stop(&fixture);

    connect_to(url, &settings, &connection);
    assert_int_equal(connection.failed, S3_STEP_TCP);
    assert_int_equal(connection.error.code, ERROR_UNAVAILABLE);
    assert_non_null(strstr(connection.error.text, "S3_ENDPOINT"));

    connect_to("https://s3.invalid", &settings, &connection);
    assert_int_equal(connection.failed, S3_STEP_NAME);
    assert_non_null(strstr(connection.error.text, "s3.invalid"));
}

static void a_host_that_says_nothing_ends_at_the_time_limit(void **state)
{
    struct fixture fixture;
    struct s3_connection connection;
    const struct http_settings settings = {.connect_timeout_ms = 200, .stall_seconds = 30};
    char url[64];
    (void)state;
    START(&fixture, {FAULT_STALL, NULL});
    snprintf(url, sizeof url, "https://127.0.0.1:%u", fixture.server.port);
    connect_to(url, &settings, &connection);
    assert_int_equal(connection.failed, S3_STEP_TLS);
    assert_int_equal(connection.error.code, ERROR_UNAVAILABLE);
    stop(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_store_says_of_the_keys_follows_from_its_error_code),
        cmocka_unit_test(an_object_of_that_name_does_no_harm),
        cmocka_unit_test(what_was_learned_on_the_way_is_told),
        cmocka_unit_test(a_connection_tells_how_far_it_came),
        cmocka_unit_test(a_host_that_says_nothing_ends_at_the_time_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
