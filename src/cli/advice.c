/* SPDX-License-Identifier: MIT */
/* The next step in terms of commands and options; tools/advice.c says it in terms of tools. */
#include "cli/advice.h"

#include <stddef.h>

static const char *const advices[REASON_COUNT] = {
    [REASON_NO_IMAGE] = "image-storage-mcp list shows the stored images",
    [REASON_CURSOR_DAMAGED] =
        "give --cursor exactly as the page before printed it, or leave it out "
        "to list from the start",
    [REASON_CURSOR_MISMATCH] =
        "give the same options as for the page before, or leave --cursor out "
        "to list from the start",
    [REASON_NO_RULE] = "give --older-than 30d, or --keep 100 for all but the newest 100, or both",
    [REASON_PLAN_CHANGED] = "run the command again for a new plan",
};

const char *advice_for_commands(const struct error *error)
{
    return advices[error->reason];
}
