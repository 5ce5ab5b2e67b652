/* SPDX-License-Identifier: MIT */
/* The checks are a table, run from top to bottom. Each names the checks without whose success it
 * cannot tell anything: when one of them failed or was skipped itself, so is it, with the name of
 * the check at the root. */
#include "doctor/doctor.h"

#include "doctor/doctor_state.h"

#include <stdarg.h>
#include <string.h>

enum check_id {
    CONFIGURATION,
    CREDENTIALS,
    NAME,
    TCP,
    TLS,
    CLOCK,
    SIGNATURE,
    REGION,
    DIRECTORY,
    SPACE,
    PUT,
    GET,
    LIST,
    DELETE,
    CONDITIONAL_PUT,
    BATCH_DELETE,
    STORE_CAPABILITIES,
    PUBLIC_URL,
    SOURCES,
    SANDBOX,
    CHECKS,
};

enum { LOCAL_ONLY = 1 << CONFIG_LOCAL, S3_ONLY = 1 << CONFIG_S3, BOTH = LOCAL_ONLY | S3_ONLY };

/* A place that objects can be put into. A check of the other provider alone holds nothing up. */
#define STORE (1u << SIGNATURE | 1u << REGION | 1u << DIRECTORY)

static const struct check {
    const char *name;
    unsigned providers;
    unsigned needs; /* bits of check_id */
    void (*run)(struct doctor *doctor);
} checks[CHECKS] = {
    [CONFIGURATION] = {"configuration", BOTH, 0, check_configuration},
    [CREDENTIALS] = {"credentials", S3_ONLY, 1u << CONFIGURATION, check_credentials},
    [NAME] = {"DNS", S3_ONLY, 1u << CONFIGURATION, check_name},
    [TCP] = {"TCP", S3_ONLY, 1u << NAME, check_tcp},
    [TLS] = {"TLS", S3_ONLY, 1u << TCP, check_tls},
    [CLOCK] = {"clock", S3_ONLY, 1u << TLS | 1u << CREDENTIALS, check_clock},
    [SIGNATURE] = {"signature", S3_ONLY, 1u << TLS | 1u << CREDENTIALS, check_signature},
    [REGION] = {"region", S3_ONLY, 1u << TLS | 1u << CREDENTIALS, check_region},
    [DIRECTORY] = {"directory", LOCAL_ONLY, 1u << CONFIGURATION, check_directory},
    [SPACE] = {"free space", LOCAL_ONLY, 1u << DIRECTORY, check_space},
    [PUT] = {"put", BOTH, STORE, check_put},
    [GET] = {"get", BOTH, 1u << PUT, check_get},
    [LIST] = {"list", BOTH, STORE, check_list},
    [DELETE] = {"delete", BOTH, 1u << PUT, check_delete},
    [CONDITIONAL_PUT] = {"conditional put", BOTH, 1u << PUT, check_conditional_put},
    [BATCH_DELETE] = {"batch delete", S3_ONLY, 1u << DELETE, check_batch_delete},
    [STORE_CAPABILITIES] = {"capabilities", S3_ONLY, 1u << PUT, check_capabilities},
    [PUBLIC_URL] = {"public URL", BOTH, 1u << PUT, check_public_url},
    [SOURCES] = {"source directories", BOTH, 1u << CONFIGURATION, check_sources},
    [SANDBOX] = {"sandbox", BOTH, 1u << CONFIGURATION, check_sandbox},
};

static void pass_on(struct doctor *doctor, struct finding *finding)
{
    finding->check = doctor->check;
    if (finding->status > doctor->worst)
        doctor->worst = finding->status;
    doctor->found(doctor->argument, finding);
}

void doctor_report(struct doctor *doctor, enum finding_status status, const char *fix,
                   const char *format, ...)
{
    struct finding finding;
    char text[FINDING_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    finding_set(&finding, status, fix, "%s", text);
    pass_on(doctor, &finding);
}

void doctor_report_error(struct doctor *doctor, enum finding_status status,
                         const struct error *error)
{
    if (error->code == ERROR_CANCELLED || error->code == ERROR_NO_MEMORY) {
        doctor->broken_off = true;
        doctor->error = *error;
        return;
    }
    doctor_report(doctor, status, NULL, "%s", error->text);
}

/* What has gone wrong by now: for each check the one at the root of it, or CHECKS. */
struct history {
    enum check_id culprits[CHECKS];
};

static enum check_id find_culprit(const struct history *history, unsigned needs)
{
    for (int i = 0; i < CHECKS; i++)
        if (needs & 1u << i && history->culprits[i] != CHECKS)
            return history->culprits[i];
    return CHECKS;
}

static void run_check(struct doctor *doctor, struct history *history, enum check_id id)
{
    const struct check *check = &checks[id];
    enum check_id culprit = find_culprit(history, check->needs);
    doctor->check = check->name;
    doctor->worst = FINDING_OK;
    if (culprit != CHECKS) {
        doctor_report(doctor, FINDING_SKIPPED, NULL, "not checked, because \"%s\" failed",
                      checks[culprit].name);
    } else {
        check->run(doctor);
        culprit = id;
    }
    if (doctor->worst == FINDING_FAILED || doctor->worst == FINDING_SKIPPED)
        history->culprits[id] = culprit;
}

static void run_checks(struct doctor *doctor)
{
    struct history history;
    for (int i = 0; i < CHECKS; i++)
        history.culprits[i] = CHECKS;
    for (int i = 0; i < CHECKS && !doctor->broken_off; i++) {
        /* the configuration says which provider is meant */
        bool known = history.culprits[CONFIGURATION] == CHECKS;
        if (i != CONFIGURATION && !known)
            return;
        if (checks[i].providers & 1u << doctor->config.provider)
            run_check(doctor, &history, (enum check_id)i);
        if (!doctor->broken_off)
            doctor->broken_off = !operation_check(doctor->operation, &doctor->error);
    }
}

bool doctor_run(const struct operation *operation,
                void (*found)(void *argument, const struct finding *finding), void *argument,
                struct error *error)
{
    /* progress would be about the bytes of the probe */
    const struct operation quiet = {.cancel = operation->cancel};
    struct doctor doctor = {.operation = &quiet, .found = found, .argument = argument};
    run_checks(&doctor);
    doctor.check = "clean-up";
    remove_probe(&doctor);
    storage_provider_destroy(doctor.provider);
    endpoint_finish(&doctor.endpoint);
    config_finish(&doctor.config);
    if (doctor.broken_off)
        *error = doctor.error;
    return !doctor.broken_off;
}
