/* SPDX-License-Identifier: MIT */
/* From the host name to an accepted signature. The connection is made once, by the first of the
 * three checks that are about it; the first signed exchange is made by the check of the clock.
 * Those after them look at what came of it. */
#include "doctor/doctor_state.h"

#include <string.h>

enum { CLOCK_TOLERATED_MS = 60 * 1000 };

static const char *host(const struct doctor *doctor)
{
    return doctor->endpoint.host;
}

/* True if this step was reached and succeeded; what failed is reported. */
static bool step_succeeded(struct doctor *doctor, enum s3_step step)
{
    if (doctor->connection.failed == step)
        doctor_report_error(doctor, FINDING_FAILED, &doctor->connection.error);
    return doctor->connection.failed > step;
}

void check_name(struct doctor *doctor)
{
    struct http_settings settings = http_settings_default;
    struct error error;
    settings.ca_file = doctor->config.s3_ca_bundle;
    if (!s3_diagnose_connection(&doctor->endpoint, doctor->config.s3_region, &settings,
                                doctor->operation, &doctor->connection, &error)) {
        doctor_report_error(doctor, FINDING_FAILED, &error);
        return;
    }
    const char *address = doctor->connection.address;
    if (step_succeeded(doctor, S3_STEP_NAME))
        doctor_report(doctor, FINDING_OK, NULL, "the address of the store was found%s%s (%u ms)",
                      *address ? ": " : "", address, doctor->connection.ms[S3_STEP_NAME]);
}

void check_tcp(struct doctor *doctor)
{
    const struct s3_connection *connection = &doctor->connection;
    if (step_succeeded(doctor, S3_STEP_TCP))
        doctor_report(doctor, FINDING_OK, NULL, "connected to port %ld (%u ms)", connection->port,
                      connection->ms[S3_STEP_TCP]);
}

void check_tls(struct doctor *doctor)
{
    const struct s3_connection *connection = &doctor->connection;
    if (!step_succeeded(doctor, S3_STEP_TLS))
        return;
    if (strcmp(doctor->endpoint.scheme, "https") == 0)
        doctor_report(doctor, FINDING_OK, NULL, "a trusted certificate, valid until %s (%u ms)",
                      connection->certificate_end, connection->ms[S3_STEP_TLS]);
    else if (doctor->config.s3_allow_http)
        doctor_report(doctor, FINDING_WARNING, "use https in S3_ENDPOINT",
                      "plain http: the images can be read and changed on the way");
    else
        doctor_report(doctor, FINDING_OK, NULL, "plain http, which does not leave this computer");
}

static void report_clock(struct doctor *doctor, int64_t offset_ms)
{
    long long seconds = (llabs(offset_ms) + 500) / 1000;
    if (llabs(offset_ms) < CLOCK_TOLERATED_MS)
        doctor_report(doctor, FINDING_OK, NULL, "agrees with the store's");
    else
        doctor_report(doctor, FINDING_WARNING,
                      "set the clock of this computer right (timedatectl set-ntp true)",
                      "it is %lld min %lld s %s the store's; requests carry the store's time",
                      seconds / 60, seconds % 60, offset_ms > 0 ? "behind" : "ahead of");
}

void check_clock(struct doctor *doctor)
{
    struct s3_learned learned;
    struct error error;
    if (!s3_diagnose_keys(doctor->client, doctor->operation, doctor->probe.keys[0],
                          &doctor->verdict, &doctor->reason, &error)) {
        doctor_report_error(doctor, FINDING_FAILED, &error);
        return;
    }
    s3_diagnose_learned(doctor->client, &learned);
    if (doctor->verdict == S3_VERDICT_CLOCK)
        doctor_report_error(doctor, FINDING_FAILED, &doctor->reason);
    else if (learned.clock_seen)
        report_clock(doctor, learned.clock_offset_ms);
    else
        doctor_report(doctor, FINDING_SKIPPED, NULL, "%s sends no Date header", host(doctor));
}

void check_signature(struct doctor *doctor)
{
    switch (doctor->verdict) {
    case S3_VERDICT_ACCEPTED:
        doctor_report(doctor, FINDING_OK, NULL, "the store accepts the keys");
        break;
    case S3_VERDICT_KEYS:
    case S3_VERDICT_NONE:
        doctor_report_error(doctor, FINDING_FAILED, &doctor->reason);
        break;
    case S3_VERDICT_REGION:
    case S3_VERDICT_CLOCK:
        doctor_report(doctor, FINDING_SKIPPED, NULL,
                      "the store checks it only when \"%s\" "
                      "is right",
                      doctor->verdict == S3_VERDICT_REGION ? "region" : "clock");
        break;
    }
}

void check_region(struct doctor *doctor)
{
    const char *configured = doctor->config.s3_region;
    char fix[FINDING_TEXT_SIZE];
    struct s3_learned learned;
    s3_diagnose_learned(doctor->client, &learned);
    snprintf(fix, sizeof fix, "set S3_REGION=%s", learned.region);
    if (doctor->verdict == S3_VERDICT_REGION)
        doctor_report_error(doctor, FINDING_FAILED, &doctor->reason);
    else if (strcmp(learned.region, configured) != 0)
        doctor_report(doctor, FINDING_WARNING, fix,
                      "the bucket is in %s, but %s is configured; that costs a refused request in "
                      "each process",
                      learned.region, configured);
    else if (doctor->verdict == S3_VERDICT_ACCEPTED)
        doctor_report(doctor, FINDING_OK, NULL, "%s, which the store accepts", configured);
    else
        doctor_report(doctor, FINDING_SKIPPED, NULL,
                      "the store tells it only when it accepts the "
                      "keys");
}

void check_capabilities(struct doctor *doctor)
{
    struct s3_learned learned;
    s3_diagnose_learned(doctor->client, &learned);
    doctor_report(doctor, FINDING_OK, NULL,
                  "%s%s addresses; conditional put: %s, batch delete: %s, list: v%d",
                  doctor->endpoint.aws ? "AWS, " : "",
                  doctor->endpoint.virtual_host ? "virtual-host" : "path-style",
                  learned.has[CAPABILITY_CONDITIONAL_PUT] ? "yes" : "no",
                  learned.has[CAPABILITY_BATCH_DELETE] ? "yes" : "no",
                  learned.has[CAPABILITY_LIST_V2] ? 2 : 1);
}
