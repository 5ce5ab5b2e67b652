/* SPDX-License-Identifier: MIT */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

/* The one error contract: a function that can fail returns false (or NULL) and fills the caller's
 * struct error. Its text is one sentence that says what is wrong. It never holds a secret. What to
 * do next is said there too as long as that is the same for everybody; what takes a tool, a command
 * or a variable is for those who have them, and they find it by the reason. */

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

/* What the caller can do something about: the tools (tools/advice.c) and the commands
 * (cli/advice.c) have a next step for each. */
enum error_reason {
    REASON_NONE = 0,
    REASON_NO_IMAGE,        /* no image has that name */
    REASON_CURSOR_DAMAGED,  /* the cursor of a listing is not whole */
    REASON_CURSOR_MISMATCH, /* it belongs to a listing with other filters */
    REASON_NO_RULE,         /* a clean-up that does not say what to delete */
    REASON_PLAN_CHANGED,    /* other images than those of the plan would be deleted */
    REASON_NO_SOURCE,       /* no directory is open to reading */
    REASON_OUTSIDE_SOURCE,  /* a file is in none of the directories that are */
    REASON_COUNT,
};

struct error {
    enum error_code code;
    enum error_reason reason;
    char text[512];
};

/* Fills *error, without a reason. The text is cut where the array ends, and is valid UTF-8 whatever
 * the arguments hold or a precision ("%.80s") cut: bytes that are not are dropped. It is one line,
 * with a space for each character that base/plain_text.h does not let through. Always returns
 * false, so that `return error_set(...)` reads as what it is. */
bool error_set(struct error *error, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Gives an error its reason. Always returns false. */
bool error_because(struct error *error, enum error_reason reason);

/* Puts "<prefix>: " in front of the text of *error; code and reason stay. Always returns false. */
bool error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ERROR_NO_MEMORY with its fixed text. Always returns false. */
bool error_no_memory(struct error *error);

#define MUST_CHECK __attribute__((warn_unused_result))

#endif
