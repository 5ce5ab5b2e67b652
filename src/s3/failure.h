/* SPDX-License-Identifier: MIT */
#ifndef S3_FAILURE_H
#define S3_FAILURE_H

#include "s3/error_document.h"
#include "s3/error_meaning.h"
#include "s3/http.h"

/* Whether an attempt failed, why, and the sentence about it: what went wrong and which setting to
 * look at. Pure. */

/* What a 2xx answer must be for S3 to have given it. Anything may answer 200: a console, a web
 * site, the login page of a network. */
enum answer_form {
    ANSWER_BARE,              /* nothing, or XML (PutObject, DeleteObject) */
    ANSWER_HEADERS,           /* those of an object (HeadObject) */
    ANSWER_DATA,              /* the bytes of an object, which may look like anything (GetObject) */
    ANSWER_DOCUMENT,          /* XML (ListObjects) */
    ANSWER_OPTIONAL_DOCUMENT, /* XML, or nothing (DeleteObjects) */
};

/* What was asked. */
struct failure_question {
    enum answer_form form;
    unsigned parts;    /* as struct error_outcome has it */
    bool about_bucket; /* not about an object in it */
};

struct failure {
    const struct http_response *response;
    const struct error_meaning *meaning;
    struct error_document document; /* empty where the store sent none (HEAD never has one); its
                                     * message also from answers that are no such document */
};

/* What the sentences are about. */
struct failure_context {
    const char *action; /* the permission it needs: "s3:PutObject" */
    const char *bucket;
    const char *region; /* that it was signed for */
    const char *host;   /* that it was sent to */
    const char *key;    /* empty: it is about the bucket itself */
};

/* Reads a response. True if the attempt failed: no whole response, a status other than 2xx, or a
 * 2xx that is an error document or not of the form that S3 gives. */
bool failure_detect(const struct http_response *response, const struct failure_question *question,
                    struct failure *ret_failure);

/* What the failure says of the keys. */
enum s3_verdict failure_verdict(const struct failure *failure);

/* Fills *error; returns false. The store's own words stand at the end, as a quotation. */
bool failure_report(const struct failure *failure, const struct failure_context *context,
                    struct error *error);

#endif
