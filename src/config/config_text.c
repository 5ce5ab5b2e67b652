/* SPDX-License-Identifier: MIT */
/* What stands around a value without being part of it. `docker --env-file`, systemd and the forms
 * of hosts hand quotation marks on as they are written; copying from a web page brings spaces along
 * that nobody sees. They are taken off and not only named, because no value of this program can
 * begin and end with a quotation mark or such a space: keys, names of buckets, URLs, absolute paths
 * and numbers do not. A mark on one side only is left for the parsers to refuse: there, something
 * is missing. */
#include "config/config_text.h"

#include "base/array.h"

#include <string.h>
#include <strings.h>

struct span {
    const char *data;
    size_t size;
};

static bool begins_with(struct span span, const char *text)
{
    size_t length = strlen(text);
    return span.size >= length && memcmp(span.data, text, length) == 0;
}

static bool ends_with(struct span span, const char *text)
{
    size_t length = strlen(text);
    return span.size >= length && memcmp(span.data + span.size - length, text, length) == 0;
}

static struct span trim(struct span span)
{
    static const char *const blanks[] = {
        " ",
        "\t",
        "\r",
        "\n",
        "\v",
        "\f",
        "\xC2\xA0",     /* no-break space */
        "\xE2\x80\x8B", /* zero width space */
        "\xE2\x81\xA0", /* word joiner */
        "\xEF\xBB\xBF", /* byte order mark */
    };
    for (size_t i = 0; i < LENGTH(blanks); i++) {
        size_t length = strlen(blanks[i]);
        size_t before = span.size;
        if (begins_with(span, blanks[i])) {
            span.data += length;
            span.size -= length;
        } else if (ends_with(span, blanks[i])) {
            span.size -= length;
        }
        if (span.size != before)
            i = (size_t)-1; /* from the first one again */
    }
    return span;
}

static bool contains(struct span span, const char *text)
{
    return memmem(span.data, span.size, text, strlen(text));
}

static struct span without_quotes(struct span span)
{
    static const char *const pairs[][2] = {
        {"\"", "\""},
        {"'", "'"},
        {"`", "`"},
        {"\xE2\x80\x9C", "\xE2\x80\x9D"},
        {"\xE2\x80\x9E", "\xE2\x80\x9C"},
        {"\xE2\x80\x98", "\xE2\x80\x99"},
        {"\xC2\xAB", "\xC2\xBB"},
    };
    for (size_t i = 0; i < LENGTH(pairs); i++) {
        size_t begin = strlen(pairs[i][0]), end = strlen(pairs[i][1]);
        if (span.size < begin + end || !begins_with(span, pairs[i][0]) ||
            !ends_with(span, pairs[i][1]))
            continue;
        struct span inner = {span.data + begin, span.size - begin - end};
        /* two quoted texts, not one */
        if (!contains(inner, pairs[i][0]) && !contains(inner, pairs[i][1]))
            return trim(inner);
    }
    return span;
}

bool config_text_value(const char *text, char **ret_value, struct error *error)
{
    *ret_value = NULL;
    if (!text)
        return true;
    struct span value = without_quotes(trim((struct span){text, strlen(text)}));
    if (value.size == 0 || (begins_with(value, "${") && ends_with(value, "}")))
        return true;
    *ret_value = strndup(value.data, value.size);
    return *ret_value || error_no_memory(error);
}

unsigned config_text_name(const char *value, const char *name)
{
    static const char export[] = "export ";
    const char *at = value;
    if (strncmp(at, export, strlen(export)) == 0)
        at += strlen(export);
    if (strncasecmp(at, name, strlen(name)) != 0)
        return 0;
    at += strlen(name);
    at += strspn(at, " ");
    return *at == '=' ? (unsigned)(at + 1 - value) : 0;
}
