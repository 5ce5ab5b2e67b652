/* SPDX-License-Identifier: MIT */
#include "net/curl_handle.h"

#include "support/fault_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct fault_server server;
    char url[64];
    char detail[CURL_ERROR_SIZE];
    CURL *easy;
};

static size_t ignore_body(char *data, size_t unit, size_t size, void *argument)
{
    (void)data;
    (void)unit;
    (void)argument;
    return size;
}

static void start(struct fixture *fixture, const struct fault_step *step, const char *scheme,
                  bool https_only)
{
    struct error error;
    const struct curl_handle_options options = {.https_only = https_only,
                                                .detail = fixture->detail};
    fault_server_start(&fixture->server, step, 1);
    snprintf(fixture->url, sizeof fixture->url, "%s://127.0.0.1:%u/a/../b", scheme,
             fixture->server.port);
    fixture->detail[0] = '\0';
    fixture->easy = curl_handle_create(&error);
    assert_non_null(fixture->easy);
    curl_handle_set(fixture->easy, &options);
    curl_easy_setopt(fixture->easy, CURLOPT_URL, fixture->url);
    curl_easy_setopt(fixture->easy, CURLOPT_WRITEFUNCTION, ignore_body);
}

static void stop(struct fixture *fixture)
{
    curl_easy_cleanup(fixture->easy);
    fault_server_stop(&fixture->server);
}

static const struct fault_step redirect = {
    FAULT_ANSWER, "HTTP/1.1 302 Found\r\nLocation: /c\r\nContent-Length: 0\r\n\r\n"};
static const struct fault_step stall = {FAULT_STALL, NULL};
static const struct fault_step drip = {FAULT_DRIP,
                                       "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"};

static void paths_go_out_as_written_with_our_name_and_redirects_are_not_followed(void **state)
{
    struct fixture fixture;
    long status = 0;
    (void)state;
    start(&fixture, &redirect, "http", false);
    assert_int_equal(curl_handle_perform(fixture.easy, NULL, NULL, NULL), CURLE_OK);
    curl_easy_getinfo(fixture.easy, CURLINFO_RESPONSE_CODE, &status);
    assert_int_equal(status, 302);
    assert_int_equal(fault_server_requests(&fixture.server), 1);
    assert_memory_equal(fixture.server.locked.heads[0], "GET /a/../b HTTP/1.1\r\n", 22);
    assert_non_null(
        strstr(fixture.server.locked.heads[0], "\r\nUser-Agent: image-storage-mcp\r\n"));
    stop(&fixture);
}

static void other_protocols_are_refused_before_a_connection(void **state)
{
    static const struct {
        const char *scheme;
        bool https_only;
    } refused[] = {{"http", true}, {"ftp", false}, {"gopher", false}};
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct fixture fixture;
        start(&fixture, &redirect, refused[i].scheme, refused[i].https_only);
        assert_int_equal(curl_handle_perform(fixture.easy, NULL, NULL, NULL),
                         CURLE_UNSUPPORTED_PROTOCOL);
        assert_int_equal(fault_server_connections(&fixture.server), 0);
        assert_string_not_equal(fixture.detail, "");
        stop(&fixture);
    }
}

static void *cancel_when_asked(void *argument)
{
    struct cancel *cancel = ((void **)argument)[0];
    fault_server_wait_for(((void **)argument)[1], 1);
    cancel_request(cancel);
    return NULL;
}

static void a_cancellation_from_another_thread_ends_a_transfer_that_waits(void **state)
{
    struct fixture fixture;
    struct cancel cancel;
    pthread_t thread;
    (void)state;
    cancel_init(&cancel);
    start(&fixture, &stall, "http", false);
    void *both[] = {&cancel, &fixture.server};
    assert_int_equal(pthread_create(&thread, NULL, cancel_when_asked, both), 0);
    assert_int_equal(curl_handle_perform(fixture.easy, &cancel, NULL, NULL),
                     CURLE_ABORTED_BY_CALLBACK);
    pthread_join(thread, NULL);
    stop(&fixture);
    cancel_finish(&cancel);
}

static bool is_hopeless(void *argument)
{
    unsigned *asked = argument;
    return ++*asked == 3;
}

static void a_hopeless_transfer_is_given_up(void **state)
{
    struct fixture fixture;
    unsigned asked = 0;
    (void)state;
    start(&fixture, &drip, "http", false);
    assert_int_equal(curl_handle_perform(fixture.easy, NULL, is_hopeless, &asked),
                     CURLE_ABORTED_BY_CALLBACK);
    assert_int_equal(asked, 3);
    stop(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_go_out_as_written_with_our_name_and_redirects_are_not_followed),
        cmocka_unit_test(other_protocols_are_refused_before_a_connection),
        cmocka_unit_test(a_cancellation_from_another_thread_ends_a_transfer_that_waits),
        cmocka_unit_test(a_hopeless_transfer_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
