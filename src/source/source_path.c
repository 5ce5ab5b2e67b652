/* SPDX-License-Identifier: MIT */
/* Models write paths as they saw them: with ~, as a file URL, quoted for a shell. What a text
 * means is decided here without asking the file system; whether it may be read is source_file's to
 * say. */
#include "source/source_path.h"

#include "base/cleanup.h"
#include "base/uri.h"

#include <string.h>
#include <strings.h>

static const char expected[] = "expected an absolute path such as /home/me/cat.png, ~/cat.png, or "
                               "a URL such as file:///home/me/cat.png";

static bool copy(const char *start, const char *rest, char **ret_path, struct error *error)
{
    char *path = NULL;
    if (asprintf(&path, "%s%s", start, rest) < 0)
        return error_no_memory(error);
    *ret_path = path;
    return true;
}

/* "file:///path", "file://localhost/path" or "file:/path" (RFC 8089 2 and appendix B). */
static bool parse_url(const char *rest, char **ret_path, struct error *error)
{
    static const char here[] = "localhost";
    if (strncmp(rest, "//", 2) == 0) {
        const char *host = rest + 2;
        size_t length = strcspn(host, "/");
        if (length > 0 && (length != strlen(here) || strncasecmp(host, here, length) != 0))
            return error_set(error, ERROR_INVALID,
                             "the file URL names another computer (%.*s), whose files cannot be "
                             "read from here: it must begin with file:///",
                             (int)length, host);
        rest = host + length;
    }
    if (*rest != '/')
        return error_set(error, ERROR_INVALID, "%s", expected);
    return uri_decode(rest, ret_path, error);
}

bool source_path_parse(const char *text, const char *home, char **ret_path, struct error *error)
{
    if (strncasecmp(text, "file:", strlen("file:")) == 0)
        return parse_url(text + strlen("file:"), ret_path, error);
    if (*text == '/')
        return copy("", text, ret_path, error);
    if (strncmp(text, "~/", 2) != 0)
        return error_set(error, ERROR_INVALID, "%s", expected);
    if (!home)
        return error_set(error, ERROR_INVALID,
                         "\"~\" needs the variable HOME, which is not set for the server: give the "
                         "whole path");
    return copy(home, text + 1, ret_path, error);
}

/* What a shell writes a backslash before, or quotes a text for. */
static bool is_quoted_by_shells(char c)
{
    return c && strchr(" \t!\"#$&'()*,;<=>?@[\\]^`{|}~", c);
}

bool source_path_unquote(const char *text, char **ret_text, struct error *error)
{
    size_t size;
    text += strspn(text, " \t\r\n");
    for (size = strlen(text); size > 0 && strchr(" \t\r\n", text[size - 1]);)
        size--;
    if (size > 0 && text[size - 1] == '\\' && text[size]) /* the blank after it is meant */
        size++;
    bool quoted = size > 1 && (*text == '"' || *text == '\'') && text[size - 1] == *text;
    char *plain = strndup(text + quoted, size - 2 * (size_t)quoted), *out = plain;
    if (!plain)
        return error_no_memory(error);
    for (const char *in = plain; !quoted && *in; in++) {
        in += *in == '\\' && is_quoted_by_shells(in[1]);
        *out++ = *in;
    }
    if (!quoted)
        *out = '\0';
    *ret_text = plain;
    return true;
}
