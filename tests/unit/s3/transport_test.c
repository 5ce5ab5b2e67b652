/* SPDX-License-Identifier: MIT */
#include "s3/transport.h"

#include "support/fault_server.h"
#include "support/test.h"

#include <curl/curl.h>
#include <pthread.h>

/* What the transport promises by itself; how it behaves under signed requests and retries is
 * client_test's subject. */

static const struct fields no_headers = {0};

struct fixture {
    struct fault_server server;
    struct transport *transport;
    char url[64];
    struct http_request request;
};

static void start_with(struct fixture *fixture, const struct fault_step *steps, size_t count,
                       const struct http_settings *settings)
{
    struct error error;
    fault_server_start(&fixture->server, steps, count);
    snprintf(fixture->url, sizeof fixture->url, "http://127.0.0.1:%u/a/../b%%2F",
             fixture->server.port);
    fixture->request = (struct http_request){
        .method = "GET", .url = fixture->url, .headers = &no_headers, .response_max = 1000};
    assert_true(transport_create(settings, &fixture->transport, &error));
}

static void start(struct fixture *fixture, const struct fault_step *steps, size_t count)
{
    start_with(fixture, steps, count, &http_settings_default);
}

static void stop(struct fixture *fixture)
{
    transport_destroy(fixture->transport);
    fault_server_stop(&fixture->server);
}

static const struct fault_step fine[] = {
    {FAULT_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Amz-Request-Id: 7\r\n"
                   "X-Not-In-The-Table: 1\r\n\r\nhi"},
};

static void a_request_goes_out_as_it_is_and_its_answer_comes_back(void **state)
{
    struct fixture fixture;
    struct http_response response;
    const struct operation operation = {0};
    struct error error;
    (void)state;
    start(&fixture, fine, 1);
    assert_true(
        transport_perform(fixture.transport, &fixture.request, &operation, &response, &error));
    assert_int_equal(response.result, CURLE_OK);
    assert_int_equal(response.status, 200);
    assert_string_equal(response.body.data, "hi");
    assert_string_equal(fields_get(&response.headers, "x-amz-request-id"), "7");
    assert_null(fields_get(&response.headers, "x-not-in-the-table"));
    assert_memory_equal(fixture.server.locked.heads[0], "GET /a/../b%2F HTTP/1.1\r\n", 25);
    http_response_finish(&response);
    stop(&fixture);
}

struct delayed {
    struct fixture *fixture;
    struct cancel cancel;
    bool answered;
};

static void *perform_delayed(void *argument)
{
    struct delayed *delayed = argument;
    struct http_request request = delayed->fixture->request;
    const struct operation operation = {.cancel = &delayed->cancel};
    struct http_response response;
    struct error error;
    request.delay_ms = 3600 * 1000;
    delayed->answered = transport_perform(delayed->fixture->transport, &request, &operation,
                                          &response, &error) &&
                        response.status == 200;
    return NULL;
}

/* Others overtake it, and until its time the server hears nothing of it. */
static void a_delayed_request_is_not_made_early(void **state)
{
    struct fixture fixture;
    struct delayed delayed = {.fixture = &fixture};
    const struct operation operation = {0};
    pthread_t thread;
    (void)state;
    start(&fixture, fine, 1);
    cancel_init(&delayed.cancel);
    assert_int_equal(pthread_create(&thread, NULL, perform_delayed, &delayed), 0);
    for (int i = 0; i < 10; i++) {
        struct http_response response;
        struct error error;
        assert_true(
            transport_perform(fixture.transport, &fixture.request, &operation, &response, &error));
        http_response_finish(&response);
    }
    cancel_request(&delayed.cancel);
    pthread_join(thread, NULL);
    cancel_finish(&delayed.cancel);
    assert_false(delayed.answered);
    assert_int_equal(fault_server_requests(&fixture.server), 10);
    stop(&fixture);
}

static void connections_are_kept_unless_a_fresh_one_is_wanted(void **state)
{
    struct fixture fixture;
    const struct operation operation = {0};
    (void)state;
    start(&fixture, fine, 1);
    for (int i = 0; i < 6; i++) {
        struct http_response response;
        struct error error;
        fixture.request.fresh_connection = i == 3;
        assert_true(
            transport_perform(fixture.transport, &fixture.request, &operation, &response, &error));
        http_response_finish(&response);
        assert_int_equal(fault_server_connections(&fixture.server), i < 3 ? 1 : 2);
    }
    stop(&fixture);
}

static void nothing_is_made_once_cancelled_or_stopped(void **state)
{
    struct fixture fixture;
    struct http_response response;
    struct cancel cancel;
    struct operation operation = {.cancel = &cancel};
    struct error error;
    (void)state;
    start(&fixture, fine, 1);
    cancel_init(&cancel);
    cancel_request(&cancel);
    assert_false(
        transport_perform(fixture.transport, &fixture.request, &operation, &response, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    cancel_finish(&cancel);
    operation.cancel = NULL;
    transport_stop(fixture.transport);
    assert_false(
        transport_perform(fixture.transport, &fixture.request, &operation, &response, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    assert_int_equal(fault_server_requests(&fixture.server), 0);
    stop(&fixture);
}

/* Without a limit on silence, so that nothing but the average speed can end it. */
static const struct speed_floor high_floor = {.bytes_per_second = UINT32_MAX, .grace_ms = 1};
static const struct http_settings only_a_floor = {.connect_timeout_ms = 10000,
                                                  .floor = &high_floor};

static void a_body_that_comes_too_slowly_on_average_ends_as_a_timeout(void **state)
{
    static const struct fault_step drip[] = {
        {FAULT_DRIP, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"}};
    struct fixture fixture;
    struct http_response response;
    const struct operation operation = {0};
    struct error error;
    (void)state;
    start_with(&fixture, drip, 1, &only_a_floor);
    assert_true(
        transport_perform(fixture.transport, &fixture.request, &operation, &response, &error));
    assert_int_equal(response.result, CURLE_OPERATION_TIMEDOUT);
    http_response_finish(&response);
    stop(&fixture);
}

static void a_body_that_goes_out_too_slowly_on_average_ends_as_a_timeout(void **state)
{
    static const struct fault_step stall[] = {{FAULT_STALL, NULL}};
    enum { SIZE = 64 * 1024 * 1024 }; /* more than the sockets hold */
    struct fixture fixture;
    struct http_response response;
    const struct operation operation = {0};
    struct error error;
    char *body = calloc(SIZE, 1);
    (void)state;
    start_with(&fixture, stall, 1, &only_a_floor);
    fixture.request.method = "PUT";
    fixture.request.body = body;
    fixture.request.body_size = SIZE;
    assert_true(
        transport_perform(fixture.transport, &fixture.request, &operation, &response, &error));
    assert_int_equal(response.result, CURLE_OPERATION_TIMEDOUT);
    http_response_finish(&response);
    stop(&fixture);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_goes_out_as_it_is_and_its_answer_comes_back),
        cmocka_unit_test(a_delayed_request_is_not_made_early),
        cmocka_unit_test(connections_are_kept_unless_a_fresh_one_is_wanted),
        cmocka_unit_test(nothing_is_made_once_cancelled_or_stopped),
        cmocka_unit_test(a_body_that_comes_too_slowly_on_average_ends_as_a_timeout),
        cmocka_unit_test(a_body_that_goes_out_too_slowly_on_average_ends_as_a_timeout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
