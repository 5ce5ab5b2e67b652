/* SPDX-License-Identifier: MIT */
#ifndef TESTS_S3_CLIENT_FIXTURE_H
#define TESTS_S3_CLIENT_FIXTURE_H

#include "fault_server.h"
#include "s3/client.h"
#include "s3/http.h"
#include "s3/retry.h"
#include "support/test.h"

/* A client of a server that plays a script. */

#define OK_EMPTY "HTTP/1.1 200 OK\r\nETag: \"5d41402a\"\r\nContent-Length: 0\r\n\r\n"
#define XML(code)                                                                                  \
    "<?xml version=\"1.0\"?><Error><Code>" code "</Code><Message>words</Message></Error>"

static const struct retry_policy quick = {
    .attempts = 5,
    .slow_attempts = 1,
    .base_ms = 1,
    .throttled_ms = 1,
    .cap_ms = 2,
    .patience_ms = 3600 * 1000,
};

struct fixture {
    struct fault_server server;
    struct s3_client *client;
    struct error error;
    char responses[8][4096];
};

static inline void start_with(struct fixture *fixture, const struct fault_step *steps, size_t count,
                              const struct http_settings *http)
{
    char endpoint[64];
    fault_server_start(&fixture->server, steps, count);
    snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%u", fixture->server.port);
    const struct s3_config config = {
        .bucket = "images",
        .region = "us-east-1",
        .endpoint = endpoint,
        .access_key = "AKIAIOSFODNN7EXAMPLE",
        .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        .retry = &quick,
        .http = http,
    };
    fixture->error = (struct error){0};
    assert_true(s3_client_create(&config, &fixture->client, &fixture->error));
}

#define START(fixture, ...)                                                                        \
    const struct fault_step steps[] = {__VA_ARGS__};                                               \
    start_with(fixture, steps, sizeof steps / sizeof steps[0], NULL)

static inline void stop(struct fixture *fixture)
{
    s3_client_destroy(fixture->client);
    fault_server_stop(&fixture->server);
    assert_null(strstr(fixture->error.text, "wJalr"));
}

static inline const char *answer(char text[4096], const char *status, const char *headers,
                                 const char *body)
{
    snprintf(text, 4096, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers,
             strlen(body), body);
    return text;
}

static inline void assert_error(const struct fixture *fixture, enum error_code code,
                                const char *words)
{
    if (!strstr(fixture->error.text, words))
        print_error("wanted \"%s\" in: %s\n", words, fixture->error.text);
    assert_non_null(strstr(fixture->error.text, words));
    assert_int_equal(fixture->error.code, code);
}

#endif
