/* SPDX-License-Identifier: MIT */
#ifndef BASE_LOG_H
#define BASE_LOG_H

/* One line on stderr, "image-storage-mcp: <level>: ...": for the program's own top level
 * (src/main.c, src/mcp). Library code returns errors and never logs. No line may hold a secret. */

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Lines below this level are dropped; LOG_INFO at start. Set once, before threads start. */
void log_set_level(enum log_level level);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
