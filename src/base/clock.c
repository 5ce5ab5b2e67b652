/* SPDX-License-Identifier: MIT */
/* RFC 3339 is read and written by hand: strptime() and timegm() depend on the locale, or take more
 * than the standard allows. Days are counted as in the civil calendar, without leap seconds. */
#include "base/clock.h"

#include "base/quote.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_wall_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

/* Reads exactly `digits` digits; advances *text. */
static bool read_number(const char **text, int digits, int low, int high, int *ret_value)
{
    int value = 0;
    for (int i = 0; i < digits; i++) {
        char c = (*text)[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    if (value < low || value > high)
        return false;
    *text += digits;
    *ret_value = value;
    return true;
}

static bool read_char(const char **text, const char *allowed)
{
    if (!**text || !strchr(allowed, **text))
        return false;
    (*text)++;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from March on, so
 * that the leap day is the last one of its year. */
static int64_t days_since_epoch(int year, int month, int day)
{
    int since_march = (month + 9) % 12;
    int64_t y = month > 2 ? year : year - 1;
    int64_t day_of_year = (153 * since_march + 2) / 5 + day - 1;
    return 365 * y + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

static bool read_date(const char **text, int64_t *ret_days)
{
    int year, month, day;
    if (!read_number(text, 4, 1970, 9999, &year) || !read_char(text, "-") ||
        !read_number(text, 2, 1, 12, &month) || !read_char(text, "-") ||
        !read_number(text, 2, 1, days_in_month(year, month), &day))
        return false;
    *ret_days = days_since_epoch(year, month, day);
    return true;
}

/* The fraction of a second, in milliseconds; digits after the third are dropped. */
static bool read_fraction(const char **text, int *ret_ms)
{
    int value = 0, digits = 0;
    while (**text >= '0' && **text <= '9') {
        if (digits < 3)
            value = value * 10 + (**text - '0');
        digits++;
        (*text)++;
    }
    for (int i = digits; i < 3; i++)
        value *= 10;
    *ret_ms = value;
    return digits > 0;
}

static bool read_offset(const char **text, int *ret_minutes)
{
    if (read_char(text, "Zz")) {
        *ret_minutes = 0;
        return true;
    }
    int sign = **text == '-' ? -1 : 1, hours, minutes;
    if (!read_char(text, "+-") || !read_number(text, 2, 0, 23, &hours) || !read_char(text, ":") ||
        !read_number(text, 2, 0, 59, &minutes))
        return false;
    *ret_minutes = sign * (hours * 60 + minutes);
    return true;
}

/* 9999-12-31T23:59:59.999Z */
static const int64_t LAST_MS = 253402300799999;

bool clock_parse_rfc3339(const char *text, int64_t *ret_ms, struct error *error)
{
    const char *at = text;
    int64_t days = 0;
    int hour, minute, second, ms = 0, offset;
    if (!read_date(&at, &days) || !read_char(&at, "Tt ") || !read_number(&at, 2, 0, 23, &hour) ||
        !read_char(&at, ":") || !read_number(&at, 2, 0, 59, &minute) || !read_char(&at, ":") ||
        !read_number(&at, 2, 0, 60, &second) || (read_char(&at, ".") && !read_fraction(&at, &ms)) ||
        !read_offset(&at, &offset) || *at != '\0')
        return error_set(error, ERROR_INVALID,
                         "%s is not an RFC 3339 date and time such as 2024-09-27T10:00:00Z",
                         quoted(text, 64).text);
    if (second == 60)
        second = 59;
    int64_t result = ((days * 24 + hour) * 60 + minute - offset) * 60000 + second * 1000 + ms;
    if (result < 0 || result > LAST_MS) /* an offset can lead out of the years */
        return error_set(error, ERROR_INVALID, "%s is not in the years 1970 to 9999",
                         quoted(text, 64).text);
    *ret_ms = result;
    return true;
}

/* Ten digits are seconds since the epoch, thirteen are milliseconds: from 2001 to 2286 that is what
 * they are, and no text of a date has as many. A fraction may follow the seconds. */
static bool read_epoch(const char *text, int64_t *ret_ms)
{
    enum { SECONDS_DIGITS = 10, MS_DIGITS = 13 };
    size_t digits = strspn(text, "0123456789");
    const char *rest = text + digits;
    int64_t value = 0;
    int fraction = 0;
    if (digits != SECONDS_DIGITS && digits != MS_DIGITS)
        return false;
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (text[i] - '0');
    if (read_char(&rest, ".") && !read_fraction(&rest, &fraction))
        return false;
    *ret_ms = digits == MS_DIGITS ? value : value * 1000 + fraction;
    return *rest == '\0';
}

/* "+02:00", "+0200", "+02", "Z", "UTC", or nothing, which is UTC. */
static bool read_any_offset(const char **text, int *ret_minutes)
{
    int sign = **text == '-' ? -1 : 1, hours, minutes = 0;
    *ret_minutes = 0;
    if (strncasecmp(*text, "utc", 3) == 0 || strncasecmp(*text, "gmt", 3) == 0)
        *text += 3;
    else if (!read_char(text, "+-"))
        return read_char(text, "Zz") || **text == '\0';
    else if (!read_number(text, 2, 0, 23, &hours) || (read_char(text, ":") && !**text) ||
             (**text && !read_number(text, 2, 0, 59, &minutes)))
        return false;
    else
        *ret_minutes = sign * (hours * 60 + minutes);
    return true;
}

/* "T10:00:00.25+02:00", of which the seconds, the fraction and the offset may be missing. */
static bool read_any_time(const char **text, int64_t *ret_ms)
{
    int hour, minute, second = 0, ms = 0, offset;
    if (!read_char(text, "Tt ") || !read_number(text, 2, 0, 23, &hour) || !read_char(text, ":") ||
        !read_number(text, 2, 0, 59, &minute) ||
        (read_char(text, ":") && (!read_number(text, 2, 0, 60, &second) ||
                                  (read_char(text, ".,") && !read_fraction(text, &ms)))))
        return false;
    *text += strspn(*text, " ");
    if (!read_any_offset(text, &offset))
        return false;
    *ret_ms = ((int64_t)hour * 60 + minute - offset) * 60000 + (second == 60 ? 59 : second) * 1000 +
              ms;
    return true;
}

bool clock_parse_time(const char *text, int64_t *ret_ms, struct error *error)
{
    char trimmed[64];
    const char *at = trimmed;
    int64_t days = 0, time_ms = 0, result;
    size_t start = strspn(text, " "), size = strlen(text + start);
    while (size > 0 && text[start + size - 1] == ' ')
        size--;
    snprintf(trimmed, sizeof trimmed, "%.*s", (int)(size < sizeof trimmed ? size : 0),
             text + start);
    if (read_epoch(trimmed, &result)) {
        *ret_ms = result;
        return true;
    }
    if (!read_date(&at, &days) || (*at && !read_any_time(&at, &time_ms)) || *at)
        return error_set(error, ERROR_INVALID,
                         "%s is no date such as 2024-09-27, nor a date and time such as "
                         "2024-09-27T10:00:00Z",
                         quoted(text, 64).text);
    result = days * 24 * 60 * 60000 + time_ms;
    if (result < 0 || result > LAST_MS)
        return error_set(error, ERROR_INVALID, "%s is not in the years 1970 to 9999",
                         quoted(text, 64).text);
    *ret_ms = result;
    return true;
}

static struct tm to_utc(int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    return tm;
}

void clock_format_rfc3339(int64_t ms, char text[CLOCK_TEXT_SIZE])
{
    struct tm tm = to_utc(ms);
    size_t length = strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
    if (ms % 1000)
        snprintf(text + length, CLOCK_TEXT_SIZE - length, ".%03dZ", (int)(ms % 1000));
    else
        snprintf(text + length, CLOCK_TEXT_SIZE - length, "Z");
}

void clock_format_day(int64_t ms, char text[CLOCK_TEXT_SIZE])
{
    struct tm tm = to_utc(ms);
    strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%d", &tm);
}
