/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "storage/age.h"
#include "storage/date_range.h"
#include "storage/image_key.h"

#include "fuzz.h"

/* Two texts that are dates, moments or ages: what is read is written as it was meant, and is what
 * the C library makes of it. */

static const int64_t now_ms = 1727431200000; /* 2024-09-27T10:00:00Z */
static const int64_t end_of_years_ms = 253402300800000;

/* The same moment by way of timegm(); the text is known to be good. */
static int64_t read_by_libc(const char *text)
{
    struct tm tm = {0};
    const char *rest;
    int64_t ms = 0, unit = 100;
    char plain[32];
    memcpy(plain, text, 19);
    plain[19] = '\0';
    plain[10] = 'T';
    bool leap = strcmp(plain + 17, "60") == 0;
    if (leap)
        memcpy(plain + 17, "59", 2);
    check(strptime(plain, "%Y-%m-%dT%H:%M:%S", &tm) == plain + 19);
    for (rest = text + 19; *rest == '.' || (*rest >= '0' && *rest <= '9'); rest++) {
        if (*rest != '.') {
            ms += unit * (*rest - '0');
            unit /= 10;
        }
    }
    int64_t offset = 0;
    if (*rest == '+' || *rest == '-')
        offset = (*rest == '-' ? -60 : 60) *
                 (60 * strtoll(rest + 1, NULL, 10) + strtoll(rest + 4, NULL, 10));
    return ((int64_t)timegm(&tm) - offset) * 1000 + ms;
}

static void try_moment(const char *text)
{
    struct error error = {0};
    int64_t ms = -1, again;
    char written[CLOCK_TEXT_SIZE];
    if (!clock_parse_rfc3339(text, &ms, &error)) {
        check(ms == -1 && error.code == ERROR_INVALID && error.text[0]);
        return;
    }
    check(ms >= 0 && ms < end_of_years_ms);
    clock_format_rfc3339(ms, written);
    check(clock_parse_rfc3339(written, &again, &error) && again == ms);
    if (strlen(text) >= strlen("2024-09-27T10:00:00Z"))
        check(read_by_libc(text) == ms);
}

/* The laxer reading is the same wherever the strict one has one, if the text is no longer than any
 * program's. */
static void try_time(const char *text)
{
    enum { LENGTH_MAX = 63 };
    struct error error = {0};
    int64_t ms = -1, strict_ms;
    bool strict = clock_parse_rfc3339(text, &strict_ms, &error);
    if (clock_parse_time(text, &ms, &error))
        check(ms >= 0 && ms < end_of_years_ms && (!strict || ms == strict_ms));
    else
        check((!strict || strlen(text) > LENGTH_MAX) && ms == -1 && error.code == ERROR_INVALID &&
              error.text[0]);
}

static void try_day(const char *text)
{
    char written[CLOCK_TEXT_SIZE];
    int64_t day_ms;
    if (!image_key_parse_day(text, strlen(text), &day_ms))
        return;
    clock_format_day(day_ms, written);
    check(strcmp(written, text) == 0 && day_ms % IMAGE_KEY_DAY_MS == 0);
    clock_format_day(day_ms + IMAGE_KEY_DAY_MS - 1, written);
    check(strcmp(written, text) == 0);
}

static void try_age(const char *text)
{
    struct error error = {0};
    int64_t ms = -1, later_ms;
    if (!age_parse(text, now_ms, &ms, &error)) {
        check(ms == -1 && error.code == ERROR_INVALID && error.text[0]);
        return;
    }
    check(ms >= IMAGE_KEY_DAY_MS && ms <= now_ms);
    check(age_parse(text, now_ms + 5000, &later_ms, &error));
    check(later_ms == ms || later_ms == ms + 5000); /* a date, or an age */
}

static void try_range(const char *start, const char *end)
{
    const struct date_range range = {start, end, "start", "end"};
    struct error error = {0};
    int64_t from_ms = -1, until_ms = -1;
    if (date_range_parse(&range, &from_ms, &until_ms, &error))
        check(from_ms >= 0 && (!end || until_ms > from_ms) && (end || until_ms == 0));
    else
        check(from_ms == -1 && until_ms == -1 && error.code == ERROR_INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    char *first = take_text(&input), *second = take_text(&input);
    try_moment(first);
    try_time(first);
    try_day(first);
    try_age(first);
    try_range(first, second);
    try_range(first, NULL);
    try_range(NULL, first);
    free(second);
    free(first);
    return 0;
}
