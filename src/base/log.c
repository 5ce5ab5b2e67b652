/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum log_level lowest = LOG_INFO;

void log_set_level(enum log_level level)
{
    lowest = level;
}

void log_line(enum log_level level, const char *format, ...)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    if (level < lowest)
        return;
    char line[1024];
    int start = snprintf(line, sizeof line, "image-storage-mcp: %s: ", names[level]);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + start, sizeof line - (size_t)start - 1, format, arguments);
    va_end(arguments);
    size_t length = strlen(line);
    line[length++] = '\n';
    /* One write, so that lines of several threads do not mix. There is nowhere to report a failure.
     */
    if (write(STDERR_FILENO, line, length) < 0)
        return;
}
