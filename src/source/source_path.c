/* SPDX-License-Identifier: MIT */
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
