/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_FINDING_H
#define DOCTOR_FINDING_H

#include "base/error.h"

/* What one check has found. */

enum doctor_status {
    DOCTOR_OK,
    DOCTOR_SKIPPED, /* it could not tell anything, because of an earlier failure */
    DOCTOR_WARNING, /* it works, but not all of it, or not for long */
    DOCTOR_FAILED,
};

enum { FINDING_TEXT_SIZE = 512 };

struct doctor_finding {
    const char *check; /* "public URL"; static */
    enum doctor_status status;
    char text[FINDING_TEXT_SIZE]; /* what is the case; a clause without a full stop */
    char fix[FINDING_TEXT_SIZE];  /* what to do about it; empty: nothing, or the text says it */
};

/* "ok", "skipped", "warning", "failed". */
const char *doctor_status_name(enum doctor_status status);

/* Fills in all but the check. fix: NULL for none. No secret may get into either text. */
void doctor_finding_set(struct doctor_finding *finding, enum doctor_status status, const char *fix,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
