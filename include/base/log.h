/* SPDX-License-Identifier: MIT */
#ifndef BASE_LOG_H
#define BASE_LOG_H

/* One line on stderr, "image-storage-mcp: error: ...", or without the "error": for the program's
 * own top level (main.c, background, mcp). Library code returns errors and never
 * logs. No line may hold a secret. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
