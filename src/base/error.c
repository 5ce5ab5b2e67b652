/* SPDX-License-Identifier: MIT */
/* Texts of errors carry names and words from elsewhere and go to terminals, logs and models. They
 * are made clean here, in the one place that all of them pass. */
#include "base/error.h"

#include "base/plain_text.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

/* Names, messages of stores and the like are in it; a character that was cut is dropped. */
static void make_plain(char *text)
{
    utf8_mend(text);
    plain_text_clean(text);
}

bool error_set(struct error *error, enum error_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error->code = code;
    error->reason = REASON_NONE;
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    make_plain(error->text);
    return false;
}

bool error_because(struct error *error, enum error_reason reason)
{
    error->reason = reason;
    return false;
}

bool error_prefix(struct error *error, const char *format, ...)
{
    struct error old = *error;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    size_t used = length < 0 ? 0 : (size_t)length;
    if (used < sizeof error->text)
        snprintf(error->text + used, sizeof error->text - used, ": %.*s",
                 (int)(sizeof error->text - used), old.text);
    make_plain(error->text);
    return false;
}

bool error_no_memory(struct error *error)
{
    return error_set(error, ERROR_NO_MEMORY, "out of memory");
}
