/* SPDX-License-Identifier: MIT */
/* The file is read whole into one buffer of fixed size, so that no copy of a secret is left behind
 * by growing, and walked line by line. An indented line belongs to the setting before it (nested
 * settings of the AWS tools) and is none of ours. */
#include "s3/credentials.h"

#include "base/array.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
#include <unistd.h>

enum { CREDENTIALS_FILE_MAX = 256 * 1024 };

static void wipe_string(char **string)
{
    if (*string)
        OPENSSL_cleanse(*string, strlen(*string));
    free(*string);
    *string = NULL;
}

void credentials_finish(struct credentials *credentials)
{
    wipe_string(&credentials->access_key);
    wipe_string(&credentials->secret_key);
    wipe_string(&credentials->session_token);
}

bool credentials_init(struct credentials *credentials, const char *access_key,
                      const char *secret_key, const char *session_token, struct error *error)
{
    struct credentials copy = {
        .access_key = strdup(access_key),
        .secret_key = strdup(secret_key),
        .session_token = session_token ? strdup(session_token) : NULL,
    };
    if (!copy.access_key || !copy.secret_key || (session_token && !copy.session_token)) {
        credentials_finish(&copy);
        return error_no_memory(error);
    }
    *credentials = copy;
    return true;
}

/* A piece of the text that is not NUL-terminated. */
struct span {
    const char *data;
    size_t size;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span span)
{
    while (span.size > 0 && is_space(span.data[0])) {
        span.data++;
        span.size--;
    }
    while (span.size > 0 && is_space(span.data[span.size - 1]))
        span.size--;
    return span;
}

static bool span_is(struct span span, const char *string)
{
    return span.size == strlen(string) && memcmp(span.data, string, span.size) == 0;
}

/* A '#' or ';' after white space begins a comment; inside a value it is a character. */
static struct span without_comment(struct span span)
{
    for (size_t i = 1; i < span.size; i++)
        if ((span.data[i] == '#' || span.data[i] == ';') && is_space(span.data[i - 1]))
            span.size = i;
    return span;
}

/* "[name]", and "[profile name]" as in the sibling file "config". */
static bool is_section(struct span line, const char *profile)
{
    const char *end = memchr(line.data, ']', line.size);
    if (!end)
        return false;
    struct span name = trim((struct span){line.data + 1, (size_t)(end - line.data) - 1});
    static const char word[] = "profile ";
    if (name.size >= sizeof word - 1 && memcmp(name.data, word, sizeof word - 1) == 0)
        name = trim((struct span){name.data + sizeof word - 1, name.size - (sizeof word - 1)});
    return span_is(name, profile);
}

static bool keep_setting(struct credentials *credentials, struct span line, struct error *error)
{
    const char *equals = memchr(line.data, '=', line.size);
    if (!equals)
        return true;
    size_t name_size = (size_t)(equals - line.data);
    struct span name = trim((struct span){line.data, name_size});
    struct span value = trim(without_comment((struct span){equals + 1, line.size - name_size - 1}));
    const struct {
        const char *name;
        char **place;
    } settings[] = {
        {"aws_access_key_id", &credentials->access_key},
        {"aws_secret_access_key", &credentials->secret_key},
        {"aws_session_token", &credentials->session_token},
    };
    for (size_t i = 0; i < LENGTH(settings); i++) {
        if (!span_is(name, settings[i].name) || value.size == 0)
            continue;
        wipe_string(settings[i].place);
        if (!(*settings[i].place = strndup(value.data, value.size)))
            return error_no_memory(error);
    }
    return true;
}

static bool find_profile(const char *text, size_t size, const char *profile, bool *ret_found,
                         struct credentials *credentials, struct error *error)
{
    bool inside = false;
    const char *end = text + size;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        struct span line = {text, (size_t)((newline ? newline : end) - text)};
        text = newline ? newline + 1 : end;
        if (line.size == 0 || is_space(line.data[0]) || strchr("#;", line.data[0]))
            continue;
        if (line.data[0] == '[') {
            inside = is_section(line, profile);
            *ret_found = *ret_found || inside;
        } else if (inside && !keep_setting(credentials, line, error)) {
            return false;
        }
    }
    return true;
}

bool credentials_parse(const char *text, size_t size, const char *file, const char *profile,
                       struct credentials *ret_credentials, struct error *error)
{
    CLEANUP(credentials_finish) struct credentials found = {0};
    bool profile_found = false;
    if (memchr(text, '\0', size)) /* else a key would end there */
        return error_set(
            error, ERROR_INVALID,
            "the credentials file %s has a NUL byte in it: it was damaged, or is not a "
            "text; write it again",
            file);
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        size -= 3;
    }
    if (!find_profile(text, size, profile, &profile_found, &found, error))
        return false;
    if (!profile_found)
        return error_set(error, ERROR_NOT_FOUND,
                         "the credentials file %s has no profile [%.100s]: set AWS_PROFILE to one "
                         "that it has, or set S3_ACCESS_KEY and S3_SECRET_KEY",
                         file, profile);
    if (!found.access_key || !found.secret_key)
        return error_set(error, ERROR_INVALID,
                         "profile [%.100s] in the credentials file %s has no %s: add it, or set "
                         "S3_ACCESS_KEY and S3_SECRET_KEY",
                         profile, file,
                         found.access_key ? "aws_secret_access_key" : "aws_access_key_id");
    *ret_credentials = TAKE_STRUCT(found);
    return true;
}

/* Up to `max` bytes; -1 with errno. */
static ssize_t read_whole(int fd, char *data, size_t max)
{
    size_t size = 0;
    while (size < max) {
        ssize_t count = read(fd, data + size, max - size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        if (count == 0)
            break;
        size += (size_t)count;
    }
    return (ssize_t)size;
}

bool credentials_load(const char *file, const char *profile, struct credentials *ret_credentials,
                      struct error *error)
{
    CLEANUP(close_cleanup) int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_INVALID,
                         "the credentials file %s with profile [%.100s] cannot be opened: %s", file,
                         profile, strerror(errno));
    CLEANUP(free_cleanup) char *text = malloc(CREDENTIALS_FILE_MAX + 1);
    if (!text)
        return error_no_memory(error);
    ssize_t size = read_whole(fd, text, CREDENTIALS_FILE_MAX + 1);
    bool parsed;
    if (size < 0)
        parsed = error_set(error, ERROR_INVALID, "the credentials file %s cannot be read: %s", file,
                           strerror(errno));
    else if (size > CREDENTIALS_FILE_MAX)
        parsed = error_set(error, ERROR_INVALID,
                           "the credentials file %s is larger than %d bytes: it is something else",
                           file, CREDENTIALS_FILE_MAX);
    else
        parsed = credentials_parse(text, (size_t)size, file, profile, ret_credentials, error);
    OPENSSL_cleanse(text, CREDENTIALS_FILE_MAX + 1);
    return parsed;
}
