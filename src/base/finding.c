/* SPDX-License-Identifier: MIT */
/* Findings repeat what servers and files say, so their texts are made safe to print where they are
 * set. */
#include "base/finding.h"

#include "base/plain_text.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

const char *finding_status_name(enum finding_status status)
{
    static const char *const names[] = {
        [FINDING_OK] = "ok",
        [FINDING_SKIPPED] = "skipped",
        [FINDING_WARNING] = "warning",
        [FINDING_FAILED] = "failed",
    };
    return names[status];
}

void finding_set(struct finding *finding, enum finding_status status, const char *fix,
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
