/* SPDX-License-Identifier: MIT */
#include "config/config_value.h"

#include "base/buffer.h"
#include "base/cleanup.h"
#include "storage/image_key.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static bool copy(const char *text, size_t size, char **ret_copy, struct error *error)
{
    char *result = strndup(text, size);
    if (!result)
        return error_no_memory(error);
    *ret_copy = result;
    return true;
}

static bool is_word(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text >= 0x7F)
            return false;
    return true;
}

/* The length without slashes at the end; at least `min`. */
static size_t trim_slashes(const char *text, size_t min)
{
    size_t length = strlen(text);
    while (length > min && text[length - 1] == '/')
        length--;
    return length;
}

bool config_value_bool(const char *text, bool *ret_value, struct error *error)
{
    static const struct {
        const char *text;
        bool value;
    } words[] = {
        {"true", true},   {"yes", true}, {"on", true},   {"1", true},
        {"false", false}, {"no", false}, {"off", false}, {"0", false},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i].text) == 0) {
            *ret_value = words[i].value;
            return true;
        }
    }
    return error_set(error, ERROR_INVALID, "expected true or false");
}

static bool find_unit(const char *text, uint64_t *ret_factor)
{
    static const struct {
        const char *name;
        uint64_t factor;
    } units[] = {
        {"", 1},
        {"B", 1},
        {"KB", 1000},
        {"MB", 1000 * 1000},
        {"GB", 1000 * 1000 * 1000},
        {"KiB", 1 << 10},
        {"MiB", 1 << 20},
        {"GiB", 1 << 30},
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcasecmp(text, units[i].name) == 0) {
            *ret_factor = units[i].factor;
            return true;
        }
    }
    return false;
}

bool config_value_size(const char *text, size_t min, size_t max, size_t *ret_value,
                       struct error *error)
{
    char *end = NULL;
    uint64_t factor;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || !find_unit(end + strspn(end, " "), &factor))
        return error_set(error, ERROR_INVALID, "expected a size such as 20971520, 20MB or 64MiB");
    if (errno == ERANGE || number > max / factor || number * factor < min)
        return error_set(error, ERROR_INVALID, "expected a size from %zu to %zu bytes", min, max);
    *ret_value = (size_t)(number * factor);
    return true;
}

bool config_value_number(const char *text, int64_t min, int64_t max, int64_t *ret_value,
                         struct error *error)
{
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno == ERANGE || number < min ||
        number > max)
        return error_set(error, ERROR_INVALID, "expected a whole number from %lld to %lld",
                         (long long)min, (long long)max);
    *ret_value = number;
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

bool config_value_url(const char *text, bool allow_file, char **ret_url, struct error *error)
{
    const char *example = allow_file ? "https://images.example.com/path or file:///path"
                                     : "https://images.example.com";
    const char *host = skip_scheme(text, allow_file);
    bool local = host && strncasecmp(text, "file:", strlen("file:")) == 0;
    if (!host && !strstr(text, "://") && *text != '/')
        return error_set(error, ERROR_INVALID, "the scheme is missing: write https://%.200s", text);
    if (!host || !is_word(text) || strpbrk(text, "\"<>\\^`{|}") ||
        (local ? *host != '/' : strcspn(host, "/?#:") == 0))
        return error_set(error, ERROR_INVALID, "expected a URL such as %s", example);
    if (memchr(host, '@', strcspn(host, "/?#")))
        return error_set(error, ERROR_INVALID, "a URL with a user or a password cannot be used");
    if (strpbrk(text, "?#"))
        return error_set(error, ERROR_INVALID,
                         "expected a URL that a path can be added to, without '?' and '#'");
    return copy(text, trim_slashes(text, (size_t)(host - text)), ret_url, error);
}

bool config_value_url_is_under(const char *url, const char *domain)
{
    const char *host = skip_scheme(url, true);
    size_t length = strcspn(host, "/:"), tail = strlen(domain);
    return length >= tail && strncasecmp(host + length - tail, domain, tail) == 0;
}

bool config_value_bucket(const char *text, char **ret_bucket, struct error *error)
{
    if (strstr(text, "://"))
        return error_set(error, ERROR_INVALID, "expected the name of the bucket alone, not a URL");
    if (strchr(text, '/'))
        return error_set(
            error, ERROR_INVALID,
            "expected the name of the bucket alone; a folder in it goes into S3_PREFIX");
    if (!is_word(text))
        return error_set(error, ERROR_INVALID,
                         "expected the name of the bucket, without spaces and in ASCII");
    return copy(text, strlen(text), ret_bucket, error);
}

bool config_value_word(const char *text, char **ret_word, struct error *error)
{
    if (!is_word(text))
        return error_set(
            error, ERROR_INVALID,
            "there is a space, a line break or a character outside ASCII in it; copy it "
            "again");
    return copy(text, strlen(text), ret_word, error);
}

bool config_value_path(const char *text, const char *home, char **ret_path, struct error *error)
{
    bool under_home = strcmp(text, "~") == 0 || strncmp(text, "~/", 2) == 0;
    if (under_home && !(home && *home == '/'))
        return error_set(error, ERROR_INVALID,
                         "\"~\" needs the variable HOME, which is not set: write the whole path");
    if (!under_home && *text != '/')
        return error_set(error, ERROR_INVALID,
                         "expected an absolute path such as /home/me/images or ~/images");
    size_t length = trim_slashes(text, 1);
    if (!under_home)
        return copy(text, length, ret_path, error);
    size_t home_length = trim_slashes(home, 1);
    char *path = malloc(home_length + length);
    if (!path)
        return error_no_memory(error);
    memcpy(path, home, home_length);
    memcpy(path + home_length, text + 1, length - 1);
    path[home_length + length - 1] = '\0';
    *ret_path = path;
    return true;
}

bool config_value_paths(const char *text, const char *home, char **ret_paths, struct error *error)
{
    CLEANUP(buffer_finish) struct buffer paths = BUFFER_INIT(SIZE_MAX / 2);
    CLEANUP(free_cleanup) char *texts = strdup(text);
    char *next = texts, *each;
    if (!texts)
        return error_no_memory(error);
    while ((each = strsep(&next, ":"))) {
        CLEANUP(free_cleanup) char *path = NULL;
        if (!*each)
            continue;
        if (!config_value_path(each, home, &path, error))
            return error_prefix(error, "\"%.80s\"", each);
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

bool config_value_style(const char *text, char **ret_style, struct error *error)
{
    if (strcmp(text, "auto") != 0 && strcmp(text, "path") != 0 && strcmp(text, "virtual") != 0)
        return error_set(error, ERROR_INVALID, "expected auto, path or virtual");
    return copy(text, strlen(text), ret_style, error);
}

bool config_value_cdn_url(const char *text, char **ret_url, struct error *error)
{
    CLEANUP(free_cleanup) char *url = NULL;
    if (!config_value_url(text, false, &url, error))
        return false;
    if (config_value_url_is_under(url, CONFIG_VALUE_R2_DOMAIN))
        return error_set(error, ERROR_INVALID,
                         "this is the API of R2, which nobody can read without keys: connect a "
                         "domain to the bucket or allow its r2.dev address, and give that");
    *ret_url = TAKE(url);
    return true;
}

bool config_value_prefix(const char *text, char **ret_prefix, struct error *error)
{
    text += strspn(text, "/");
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '/')
        length--;
    CLEANUP(free_cleanup) char *prefix = strndup(text, length);
    if (!prefix)
        return error_no_memory(error);
    if (!image_key_check_prefix(prefix, error))
        return false;
    *ret_prefix = TAKE(prefix);
    return true;
}

bool config_value_readable_file(const char *text, const char *home, char **ret_path,
                                struct error *error)
{
    CLEANUP(free_cleanup) char *path = NULL;
    if (!config_value_path(text, home, &path, error))
        return false;
    if (access(path, R_OK) < 0)
        return error_set(error, ERROR_INVALID, "the file cannot be read: %s", strerror(errno));
    *ret_path = TAKE(path);
    return true;
}
