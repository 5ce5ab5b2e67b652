/* SPDX-License-Identifier: MIT */
/* Every count in a sentence goes through here, so that no text says "1 images". */
#include "base/counted.h"

#include <stdio.h>

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

struct counted counted(uint64_t count, const char *noun)
{
    struct counted result;
    snprintf(result.text, sizeof result.text, "%llu %s%s", (unsigned long long)count, noun,
             plural(count));
    return result;
}

struct counted counted_digits(uint64_t count)
{
    struct counted plain, result;
    int length = snprintf(plain.text, sizeof plain.text / 2, "%llu", (unsigned long long)count);
    char *out = result.text;
    for (int i = 0; i < length; i++) {
        *out++ = plain.text[i];
        if (i + 1 < length && (length - i) % 3 == 1)
            *out++ = ',';
    }
    *out = '\0';
    return result;
}

struct counted counted_grouped(uint64_t count, const char *noun)
{
    struct counted result;
    snprintf(result.text, sizeof result.text, "%.30s %.30s%s", counted_digits(count).text, noun,
             plural(count));
    return result;
}
