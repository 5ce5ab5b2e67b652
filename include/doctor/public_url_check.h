/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_PUBLIC_URL_CHECK_H
#define DOCTOR_PUBLIC_URL_CHECK_H

#include "base/operation.h"
#include "config/config.h"
#include "doctor/finding.h"
#include "storage/provider.h"

/* Whether a URL that people are given works for people: it is fetched as anybody would fetch it,
 * without keys, and what comes is held against what was stored. The address is the user's own
 * configuration, so it may be a private one. */

enum public_url_kind {
    PUBLIC_URL_CDN,       /* it begins with S3_CDN_URL */
    PUBLIC_URL_BUCKET,    /* the object's own on AWS */
    PUBLIC_URL_PRESIGNED, /* on the store's API, with a signature in it */
    PUBLIC_URL_DIRECTORY, /* it begins with IMAGE_STORAGE_URL */
};

/* The kind of a URL that a provider of this configuration made. */
enum public_url_kind public_url_kind(const struct config *config, const struct object_url *url);

/* Whether it leads to a web server at all, and not to a file of this computer. */
bool public_url_is_web(const char *url);

struct public_url_target {
    const char *url;
    enum public_url_kind kind;
    const struct config *config; /* what the URL comes from */
    const char *content_type;
    const char *sha256; /* of the stored bytes, lower-case hexadecimal */
    size_t size;
};

/* What came back. */
struct public_url_answer {
    int result;         /* CURLcode; 0: a whole response came */
    const char *detail; /* libcurl's words about another result */
    long status;
    const char *content_type; /* NULL: none was sent */
    const char *location;     /* that it redirects to; NULL: none */
    const char *body;         /* perhaps only its beginning */
    size_t body_size;
    bool same; /* it is the stored bytes */
};

/* The finding about an answer, with the classic mistakes called by their names. Pure. */
void public_url_judge(const struct public_url_target *target,
                      const struct public_url_answer *answer, struct doctor_finding *finding);

/* Fetches the URL once, follows no redirect, and judges. False only for what is not about the URL:
 * ERROR_CANCELLED, ERROR_NO_MEMORY, ERROR_INTERNAL. */
bool public_url_check(const struct public_url_target *target, const struct operation *operation,
                      struct doctor_finding *finding, struct error *error) MUST_CHECK;

#endif
