/* SPDX-License-Identifier: MIT */
#ifndef S3_ERROR_MEANING_H
#define S3_ERROR_MEANING_H

#include "base/error.h"
#include "s3/retry.h"

#include <stdbool.h>

/* What a failed attempt means, in one place: whether to try again, what it says of the keys, which
 * part of the request the store does not take, and the sentence for people. Pure. */

/* What a failure says of the keys. */
enum s3_verdict {
    S3_VERDICT_ACCEPTED, /* the keys are good, whatever they allow */
    S3_VERDICT_KEYS,     /* it does not know them, or the signature is wrong */
    S3_VERDICT_REGION,   /* it wants another region, and correcting that was not enough */
    S3_VERDICT_CLOCK,    /* the same with the time */
    S3_VERDICT_NONE,     /* it said nothing of them */
};

/* The part of a request that a refusal is about: what the request has and the store does not take,
 * or what it lacks and the store wants. */
enum error_part {
    ERROR_PART_NONE,
    ERROR_PART_REQUEST,   /* all of it: the store does not offer this request, or not like this */
    ERROR_PART_CONDITION, /* If-None-Match */
    ERROR_PART_METADATA,  /* x-amz-meta-*, by number, size or content */
    ERROR_PART_ACL,       /* x-amz-acl */
    ERROR_PART_MD5,       /* wanted: Content-MD5 */
    ERROR_PART_CHECKSUM,  /* wanted: x-amz-checksum-sha256 */
};

enum { ERROR_PARTS = ERROR_PART_CHECKSUM + 1 };

/* How an attempt ended. Texts are never NULL. */
struct error_outcome {
    int result;          /* CURLcode; 0: a whole response came */
    long status;         /* HTTP; 0: none came */
    const char *code;    /* S3's error code, or empty */
    const char *message; /* the store's own words, or empty */
    const char *subject; /* the header or argument that it names, or empty */
    bool about_bucket;   /* not about an object in it */
    unsigned parts;      /* bits (1 << ERROR_PART_...): those that the request has, and those it
                          * could have if the store wants them */
};

struct error_meaning {
    enum retry_kind retry;
    enum s3_verdict verdict;
    enum error_part part;
    enum error_code error;
    const char *sentence; /* with places as s3/failure.h fills them */
};

/* Never NULL, and static. */
const struct error_meaning *error_meaning_find(const struct error_outcome *outcome);

/* What we find wrong with an answer ourselves. */
enum error_finding {
    ERROR_FINDING_NOT_S3,    /* a 2xx answer that no S3 store gives */
    ERROR_FINDING_EMPTY,     /* a 2xx answer without the document that it must have */
    ERROR_FINDING_ODD,       /* it exceeds what any store sends */
    ERROR_FINDING_LIMIT,     /* the object exceeds the caller's limit */
    ERROR_FINDING_NO_MEMORY, /* ours */
};
const struct error_meaning *error_meaning_of_finding(enum error_finding finding);

#endif
