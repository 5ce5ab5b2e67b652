/* SPDX-License-Identifier: MIT */
/* Storage knows neither tools nor their arguments, so it says what is wrong, and this table says
 * what to call next. A new reason in base/error.h gets a line here and one in cli/advice.c. */
#include "tools/advice.h"

#include <stddef.h>

static const struct {
    const char *tools, *resources;
} advices[REASON_COUNT] = {
    [REASON_NO_IMAGE] = {"list_images gives the names of the stored images",
                         "resources/list gives the URIs of the stored images"},
    [REASON_CURSOR_DAMAGED] =
        {"pass nextCursor as \"cursor\" exactly as it came, or leave it out to "
         "list from the start",
         "pass nextCursor as cursor exactly as it came, or leave it out to "
         "list from the start"},
    [REASON_CURSOR_MISMATCH] = {"use the same filters as for the page it came with, or leave "
                                "\"cursor\" out to list from the start",
                                "leave cursor out to list from the start"},
    [REASON_NO_RULE] = {"give \"older_than\", \"keep_count\" or both", NULL},
    [REASON_PLAN_CHANGED] = {"call cleanup_images without \"confirm\" for a new plan", NULL},
    [REASON_NO_SOURCE] = {"the user can set IMAGE_SOURCE_DIRS in the server's environment to "
                          "directories, separated by ':'; or give the image as \"data\" or "
                          "\"url\"",
                          NULL},
    [REASON_OUTSIDE_SOURCE] = {"copy the image into such a directory, or ask the user to add its "
                               "directory to IMAGE_SOURCE_DIRS in the server's environment",
                               NULL},
};

const char *advice_for_tools(const struct error *error)
{
    return advices[error->reason].tools;
}

const char *advice_for_resources(const struct error *error)
{
    return advices[error->reason].resources;
}
