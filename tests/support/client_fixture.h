/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_CLIENT_FIXTURE_H
#define SUPPORT_CLIENT_FIXTURE_H

#include "s3/client.h"
#include "s3/http.h"
#include "s3/retry.h"
#include "support/fault_server.h"
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

/* Starts both; http: NULL for the usual settings. START() does it with a script in place. */
void start_with(struct fixture *fixture, const struct fault_step *steps, size_t count,
                const struct http_settings *http);

#define START(fixture, ...)                                                                        \
    const struct fault_step steps[] = {__VA_ARGS__};                                               \
    start_with(fixture, steps, sizeof steps / sizeof steps[0], NULL)

/* Ends both. */
void stop(struct fixture *fixture);

/* Writes an answer with its Content-Length into `text`, and returns it. */
const char *answer(char text[4096], const char *status, const char *headers, const char *body);

/* That the error has the code, and that its text holds the words. */
void assert_error(const struct fixture *fixture, enum error_code code, const char *words);

#endif
