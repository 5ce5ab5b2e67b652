/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_CONFIRMATION_H
#define TOOLS_CONFIRMATION_H

#include "base/blob.h"

#include <stdint.h>

/* The handle that turns a plan of cleanup_images into its execution: the policy, what the plan
 * stands for, and an expiry, signed with HMAC-SHA256. It is text for a model to pass back, which
 * has to copy it character by character: so it is short (about 100 characters) and has no padding,
 * whose long runs models lose count of. It holds no secret and cannot be made or changed without
 * the key, which belongs to one store. Pure: no clock, no I/O. */

enum {
    CONFIRMATION_KEY_SIZE = 32,
    CONFIRMATION_PLAN_SIZE = 16,
    CONFIRMATION_ARGUMENTS_SIZE = 8,
    CONFIRMATION_TEXT_SIZE = 256,
    CONFIRMATION_LIFETIME_MS = 15 * 60 * 1000,
};

struct confirmation {
    int64_t expires_ms;     /* whole seconds */
    int64_t older_than_ms;  /* of struct retention_policy, as it was when the plan was made */
    int64_t keep_count;     /* the same; -1: no such rule */
    int64_t saved_until_ms; /* of struct cleanup_plan */
    unsigned char plan[CONFIRMATION_PLAN_SIZE];           /* the beginning of its digest */
    unsigned char arguments[CONFIRMATION_ARGUMENTS_SIZE]; /* of that of the plan's arguments */
    char model[65];                                       /* its slug; "": all */
};

bool confirmation_sign(const struct confirmation *confirmation,
                       const unsigned char key[CONFIRMATION_KEY_SIZE],
                       char text[CONFIRMATION_TEXT_SIZE], struct error *error) MUST_CHECK;

/* ERROR_INVALID: not a handle of this key, or an expired one. */
bool confirmation_verify(const char *text, const unsigned char key[CONFIRMATION_KEY_SIZE],
                         int64_t now_ms, struct confirmation *ret_confirmation,
                         struct error *error) MUST_CHECK;

#endif
