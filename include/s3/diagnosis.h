/* SPDX-License-Identifier: MIT */
#ifndef S3_DIAGNOSIS_H
#define S3_DIAGNOSIS_H

#include "base/operation.h"
#include "s3/capabilities.h"
#include "s3/client.h"
#include "s3/error_meaning.h"
#include "s3/http.h"

/* For finding out why a store does not do what it should: how far a connection comes, what the
 * store says to the keys, and what was learned of it. */

enum s3_step {
    S3_STEP_NAME,
    S3_STEP_TCP,
    S3_STEP_TLS, /* of an https endpoint */
    S3_STEPS,
};

struct s3_connection {
    enum s3_step failed; /* S3_STEPS: it stands */
    struct error error;  /* why it failed */
    char address[64];    /* the host's, or that of the proxy in between; empty: none was found */
    long port;           /* there; 0: not connected */
    uint32_t ms[S3_STEPS];
    char certificate_end[64]; /* when the host's certificate expires; empty: there is none */
};

/* Makes a connection to where the bucket is, once, through the same proxy and with the same trust
 * as all others, and lets it go. False only for what is not about the connection: ERROR_CANCELLED,
 * ERROR_NO_MEMORY. */
bool s3_diagnose_connection(const struct endpoint *endpoint, const char *region,
                            const struct http_settings *settings, const struct operation *operation,
                            struct s3_connection *ret_connection, struct error *error) MUST_CHECK;

/* Asks for an object that is not there. What the answer teaches is learned as by every exchange.
 * *ret_reason is the error, unless the verdict is S3_VERDICT_ACCEPTED. False: ERROR_CANCELLED,
 * ERROR_NO_MEMORY. */
bool s3_diagnose_keys(struct s3_client *client, const struct operation *operation, const char *key,
                      enum s3_verdict *ret_verdict, struct error *ret_reason,
                      struct error *error) MUST_CHECK;

struct s3_learned {
    bool clock_seen;         /* some answer had a date */
    int64_t clock_offset_ms; /* the store's time minus ours; exact to about a second */
    char region[ENDPOINT_REGION_SIZE];
    bool has[CAPABILITIES];
};

/* What is known by now. No network traffic. */
void s3_diagnose_learned(struct s3_client *client, struct s3_learned *ret_learned);

#endif
