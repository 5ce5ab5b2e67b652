/* SPDX-License-Identifier: MIT */
/* S3 has RFC 3339 in documents and HTTP dates in headers; other stores mix them up, write a space
 * for the T, and forget the Z. All mean UTC. */
#include "s3/store_time.h"

#include "base/clock.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

enum { TIME_MAX = 64, TIME_AT = 10 }; /* of "2024-09-27T" */

bool store_time_parse(const char *text, int64_t *ret_ms)
{
    char copy[TIME_MAX + 2];
    struct error ignored;
    text += strspn(text, " \t\r\n");
    size_t length = strcspn(text, "\t\r\n");
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (length == 0 || length > TIME_MAX)
        return false;
    snprintf(copy, sizeof copy, "%.*s", (int)length, text);
    if (copy[0] >= '0' && copy[0] <= '9' && length > TIME_AT && copy[4] == '-') {
        copy[TIME_AT] = copy[TIME_AT] == ' ' ? 'T' : copy[TIME_AT];
        if (!strpbrk(copy + TIME_AT, "Zz+-"))
            strcat(copy, "Z");
        return clock_parse_rfc3339(copy, ret_ms, &ignored);
    }
    time_t seconds = curl_getdate(copy, NULL);
    if (seconds < 0)
        return false;
    *ret_ms = (int64_t)seconds * 1000;
    return true;
}
