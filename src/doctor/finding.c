/* SPDX-License-Identifier: MIT */
#include "doctor/finding.h"

#include "base/plain_text.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

const char *doctor_status_name(enum doctor_status status)
{
    static const char *const names[] = {
        [DOCTOR_OK] = "ok",
        [DOCTOR_SKIPPED] = "skipped",
        [DOCTOR_WARNING] = "warning",
        [DOCTOR_FAILED] = "failed",
    };
    return names[status];
}

void doctor_finding_set(struct doctor_finding *finding, enum doctor_status status, const char *fix,
                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding->text, sizeof finding->text, format, arguments);
    va_end(arguments);
    snprintf(finding->fix, sizeof finding->fix, "%s", fix ? fix : "");
    utf8_mend(finding->text);
    utf8_mend(finding->fix);
    plain_text_clean(finding->text);
    plain_text_clean(finding->fix);
    finding->status = status;
}
