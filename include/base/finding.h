/* SPDX-License-Identifier: MIT */
#ifndef BASE_FINDING_H
#define BASE_FINDING_H

#include "base/error.h"

/* What one check has found. */

enum finding_status {
    FINDING_OK,
    FINDING_SKIPPED, /* it could not tell anything, because of an earlier failure */
    FINDING_WARNING, /* it works, but not all of it, or not for long */
    FINDING_FAILED,
};

enum { FINDING_TEXT_SIZE = 512 };

struct finding {
    const char *check; /* "public URL"; static */
    enum finding_status status;
    char text[FINDING_TEXT_SIZE]; /* what is the case; a clause without a full stop */
    char fix[FINDING_TEXT_SIZE];  /* what to do about it; empty: nothing, or the text says it */
};

/* "ok", "skipped", "warning", "failed". */
const char *finding_status_name(enum finding_status status);

/* Fills in all but the check. fix: NULL for none. No secret may get into either text. */
void finding_set(struct finding *finding, enum finding_status status, const char *fix,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
