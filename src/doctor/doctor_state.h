/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_DOCTOR_STATE_H
#define DOCTOR_DOCTOR_STATE_H

#include "base/finding.h"
#include "base/operation.h"
#include "config/config.h"
#include "s3/diagnosis.h"
#include "storage/provider.h"

/* What the checks have in common; for src/doctor only. */

enum { PROBE_KEY_SIZE = 320, PROBE_KEYS = 2 };

/* A small image under a name that no image has: <prefix>/image-storage-mcp-probe-<random>.png. A
 * second name, of which nothing is ever stored, stands for what is not there. */
struct probe {
    char keys[PROBE_KEYS][PROBE_KEY_SIZE];
    bool stored; /* the first one is there, or may be */
};

struct doctor {
    const struct operation *operation;
    void (*found)(void *argument, const struct finding *finding);
    void *argument;

    /* The check at hand. */
    const char *check;
    enum finding_status worst; /* of its findings */
    bool broken_off;           /* error has why */
    struct error error;

    /* What is known by now. */
    struct config config;
    struct endpoint endpoint;          /* S3 */
    struct storage_provider *provider; /* NULL: not made yet */
    struct s3_client *client;          /* S3; the provider's */
    struct s3_connection connection;   /* S3; after the first step of it */
    enum s3_verdict verdict;           /* S3; what the store says to the keys */
    struct error reason;               /* why it says that */
    struct probe probe;
};

/* One function a check: it reports what it has found. */

/* doctor.c */
void doctor_report(struct doctor *doctor, enum finding_status status, const char *fix,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same from an error, whose text says what to do. One that is not about the subject
 * (ERROR_CANCELLED, ERROR_NO_MEMORY) ends the checks. */
void doctor_report_error(struct doctor *doctor, enum finding_status status,
                         const struct error *error);

/* configuration_checks.c */
void check_configuration(struct doctor *doctor);
void check_credentials(struct doctor *doctor);
void check_directory(struct doctor *doctor);
void check_space(struct doctor *doctor);
void check_sources(struct doctor *doctor);
void check_sandbox(struct doctor *doctor);

/* store_checks.c: S3 */
void check_name(struct doctor *doctor);
void check_tcp(struct doctor *doctor);
void check_tls(struct doctor *doctor);
void check_clock(struct doctor *doctor);
void check_signature(struct doctor *doctor);
void check_region(struct doctor *doctor);
void check_capabilities(struct doctor *doctor);

/* probe_checks.c */
bool name_probe(struct doctor *doctor, struct error *error) MUST_CHECK; /* once configured */
void check_put(struct doctor *doctor);
void check_get(struct doctor *doctor);
void check_list(struct doctor *doctor);
void check_delete(struct doctor *doctor);
void check_conditional_put(struct doctor *doctor);
void check_batch_delete(struct doctor *doctor);
void check_public_url(struct doctor *doctor);
/* Reports only if the probe stays. */
void remove_probe(struct doctor *doctor);

#endif
