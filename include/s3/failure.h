/* SPDX-License-Identifier: MIT */
#ifndef S3_FAILURE_H
#define S3_FAILURE_H

#include "s3/error_document.h"
#include "s3/http.h"

/* Why an exchange failed, and the sentence about it: what went wrong and which setting to look at.
 * Pure. */

struct failure {
    const struct http_response *response;
    bool is_data;
    struct error_document document; /* empty where the store sent none (HEAD never has one) */
};

/* What the sentences are about. */
struct failure_context {
    const char *action; /* the permission it needs: "s3:PutObject" */
    const char *bucket;
    const char *region; /* that it was signed for */
    const char *host;   /* that it was sent to */
    const char *key;    /* empty: it is about the bucket itself */
};

/* Reads a response. True if the exchange failed: no whole response, a status other than 2xx, or a
 * 2xx whose body is an error document (is_data: the body is an object's bytes and is not looked
 * at). */
bool failure_detect(const struct http_response *response, bool is_data,
                    struct failure *ret_failure);

/* Fills *error; returns false. */
bool failure_report(const struct failure *failure, const struct failure_context *context,
                    struct error *error);

#endif
