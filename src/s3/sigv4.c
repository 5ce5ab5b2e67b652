/* SPDX-License-Identifier: MIT */
/* Each step of the specification is a function that appends its text to a buffer. The signing key
 * is derived anew for each signature: all five HMACs together take about 9 microseconds, less than
 * a cache with its lock and its copies of key material would be worth. */
#include "s3/sigv4.h"

#include "base/sha256.h"
#include "base/uri.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SIGV4_TEXT_MAX = 256 * 1024, SIGV4_DAY_LENGTH = sizeof "20130524" - 1 };

static const char algorithm[] = "AWS4-HMAC-SHA256";

void sigv4_format_time(int64_t ms, char text[SIGV4_TIME_SIZE])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(text, SIGV4_TIME_SIZE, "%Y%m%dT%H%M%SZ", &tm);
}

static int compare_fields(const void *a, const void *b)
{
    const struct field *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order ? order : strcmp(left->value, right->value);
}

static void sort_fields(struct fields *fields)
{
    if (fields->count > 1)
        qsort(fields->items, fields->count, sizeof *fields->items, compare_fields);
}

static bool encode_parameter(const struct field *parameter, struct fields *encoded,
                             struct error *error)
{
    CLEANUP(free_cleanup) char *name = uri_encoded(parameter->name, URI_COMPONENT, error);
    if (!name)
        return false;
    CLEANUP(free_cleanup) char *value = uri_encoded(parameter->value, URI_COMPONENT, error);
    return value && fields_add(encoded, name, value, strlen(value), error);
}

bool sigv4_canonical_query(const struct fields *query, struct buffer *text, struct error *error)
{
    CLEANUP(fields_finish) struct fields encoded = {0};
    for (size_t i = 0; query && i < query->count; i++)
        if (!encode_parameter(&query->items[i], &encoded, error))
            return false;
    sort_fields(&encoded);
    for (size_t i = 0; i < encoded.count; i++)
        if (!buffer_printf(text, error, "%s%s=%s", i ? "&" : "", encoded.items[i].name,
                           encoded.items[i].value))
            return false;
    return true;
}

/* Without white space at the ends, and with one space for each run of it inside. */
static bool append_header_value(const char *value, struct buffer *text, struct error *error)
{
    bool space = false, first = true;
    for (; *value; value++) {
        if (*value == ' ' || *value == '\t') {
            space = true;
            continue;
        }
        if (space && !first && !buffer_append_char(text, ' ', error))
            return false;
        if (!buffer_append_char(text, *value, error))
            return false;
        space = first = false;
    }
    return true;
}

/* A sorted view; the strings stay the caller's. */
static bool sorted_headers(const struct fields *headers, struct fields *ret_sorted,
                           struct error *error)
{
    struct field *items = calloc(headers->count + 1, sizeof *items);
    if (!items)
        return error_no_memory(error);
    memcpy(items, headers->items, headers->count * sizeof *items);
    *ret_sorted = (struct fields){.items = items, .count = headers->count};
    sort_fields(ret_sorted);
    return true;
}

static bool append_signed_headers(const struct fields *sorted, struct buffer *text,
                                  struct error *error)
{
    for (size_t i = 0; i < sorted->count; i++)
        if (!buffer_printf(text, error, "%s%s", i ? ";" : "", sorted->items[i].name))
            return false;
    return true;
}

static bool append_headers(const struct fields *sorted, struct buffer *text, struct error *error)
{
    for (size_t i = 0; i < sorted->count; i++)
        if (!buffer_printf(text, error, "%s:", sorted->items[i].name) ||
            !append_header_value(sorted->items[i].value, text, error) ||
            !buffer_append_char(text, '\n', error))
            return false;
    return buffer_append_char(text, '\n', error) && append_signed_headers(sorted, text, error);
}

bool sigv4_canonical_request(const struct sigv4_request *request, struct buffer *text,
                             struct error *error)
{
    struct fields sorted;
    if (!sorted_headers(request->headers, &sorted, error))
        return false;
    bool done = buffer_printf(text, error, "%s\n%s\n", request->method, request->path) &&
                sigv4_canonical_query(request->query, text, error) &&
                buffer_append_char(text, '\n', error) && append_headers(&sorted, text, error) &&
                buffer_printf(text, error, "\n%s", request->payload);
    free(sorted.items);
    return done;
}

static bool append_scope(const struct sigv4_scope *scope, struct buffer *text, struct error *error)
{
    return buffer_printf(text, error, "%.*s/%s/s3/aws4_request", SIGV4_DAY_LENGTH, scope->time,
                         scope->region);
}

bool sigv4_string_to_sign(const struct sigv4_scope *scope, const char *canonical_request,
                          struct buffer *text, struct error *error)
{
    unsigned char digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    if (!sha256(canonical_request, strlen(canonical_request), digest, error))
        return false;
    hex_encode(digest, sizeof digest, hex);
    return buffer_printf(text, error, "%s\n%s\n", algorithm, scope->time) &&
           append_scope(scope, text, error) && buffer_printf(text, error, "\n%s", hex);
}

static bool signing_key(const char *secret_key, const struct sigv4_scope *scope,
                        unsigned char key[SHA256_SIZE], struct error *error)
{
    struct buffer seed = BUFFER_INIT(SIGV4_TEXT_MAX);
    size_t length = sizeof "AWS4" - 1 + strlen(secret_key);
    if (!buffer_reserve(&seed, length, error)) /* at once, so that no copy is left by growing */
        return false;
    if (!buffer_printf(&seed, error, "AWS4%s", secret_key)) {
        buffer_finish(&seed);
        return false;
    }
    bool done = sha256_hmac(seed.data, seed.size, scope->time, SIGV4_DAY_LENGTH, key, error) &&
                sha256_hmac(key, SHA256_SIZE, scope->region, strlen(scope->region), key, error) &&
                sha256_hmac(key, SHA256_SIZE, "s3", 2, key, error) &&
                sha256_hmac(key, SHA256_SIZE, "aws4_request", strlen("aws4_request"), key, error);
    OPENSSL_cleanse(seed.data, seed.size);
    buffer_finish(&seed);
    return done;
}

bool sigv4_signature(const char *secret_key, const struct sigv4_scope *scope,
                     const char *string_to_sign, char signature[SHA256_HEX_SIZE],
                     struct error *error)
{
    unsigned char key[SHA256_SIZE], digest[SHA256_SIZE];
    if (!signing_key(secret_key, scope, key, error))
        return false;
    bool done = sha256_hmac(key, sizeof key, string_to_sign, strlen(string_to_sign), digest, error);
    OPENSSL_cleanse(key, sizeof key);
    if (done)
        hex_encode(digest, sizeof digest, signature);
    return done;
}

static bool sign(const char *secret_key, const struct sigv4_scope *scope,
                 const struct sigv4_request *request, char signature[SHA256_HEX_SIZE],
                 struct error *error)
{
    CLEANUP(buffer_finish) struct buffer canonical = BUFFER_INIT(SIGV4_TEXT_MAX);
    CLEANUP(buffer_finish) struct buffer to_sign = BUFFER_INIT(SIGV4_TEXT_MAX);
    return sigv4_canonical_request(request, &canonical, error) &&
           sigv4_string_to_sign(scope, canonical.data, &to_sign, error) &&
           sigv4_signature(secret_key, scope, to_sign.data, signature, error);
}

static bool add_field(struct fields *fields, const char *name, const char *value,
                      struct error *error)
{
    return fields_add(fields, name, value, strlen(value), error);
}

bool sigv4_sign_headers(const struct credentials *credentials, const char *region, int64_t now_ms,
                        const struct sigv4_request *request, struct fields *headers,
                        struct error *error)
{
    struct sigv4_scope scope = {.region = region};
    char signature[SHA256_HEX_SIZE];
    sigv4_format_time(now_ms, scope.time);
    if (!add_field(headers, "x-amz-date", scope.time, error) ||
        !add_field(headers, "x-amz-content-sha256", request->payload, error) ||
        (credentials->session_token &&
         !add_field(headers, "x-amz-security-token", credentials->session_token, error)) ||
        !sign(credentials->secret_key, &scope, request, signature, error))
        return false;
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(SIGV4_TEXT_MAX);
    struct fields sorted;
    if (!sorted_headers(headers, &sorted, error))
        return false;
    bool done = buffer_printf(&text, error, "%s Credential=%s/", algorithm,
                              credentials->access_key) &&
                append_scope(&scope, &text, error) &&
                buffer_append_string(&text, ",SignedHeaders=", error) &&
                append_signed_headers(&sorted, &text, error) &&
                buffer_printf(&text, error, ",Signature=%s", signature);
    free(sorted.items);
    return done && add_field(headers, "authorization", text.data, error);
}

static bool add_presign_parameters(const struct credentials *credentials,
                                   const struct sigv4_scope *scope, uint32_t seconds,
                                   struct fields *query, struct error *error)
{
    CLEANUP(buffer_finish) struct buffer credential = BUFFER_INIT(SIGV4_TEXT_MAX);
    char expires[16];
    snprintf(expires, sizeof expires, "%u", (unsigned)seconds);
    return buffer_printf(&credential, error, "%s/", credentials->access_key) &&
           append_scope(scope, &credential, error) &&
           add_field(query, "X-Amz-Algorithm", algorithm, error) &&
           add_field(query, "X-Amz-Credential", credential.data, error) &&
           add_field(query, "X-Amz-Date", scope->time, error) &&
           add_field(query, "X-Amz-Expires", expires, error) &&
           (!credentials->session_token ||
            add_field(query, "X-Amz-Security-Token", credentials->session_token, error)) &&
           add_field(query, "X-Amz-SignedHeaders", "host", error);
}

bool sigv4_presign(const struct credentials *credentials, const char *region, int64_t now_ms,
                   const char *method, const char *host, const char *path, uint32_t seconds,
                   struct buffer *query, struct error *error)
{
    CLEANUP(fields_finish) struct fields parameters = {0};
    CLEANUP(fields_finish) struct fields headers = {0};
    struct sigv4_scope scope = {.region = region};
    char signature[SHA256_HEX_SIZE];
    sigv4_format_time(now_ms, scope.time);
    const struct sigv4_request request = {.method = method,
                                          .path = path,
                                          .query = &parameters,
                                          .headers = &headers,
                                          .payload = SIGV4_UNSIGNED_PAYLOAD};
    return add_presign_parameters(credentials, &scope, seconds, &parameters, error) &&
           add_field(&headers, "host", host, error) &&
           sign(credentials->secret_key, &scope, &request, signature, error) &&
           sigv4_canonical_query(&parameters, query, error) &&
           buffer_printf(query, error, "&X-Amz-Signature=%s", signature);
}
