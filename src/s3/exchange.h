/* SPDX-License-Identifier: MIT */
#ifndef S3_EXCHANGE_H
#define S3_EXCHANGE_H

#include "base/operation.h"
#include "s3/capabilities.h"
#include "s3/credentials.h"
#include "s3/endpoint.h"
#include "s3/failure.h"
#include "s3/retry.h"
#include "s3/transport.h"

/* One S3 request to its end: signed, made, judged, and made again where that helps, because the
 * fault was of the moment or because something was learned from it. */

/* Everything an exchange needs to know of the store; shared by all exchanges. */
struct exchange_store {
    struct endpoint endpoint;
    struct credentials credentials;
    struct capabilities capabilities;
    struct retry_policy policy;
    struct retry_budget budget;
    struct transport *transport;
};

struct exchange_request {
    const char *method;
    const char *action;           /* the permission it needs, for errors: "s3:PutObject" */
    const char *key;              /* empty: the bucket itself */
    const struct fields *query;   /* not yet encoded; NULL: none */
    const struct fields *headers; /* besides those of the signature; NULL: none */
    const void *body;             /* NULL: none */
    size_t body_size;
    const unsigned char *body_sha256; /* NULL for no body */
    size_t response_max;              /* the largest body of a 2xx answer */
    enum answer_form form;            /* what a 2xx answer must be */
    bool if_absent;                   /* If-None-Match: *, unless the store does not know it */
    bool may_want_digest;       /* the store may want one of the body, besides the signed SHA-256 */
    bool has_acl;               /* the headers have x-amz-acl */
    size_t metadata_size;       /* of the x-amz-meta-* headers; a refusal of them is learned */
    bool uses_capability;       /* that the store does not have it is learned: */
    enum capability capability; /* this one */
    enum s3_verdict *verdict;   /* gets what a failure says of the keys; NULL: not wanted */
};

/* The request must be safe to repeat. True with the 2xx response, which the caller finishes;
 * otherwise an error that says what to fix. */
bool exchange_run(struct exchange_store *store, const struct operation *operation,
                  const struct exchange_request *request, struct http_response *ret_response,
                  struct error *error) MUST_CHECK;

#endif
