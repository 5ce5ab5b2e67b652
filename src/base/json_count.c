/* SPDX-License-Identifier: MIT */
/* A value is followed by a comma or ends what it is in, and a member has a name, which is counted
 * as one. So the marks outside of strings tell, and nothing needs to be kept. */
#include "base/json_count.h"

#include <stdbool.h>

size_t json_count_values(const char *text, size_t size)
{
    size_t count = 1;
    bool in_string = false;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string)
            count += c == ',' || c == ':' || c == '[' || c == '{';
    }
    return count;
}
