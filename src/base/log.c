/* SPDX-License-Identifier: MIT */
/* A line is put together first and written by one call, so that lines of several threads do not
 * mix. */
#include "base/log.h"

#include "base/plain_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((format(printf, 2, 0))) static void log_line(const char *kind, const char *format,
                                                           va_list arguments)
{
    char line[1024];
    int start = snprintf(line, sizeof line, "image-storage-mcp: %s", kind);
    vsnprintf(line + start, sizeof line - (size_t)start - 1, format, arguments);
    plain_text_clean(line);
    size_t length = strlen(line);
    line[length++] = '\n';
    /* One write, so that lines of several threads do not mix. There is nowhere to report a failure.
     */
    if (write(STDERR_FILENO, line, length) < 0)
        return;
}

void log_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_line("error: ", format, arguments);
    va_end(arguments);
}

void log_info(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_line("", format, arguments);
    va_end(arguments);
}
