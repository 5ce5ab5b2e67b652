/* SPDX-License-Identifier: MIT */
/* A system whose sandbox this program does not know: nothing is given up, and that is said. */
#include "base/sandbox.h"

int sandbox_landlock(const char **ret_reason)
{
    *ret_reason = "it is a part of Linux";
    return 0;
}

bool sandbox_enter(const struct sandbox_path *paths, size_t count, struct error *error)
{
    (void)paths;
    (void)count;
    (void)error;
    return true;
}
