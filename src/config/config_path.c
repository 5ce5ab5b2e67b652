/* SPDX-License-Identifier: MIT */
/* Only "~" is expanded: a shell has expanded everything else, where there was one, and hosts start
 * the server without. What looks as if it waited for one is named, since a directory called "$HOME"
 * is never meant. */
#include "config/config_path.h"

#include "base/array.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/quote.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* The length without slashes at the end; at least 1. */
static size_t trim_slashes(const char *text)
{
    size_t length = strlen(text);
    while (length > 1 && text[length - 1] == '/')
        length--;
    return length;
}

/* What could be done with a text that is no absolute path. */
static bool config_path_refuse(const char *text, struct error *error)
{
    static const struct {
        const char *begin, *instead;
    } mistakes[] = {
        {"$HOME/", "~/"},  {"${HOME}/", "~/"},         {"%USERPROFILE%/", "~/"},
        {"file:///", "/"}, {"file://localhost/", "/"},
    };
    static const char expected[] = "expected an absolute path such as /home/me/images or ~/images";
    for (size_t i = 0; i < LENGTH(mistakes); i++)
        if (strncasecmp(text, mistakes[i].begin, strlen(mistakes[i].begin)) == 0)
            return error_set(error, ERROR_INVALID, "%s: write %s%.200s", expected,
                             mistakes[i].instead, text + strlen(mistakes[i].begin));
    if (*text == '~')
        return error_set(error, ERROR_INVALID,
                         "%s; the home directory of another user is to be written out", expected);
    return error_set(error, ERROR_INVALID, "%s", expected);
}

bool config_path_read(const char *text, const char *home, char **ret_path, struct error *error)
{
    bool under_home = strcmp(text, "~") == 0 || strncmp(text, "~/", 2) == 0;
    if (under_home && !(home && *home == '/'))
        return error_set(error, ERROR_INVALID,
                         "\"~\" needs the variable HOME, which is not set: write the whole path");
    if (!under_home && *text != '/')
        return config_path_refuse(text, error);
    size_t length = trim_slashes(text), home_length = under_home ? trim_slashes(home) : 0;
    size_t skipped = under_home ? 1 : 0;
    char *path = malloc(home_length + length - skipped + 1);
    if (!path)
        return error_no_memory(error);
    if (under_home)
        memcpy(path, home, home_length);
    memcpy(path + home_length, text + skipped, length - skipped);
    path[home_length + length - skipped] = '\0';
    *ret_path = path;
    return true;
}

/* Separators of other lists: one of these, and behind it another path or the end. */
static bool is_other_separator(const char *at)
{
    const char *next = at + 1 + strspn(at + 1, " \t");
    return *at && strchr(",;\n", *at) && (!*next || strchr("/~:", *next));
}

/* A list with other separators: the same with ':' is what is meant. */
static bool check_separators(const char *text, struct error *error)
{
    CLEANUP(buffer_finish) struct buffer meant = BUFFER_INIT(SIZE_MAX / 2);
    bool other = false;
    for (const char *at = text; *at; at++) {
        bool here = is_other_separator(at), last = !at[1 + (here ? strspn(at + 1, " \t") : 0)];
        other = other || here;
        if (here && last)
            break;
        if (!buffer_append_char(&meant, here ? ':' : *at, error))
            return false;
        if (here)
            at += strspn(at + 1, " \t");
    }
    return !other || error_set(error, ERROR_INVALID, "paths are separated by ':': write %.300s",
                               meant.size ? meant.data : "");
}

/* One of the list, without blanks around it. */
static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t", text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

bool config_path_read_list(const char *text, const char *home, char **ret_paths,
                           struct error *error)
{
    CLEANUP(buffer_finish) struct buffer paths = BUFFER_INIT(SIZE_MAX / 2);
    CLEANUP(free_cleanup) char *texts = strdup(text);
    char *next = texts, *each;
    if (!texts)
        return error_no_memory(error);
    if (!check_separators(text, error))
        return false;
    while ((each = strsep(&next, ":"))) {
        CLEANUP(free_cleanup) char *path = NULL;
        each = trim(each);
        if (!*each)
            continue;
        if (!config_path_read(each, home, &path, error))
            return error_prefix(error, "%s", quoted(each, 80).text);
        if (!buffer_printf(&paths, error, "%s%s", paths.size ? ":" : "", path))
            return false;
    }
    if (paths.size == 0)
        return error_set(
            error, ERROR_INVALID,
            "expected absolute paths separated by ':', such as ~/Pictures:/srv/images");
    *ret_paths = buffer_take(&paths);
    return true;
}

bool config_path_read_readable(const char *text, const char *home, char **ret_path,
                               struct error *error)
{
    CLEANUP(free_cleanup) char *path = NULL;
    if (!config_path_read(text, home, &path, error))
        return false;
    if (access(path, R_OK) < 0)
        return error_set(error, ERROR_INVALID, "the file cannot be read: %s", strerror(errno));
    *ret_path = TAKE(path);
    return true;
}
