/* SPDX-License-Identifier: MIT */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

/* The one error contract: a function that can fail returns false (or NULL) and fills the caller's
 * struct error. Its text is one sentence that a model or a person can act on; it says what is wrong
 * and, where it can, what to do next. It never holds a secret. */

enum error_code {
    ERROR_NONE = 0,
    ERROR_INVALID,     /* the caller gave something that cannot be accepted */
    ERROR_NOT_FOUND,   /* the thing named does not exist */
    ERROR_EXISTS,      /* it exists already and must not be replaced */
    ERROR_DENIED,      /* credentials or permissions do not allow it */
    ERROR_UNAVAILABLE, /* the store or the network failed; trying later may succeed */
    ERROR_TOO_LARGE,   /* a limit was exceeded */
    ERROR_CANCELLED,   /* the caller cancelled the operation */
    ERROR_NO_MEMORY,
    ERROR_INTERNAL, /* a bug, or something that should not happen */
};

struct error {
    enum error_code code;
    char text[512];
};

/* Fills *error. The text is cut where the array ends, and is valid UTF-8 whatever the arguments
 * hold or a precision ("%.80s") cut: bytes that are not are dropped. It is one line, with a space
 * for each character that base/plain_text.h does not let through. Always returns false, so that
 * `return error_set(...)` reads as what it is. */
bool error_set(struct error *error, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "<prefix>: " in front of the text of *error; the code stays. Always returns false. */
bool error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ERROR_NO_MEMORY with its fixed text. Always returns false. */
bool error_no_memory(struct error *error);

#define MUST_CHECK __attribute__((warn_unused_result))

#endif
