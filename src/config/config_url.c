/* SPDX-License-Identifier: MIT */
/* A URL is taken as it is or refused: one that is nearly right ("https:/host",
 * "https://https://host") could be mended here, but then it would be wrong in everything else that
 * reads the same variable. What was probably meant is put into the refusal, so that it can be
 * copied. Nothing of a URL is repeated that has an '@' in it: before that, passwords stand. */
#include "config/config_url.h"

#include "base/array.h"
#include "base/cleanup.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SUGGESTION_SIZE = 256 };

static const char host_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789.-_:[]";

static bool is_word(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text >= 0x7F)
            return false;
    return true;
}

/* Where the host begins, or NULL when the scheme is another. */
static const char *skip_scheme(const char *text, bool allow_file)
{
    static const char *const schemes[] = {"https://", "http://", "file://"};
    for (size_t i = 0; i < (allow_file ? 3 : 2); i++)
        if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
            return text + strlen(schemes[i]);
    return NULL;
}

/* Behind what looks like the scheme http or https, however it is written: "https:/", "https//",
 * "http:\\". NULL: there is none. */
static const char *skip_like_scheme(const char *text, const char **scheme)
{
    static const char *const schemes[] = {"https", "http"};
    for (size_t i = 0; i < LENGTH(schemes); i++) {
        size_t length = strlen(schemes[i]);
        if (strncasecmp(text, schemes[i], length) != 0)
            continue;
        const char *rest = text + length;
        size_t separator = strspn(rest, ":;/\\ ");
        bool port = rest[0] == ':' && rest[1] >= '0' && rest[1] <= '9';
        if (separator == 0 || port || (separator == 1 && rest[0] != ':'))
            continue; /* a host of that name */
        *scheme = schemes[i];
        return rest + separator;
    }
    return NULL;
}

static bool is_loopback(const char *host)
{
    static const char *const names[] = {"localhost", "127.", "[::1]"};
    for (size_t i = 0; i < LENGTH(names); i++)
        if (strncasecmp(host, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* The URL that was probably meant, or an empty text. */
static void suggest(const char *text, bool allow_file, char suggestion[SUGGESTION_SIZE])
{
    const char *scheme = NULL, *next;
    suggestion[0] = '\0';
    if (*text == '/' && text[1] != '/') {
        if (allow_file && is_word(text))
            snprintf(suggestion, SUGGESTION_SIZE, "file://%.200s", text);
        return;
    }
    text += strspn(text, "<\"'/\\ "); /* so that there is a host, if there is anything */
    while ((next = skip_like_scheme(text, &scheme)))
        text = next;
    size_t length = strcspn(text, "?#");
    while (length > 0 && strchr("/\\>\"',;. ", text[length - 1]))
        length--;
    size_t host = strcspn(text, "/\\");
    host = host < length ? host : length;
    if (length == 0 || length > 200 || strspn(text, host_characters) < host || *text == ':' ||
        text[host - 1] == ':')
        return;
    if (!scheme)
        scheme = is_loopback(text) ? "http" : "https";
    snprintf(suggestion, SUGGESTION_SIZE, "%s://%.*s", scheme, (int)length, text);
    for (char *at = suggestion; (at = strchr(at, '\\'));)
        *at = '/';
    if (!is_word(suggestion))
        suggestion[0] = '\0';
}

static bool config_url_refuse(const char *text, bool allow_file, const char *what,
                              struct error *error)
{
    char suggestion[SUGGESTION_SIZE] = "";
    if (!strchr(text, '@'))
        suggest(text, allow_file, suggestion);
    return error_set(error, ERROR_INVALID, "%s%s%s", what, *suggestion ? ": write " : "",
                     suggestion);
}

/* Whether it begins with what can be a host; a second scheme cannot. */
static bool is_host(const char *text)
{
    const char *scheme;
    size_t length = strcspn(text, "/");
    return length > 0 && *text != ':' && text[length - 1] != ':' &&
           strspn(text, host_characters) >= length && !skip_like_scheme(text, &scheme);
}

bool config_url_read(const char *text, bool allow_file, char **ret_url, struct error *error)
{
    const char *expected = allow_file ? "expected a URL such as https://images.example.com/path or "
                                        "file:///path"
                                      : "expected a URL such as https://images.example.com";
    const char *host = skip_scheme(text, allow_file);
    bool local = host && strncasecmp(text, "file:", strlen("file:")) == 0;
    const char *authority = host ? host : text;
    if (memchr(authority, '@', strcspn(authority, "/?#")))
        return error_set(error, ERROR_INVALID, "a URL with a user or a password cannot be used");
    const char *like;
    if (!host && !strstr(text, "://") && !skip_like_scheme(text, &like) && *text != '/')
        return config_url_refuse(text, allow_file, "the scheme is missing", error);
    if (host && strpbrk(text, "?#"))
        return config_url_refuse(text, allow_file,
                                 "expected a URL that a path can be added to, without '?' and '#'",
                                 error);
    size_t length = strlen(text), min = host ? (size_t)(host - text) : 0;
    while (length > min && text[length - 1] == '/')
        length--;
    if (!host || !is_word(text) || strpbrk(text, "\"<>\\^`{|}") ||
        (length > 0 && strchr(",;'", text[length - 1])) || (local ? *host != '/' : !is_host(host)))
        return config_url_refuse(text, allow_file, expected, error);
    char *url = strndup(text, length);
    if (!url)
        return error_no_memory(error);
    *ret_url = url;
    return true;
}

bool config_url_is_under(const char *url, const char *domain)
{
    const char *host = skip_scheme(url, true);
    size_t length = strcspn(host, "/:"), tail = strlen(domain);
    return length >= tail && strncasecmp(host + length - tail, domain, tail) == 0;
}

bool config_url_read_cdn(const char *text, char **ret_url, struct error *error)
{
    CLEANUP(free_cleanup) char *url = NULL;
    if (!config_url_read(text, false, &url, error))
        return false;
    if (config_url_is_under(url, CONFIG_URL_R2_DOMAIN))
        return error_set(error, ERROR_INVALID,
                         "this is the API of R2, which nobody can read without keys: connect a "
                         "domain to the bucket or allow its r2.dev address, and give that");
    *ret_url = TAKE(url);
    return true;
}
