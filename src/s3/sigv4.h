/* SPDX-License-Identifier: MIT */
#ifndef S3_SIGV4_H
#define S3_SIGV4_H

#include "base/blob.h"
#include "base/buffer.h"
#include "base/field.h"
#include "s3/credentials.h"

#include <stdint.h>

/* AWS Signature Version 4 for S3 ("Authenticating Requests (AWS Signature Version 4)" in the S3 API
 * reference): canonical request -> string to sign -> signature. No clock, no I/O. */

enum { SIGV4_TIME_SIZE = sizeof "20130524T000000Z" };

#define SIGV4_UNSIGNED_PAYLOAD "UNSIGNED-PAYLOAD"

struct sigv4_request {
    const char *method;
    const char *path; /* as it goes over the wire: percent-encoded once, begins with '/' */
    const struct fields *query;   /* not yet encoded; NULL: none */
    const struct fields *headers; /* lower-case names; every one of them is signed */
    const char *payload;          /* SHA-256 of the body in hex, or SIGV4_UNSIGNED_PAYLOAD */
};

/* What a signature is good for: a moment (ISO 8601 basic format) and a region. */
struct sigv4_scope {
    char time[SIGV4_TIME_SIZE];
    const char *region;
};

/* Milliseconds since the epoch -> "20130524T000000Z". */
void sigv4_format_time(int64_t ms, char text[SIGV4_TIME_SIZE]);

/* Appends the query string, encoded and sorted as S3 wants it; also what goes into the URL. */
bool sigv4_canonical_query(const struct fields *query, struct buffer *text,
                           struct error *error) MUST_CHECK;

/* Appends the canonical request. */
bool sigv4_canonical_request(const struct sigv4_request *request, struct buffer *text,
                             struct error *error) MUST_CHECK;

/* Appends the string to sign. */
bool sigv4_string_to_sign(const struct sigv4_scope *scope, const char *canonical_request,
                          struct buffer *text, struct error *error) MUST_CHECK;

/* The signature in hex. */
bool sigv4_signature(const char *secret_key, const struct sigv4_scope *scope,
                     const char *string_to_sign, char signature[SHA256_HEX_SIZE],
                     struct error *error) MUST_CHECK;

/* Header authentication: adds x-amz-date, x-amz-content-sha256, x-amz-security-token (with a
 * session token) and authorization to `headers`, which must hold `host` and is what
 * request->headers points at. */
bool sigv4_sign_headers(const struct credentials *credentials, const char *region, int64_t now_ms,
                        const struct sigv4_request *request, struct fields *headers,
                        struct error *error) MUST_CHECK;

/* Query authentication: appends the query string, signature and all, of a request for `path` on
 * `host` that works for `seconds`. */
bool sigv4_presign(const struct credentials *credentials, const char *region, int64_t now_ms,
                   const char *method, const char *host, const char *path, uint32_t seconds,
                   struct buffer *query, struct error *error) MUST_CHECK;

#endif
