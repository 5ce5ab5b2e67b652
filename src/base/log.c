/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void log_error(const char *format, ...)
{
    char line[1024];
    int start = snprintf(line, sizeof line, "image-storage-mcp: error: ");
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
