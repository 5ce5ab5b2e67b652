/* SPDX-License-Identifier: MIT */
/* Between us and the store are proxies, CDNs, consoles and login pages, and stores themselves
 * answer in JSON, plain text and prose where S3 has XML. None of that is really parsed: these
 * are looks at how a text begins and at phrases, good enough to say what answered and to pass its
 * words on. */
#include "s3/answer_text.h"

#include "base/array.h"
#include "base/utf8.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { PAGE_LOOK = 1024, TEXT_MAX = 1024 };

static bool begins_with(const char *text, size_t size, const char *word)
{
    size_t length = strlen(word);
    return size >= length && strncasecmp(text, word, length) == 0;
}

/* Where `word` begins in the text, in any case; size: nowhere. */
static size_t find_word(const char *text, size_t size, const char *word)
{
    for (size_t i = 0; i < size; i++)
        if (begins_with(text + i, size - i, word))
            return i;
    return size;
}

/* Without white space and a byte order mark. */
static void skip_blank(const char **text, size_t *size)
{
    while (*size > 0) {
        size_t length = begins_with(*text, *size, "\xEF\xBB\xBF") ? 3
                        : isspace((unsigned char)**text)          ? 1
                                                                  : 0;
        if (length == 0)
            return;
        *text += length;
        *size -= length;
    }
}

bool answer_text_is_page(const char *text, size_t size)
{
    static const char *const marks[] = {"<!doctype html", "<html"};
    skip_blank(&text, &size);
    if (size == 0 || *text != '<')
        return false;
    size_t look = size < PAGE_LOOK ? size : PAGE_LOOK;
    for (size_t i = 0; i < LENGTH(marks); i++)
        if (find_word(text, look, marks[i]) < look)
            return true;
    return false;
}

bool answer_text_is_xml(const char *text, size_t size)
{
    skip_blank(&text, &size);
    return size > 0 && *text == '<' && !answer_text_is_page(text, size);
}

static void copy_words(const char *text, size_t size, char *words, size_t capacity)
{
    skip_blank(&text, &size);
    size_t length = utf8_cut(text, size, capacity - 1);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    memcpy(words, text, length);
    words[length] = '\0';
    utf8_mend(words);
}

static void copy_title(const char *text, size_t size, char *words, size_t capacity)
{
    size_t begin = find_word(text, size, "<title>");
    if (begin == size)
        return;
    begin += strlen("<title>");
    copy_words(text + begin, find_word(text + begin, size - begin, "</title>"), words, capacity);
}

/* The first string called "message"; escapes stay as they are. */
static void copy_message(const char *text, size_t size, char *words, size_t capacity)
{
    static const char name[] = "\"message\"";
    size_t at = find_word(text, size, name);
    if (at == size)
        return;
    at += sizeof name - 1;
    while (at < size && (text[at] == ':' || isspace((unsigned char)text[at])))
        at++;
    if (at == size || text[at++] != '"')
        return;
    size_t end = at;
    while (end < size && text[end] != '"')
        end += text[end] == '\\' && end + 1 < size ? 2 : 1;
    copy_words(text + at, end - at, words, capacity);
}

void answer_text_words(const char *text, size_t size, char *words, size_t capacity)
{
    words[0] = '\0';
    skip_blank(&text, &size);
    if (size == 0)
        return;
    if (answer_text_is_page(text, size))
        copy_title(text, size, words, capacity);
    else if (*text == '{')
        copy_message(text, size, words, capacity);
    else if (*text != '<' && size <= TEXT_MAX && !memchr(text, '\0', size))
        copy_words(text, size, words, capacity);
}

/* "20240101/eu-west-1/s3/aws4_request" names the region in its second part. */
static size_t scope_date_length(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits == 8 && text[8] == '/' ? 9 : 0;
}

static const char *skip_nouns(const char *text)
{
    static const char *const nouns[] = {"region", "scope", "is"};
    text += strspn(text, " :");
    for (size_t i = 0; i < LENGTH(nouns); i++) {
        size_t length = strlen(nouns[i]);
        if (strncasecmp(text, nouns[i], length) == 0 && !isalnum((unsigned char)text[length]))
            text += length + strspn(text + length, " :");
    }
    return text;
}

/* What follows an announcement: a name in quotes, in a scope, or one that with its dash can be no
 * other word. */
static bool read_name(const char *text, char *region, size_t capacity)
{
    text = skip_nouns(text);
    bool quoted = *text == '\'' || *text == '"' || *text == '`';
    text += quoted;
    size_t date = scope_date_length(text);
    text += date;
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (length < 2 || length >= capacity || isalnum((unsigned char)text[length]) ||
        (!quoted && date == 0 && !memchr(text, '-', length)))
        return false;
    memcpy(region, text, length);
    region[length] = '\0';
    return true;
}

bool answer_text_region(const char *words, char *region, size_t capacity)
{
    static const char *const announcements[] = {"expecting", "expected",   "should be",
                                                "must be",   "use region", "is in"};
    if (!strcasestr(words, "region") && !strcasestr(words, "scope"))
        return false;
    for (size_t i = 0; i < LENGTH(announcements); i++) {
        const char *place = words;
        for (; (place = strcasestr(place, announcements[i])); place++)
            if ((place == words || !isalnum((unsigned char)place[-1])) && /* not "unexpected" */
                read_name(place + strlen(announcements[i]), region, capacity))
                return true;
    }
    return false;
}
