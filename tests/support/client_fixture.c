/* SPDX-License-Identifier: MIT */
/* Joins a client of S3 with a scripted server. Its retries wait a millisecond or two, so that a
 * test of five attempts is quick; and whatever a test does, no message may show the secret key. */
#include "support/client_fixture.h"

#include <stdio.h>
#include <string.h>

void start_with(struct fixture *fixture, const struct fault_step *steps, size_t count,
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

void stop(struct fixture *fixture)
{
    s3_client_destroy(fixture->client);
    fault_server_stop(&fixture->server);
    assert_null(strstr(fixture->error.text, "wJalr"));
}

const char *answer(char text[4096], const char *status, const char *headers, const char *body)
{
    snprintf(text, 4096, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers,
             strlen(body), body);
    return text;
}

void assert_error(const struct fixture *fixture, enum error_code code, const char *words)
{
    if (!strstr(fixture->error.text, words))
        print_error("wanted \"%s\" in: %s\n", words, fixture->error.text);
    assert_non_null(strstr(fixture->error.text, words));
    assert_int_equal(fixture->error.code, code);
}
