/* SPDX-License-Identifier: MIT */
#ifndef S3_CLIENT_H
#define S3_CLIENT_H

#include "base/blob.h"
#include "base/cleanup.h"
#include "base/object.h"
#include "base/operation.h"
#include "s3/endpoint.h"

#include <stdint.h>

/* The S3 REST API, one bucket: signed exchanges over the shared transport, with retries, learned
 * clock skew and region, and every failure as one sentence that says what to fix. Thread-safe.
 *
 * Errors of all operations that talk to the store: ERROR_INVALID where the configuration does not
 * fit the store (no such bucket, wrong region, clock off), ERROR_DENIED, ERROR_UNAVAILABLE,
 * ERROR_TOO_LARGE, ERROR_CANCELLED. */

enum { S3_KEY_MAX = 1024 }; /* bytes */

struct retry_policy;
struct http_settings;

struct s3_config {
    const char *bucket;
    const char *region;   /* never NULL */
    const char *endpoint; /* "https://host[:port][/base]"; NULL: AWS */
    const char *access_key;
    const char *secret_key;
    const char *session_token; /* NULL: none */
    const char *ca_file;       /* PEM bundle to trust; NULL: the system's */
    const char *acl;           /* canned ACL of objects; NULL: the bucket's rules alone */
    enum s3_addressing addressing;
    bool allow_http;                  /* plain http to other hosts than loopback */
    const struct retry_policy *retry; /* s3/retry.h; NULL: retry_policy_default */
    const struct http_settings *http; /* time-outs (s3/http.h); NULL: http_settings_default */
};

struct s3_client;

/* The canned ACLs of S3. */
#define S3_ACLS                                                                                    \
    "private, public-read, public-read-write, authenticated-read, aws-exec-read, "                 \
    "bucket-owner-read, bucket-owner-full-control"
bool s3_acl_valid(const char *acl);

/* Copies the configuration and checks it (bucket name rules, region, keys, endpoint URL, http only
 * to loopback unless allowed): ERROR_INVALID. No network traffic; the transport thread starts with
 * the first exchange. */
bool s3_client_create(const struct s3_config *config, struct s3_client **ret_client,
                      struct error *error) MUST_CHECK;
/* Aborts what is under way (their callers get ERROR_CANCELLED) and waits for the transport thread.
 */
void s3_client_destroy(struct s3_client *client);
DEFINE_CLEANUP(struct s3_client *, s3_client_destroy)

/* PutObject; the fields are sent as x-amz-meta-*. With if_absent (If-None-Match: *) and an
 * object there already: ERROR_EXISTS. A store that answers 501 or 400 to the condition is
 * remembered, and the object is put without it; so is one that wants a digest. Success means that
 * the store has shown to be one, or the object. Progress: bytes sent. */
bool s3_put_object(struct s3_client *client, const struct operation *operation,
                   const struct object_put *put, struct error *error) MUST_CHECK;

/* How many bytes of fields an object can carry, as far as is known: less after the store has
 * refused some, which is ERROR_TOO_LARGE. */
size_t s3_metadata_max(struct s3_client *client);

/* HeadObject; the fields are x-amz-meta-*, without that prefix. The caller finishes *ret_info.
 * ERROR_NOT_FOUND; ERROR_DENIED also when the key may not list and the object is
 * missing. */
bool s3_head_object(struct s3_client *client, const struct operation *operation, const char *key,
                    struct object_info *ret_info, struct error *error) MUST_CHECK;

/* GetObject, at most max bytes (ERROR_TOO_LARGE). */
bool s3_get_object(struct s3_client *client, const struct operation *operation, const char *key,
                   size_t max, struct blob **ret_blob, struct error *error) MUST_CHECK;

/* DeleteObject. An object that is not there counts as deleted. */
bool s3_delete_object(struct s3_client *client, const struct operation *operation, const char *key,
                      struct error *error) MUST_CHECK;

enum { S3_PRESIGN_MAX_SECONDS = 7 * 24 * 3600 };

/* A GET URL that works for `seconds` (at most S3_PRESIGN_MAX_SECONDS) without credentials: SigV4
 * query authentication. *ret_expires_ms is its true end on the store's clock. No network traffic.
 */
bool s3_presign_get(struct s3_client *client, const char *key, uint32_t seconds, char **ret_url,
                    int64_t *ret_expires_ms, struct error *error) MUST_CHECK;

/* The plain URL of the object on the store's own host, percent-encoded; the caller frees it. */
char *s3_object_url(struct s3_client *client, const char *key, struct error *error) MUST_CHECK;

/* The store's present, milliseconds UTC, as far as the Date of its last answer told: at most a
 * second behind and never ahead. No network traffic; this machine's clock before the first answer.
 */
int64_t s3_now(struct s3_client *client);

/* Whether the store is AWS itself, whose plain object URLs are public once the bucket is. */
bool s3_client_is_aws(const struct s3_client *client);

#endif
