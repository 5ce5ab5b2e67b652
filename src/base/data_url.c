/* SPDX-License-Identifier: MIT */
/* The head is found by its first comma outside of quotes. A quote that is never closed is a
 * character like any other: then the first comma of all ends the head. */
#include "base/data_url.h"

#include <string.h>
#include <strings.h>

static const char scheme[] = "data:";

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The end of a parameter or of the head: ';' or ','; NULL: there is none. */
static const char *find_end(const char *at, const char *end, bool quotes)
{
    bool quoted = false;
    for (; at < end; at++) {
        if (*at == '\0')
            return NULL;
        if (quotes && *at == '"')
            quoted = !quoted;
        else if (quoted && *at == '\\')
            at++;
        else if (!quoted && (*at == ';' || *at == ','))
            return at;
    }
    return NULL;
}

static bool is_base64(const char *start, const char *end)
{
    static const char word[] = "base64";
    while (start < end && is_space(*start))
        start++;
    while (end > start && is_space(end[-1]))
        end--;
    return (size_t)(end - start) == strlen(word) && strncasecmp(start, word, strlen(word)) == 0;
}

static struct data_url_head read_head(const char *text, const char *start, const char *end,
                                      bool quotes)
{
    struct data_url_head head = {.type_at = (size_t)(start - text)};
    const char *at = find_end(start, end, quotes);
    if (at)
        head.type_size = (size_t)(at - start);
    while (at && *at == ';') {
        const char *parameter = at + 1;
        at = find_end(parameter, end, quotes);
        if (at && is_base64(parameter, at))
            head.base64 = true;
    }
    if (at)
        head.size = (size_t)(at + 1 - text);
    return head;
}

struct data_url_head data_url_head(const char *text, size_t size)
{
    const char *start = text, *end = text + (size < DATA_URL_HEAD_MAX ? size : DATA_URL_HEAD_MAX);
    while (start < end && is_space(*start))
        start++;
    if ((size_t)(end - start) < strlen(scheme) || strncasecmp(start, scheme, strlen(scheme)) != 0)
        return (struct data_url_head){0};
    start += strlen(scheme);
    struct data_url_head head = read_head(text, start, end, true);
    if (head.size == 0)
        head = read_head(text, start, end, false);
    return head.size ? head : (struct data_url_head){0};
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool data_url_decode(const char *text, size_t size, struct buffer *bytes, struct error *error)
{
    while (size > 0 && is_space(text[size - 1]))
        size--;
    char *place = buffer_reserve(bytes, size, error);
    if (!place)
        return false;
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        int high = text[i] == '%' && size - i > 2 ? hex_digit(text[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0) {
            place[used++] = (char)(high * 16 + low);
            i += 2;
        } else if (text[i] != '\n' && text[i] != '\r' && text[i] != '\t') {
            place[used++] = text[i];
        }
    }
    bytes->size += used;
    buffer_terminate(bytes);
    return true;
}
