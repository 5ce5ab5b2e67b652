/* SPDX-License-Identifier: MIT */
/* An error about a value names the value to write in its place, where that can
 * be known: people copy what they are shown. */
#include "config/config_value.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "config/bucket_address.h"
#include "config/config_url.h"
#include "s3/client.h"
#include "storage/image_key.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
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

bool config_value_bool(const char *text, bool *ret_value, struct error *error)
{
    static const struct {
        const char *text;
        bool value;
    } words[] = {
        {"true", true},   {"yes", true}, {"on", true},   {"1", true},
        {"false", false}, {"no", false}, {"off", false}, {"0", false},
    };
    for (size_t i = 0; i < LENGTH(words); i++) {
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
    for (size_t i = 0; i < LENGTH(units); i++) {
        if (strcasecmp(text, units[i].name) == 0) {
            *ret_factor = units[i].factor;
            return true;
        }
    }
    return false;
}

/* "20M" means one of two things. */
static bool refuse_size(const char *text, struct error *error)
{
    static const char expected[] = "expected a size such as 20971520, 20MB or 64MiB";
    size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits + strspn(text + digits, " ");
    if (digits > 0 && digits < 16 && *unit && strchr("kKmMgG", *unit) &&
        (!unit[1] || strcasecmp(unit + 1, "i") == 0))
        return error_set(error, ERROR_INVALID, "%s: write %.*s%c%sB", expected, (int)digits, text,
                         toupper((unsigned char)*unit), unit[1] ? "i" : "");
    return error_set(error, ERROR_INVALID, "%s", expected);
}

bool config_value_size(const char *text, size_t min, size_t max, size_t *ret_value,
                       struct error *error)
{
    char *end = NULL;
    uint64_t factor;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || !find_unit(end + strspn(end, " "), &factor))
        return refuse_size(text, error);
    if (errno == ERANGE || number > max / factor || number * factor < min)
        return error_set(error, ERROR_INVALID, "expected a size from %zu to %zu bytes", min, max);
    *ret_value = (size_t)(number * factor);
    return true;
}

static bool read_number(const char *text, int64_t min, int64_t max, const char **ret_end,
                        int64_t *ret_value)
{
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    *ret_end = end;
    *ret_value = number;
    return *text >= '0' && *text <= '9' && errno != ERANGE && number >= min && number <= max;
}

/* Whether it is a unit and no more: "d", " days". */
static bool is_unit(const char *text)
{
    while (*text == ' ' || isalpha((unsigned char)*text))
        text++;
    return !*text;
}

bool config_value_number(const char *text, int64_t min, int64_t max, int64_t *ret_value,
                         struct error *error)
{
    const char *end;
    int64_t number;
    bool in_range = read_number(text, min, max, &end, &number);
    if (in_range && !*end) {
        *ret_value = number;
        return true;
    }
    error_set(error, ERROR_INVALID, "expected a whole number from %lld to %lld", (long long)min,
              (long long)max);
    if (in_range && is_unit(end))
        error_set(error, ERROR_INVALID,
                  "expected a whole number from %lld to %lld without a unit: write %lld",
                  (long long)min, (long long)max, (long long)number);
    return false;
}

/* Behind "s3://", "arn:aws:s3:::" and the like; NULL: it begins with nothing of the kind. */
static const char *skip_bucket_scheme(const char *text)
{
    static const char *const schemes[] = {"s3://", "s3a://", "s3n://", "gs://",
                                          "r2://", "b2://",  "oss://"};
    for (size_t i = 0; i < LENGTH(schemes); i++)
        if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
            return text + strlen(schemes[i]);
    const char *resource = strncmp(text, "arn:", strlen("arn:")) == 0 ? strstr(text, ":s3:::")
                                                                      : NULL;
    return resource ? resource + strlen(":s3:::") : NULL;
}

/* The bucket that a URL of a well-known service names. */
static bool refuse_bucket_url(const char *text, struct error *error)
{
    static const char expected[] = "expected the name of the bucket alone, not a URL";
    CLEANUP(free_cleanup) char *url = NULL;
    CLEANUP(bucket_address_finish) struct bucket_address address = {0};
    if (config_url_read(text, false, &url, error) &&
        bucket_address_read(url, NULL, NULL, &address, error) && address.bucket)
        return error_set(error, ERROR_INVALID, "%s: write %.63s, and set S3_ENDPOINT=%.255s",
                         expected, address.bucket, address.endpoint);
    return error->code == ERROR_NO_MEMORY
               ? false
               : error_set(error, ERROR_INVALID, "%s, which goes into S3_ENDPOINT", expected);
}

bool config_value_bucket(const char *text, char **ret_bucket, struct error *error)
{
    const char *name = skip_bucket_scheme(text), *from = name ? name : text;
    size_t length = strcspn(from, "/");
    const char *folder = from + length + strspn(from + length, "/");
    if (!name && strstr(text, "://"))
        return refuse_bucket_url(text, error);
    if (length > 0 && *folder && *folder != '*')
        return error_set(error, ERROR_INVALID,
                         "expected the name of the bucket alone: write %.*s, and set S3_PREFIX to "
                         "the folder in it, %.100s",
                         (int)(length < 63 ? length : 63), from, folder);
    if (name || from[length])
        return error_set(error, ERROR_INVALID, "expected the name of the bucket alone: write %.*s",
                         (int)(length < 63 ? length : 63), from);
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

bool config_value_key(const char *text, char **ret_key, struct error *error)
{
    static const char *const schemes[] = {"Bearer ", "Basic ", "AWS ", "AWS4-HMAC-SHA256 "};
    for (size_t i = 0; i < LENGTH(schemes); i++)
        if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
            return error_set(error, ERROR_INVALID,
                             "it begins with \"%s\", as the header of a request does: give the key "
                             "alone",
                             schemes[i]);
    if (strpbrk(text, "\"'`"))
        return error_set(error, ERROR_INVALID,
                         "there is a quotation mark in it that belongs to no key; copy it again");
    if (*text == '=' || *text == ':')
        return error_set(error, ERROR_INVALID, "it begins with '%c': give what stands behind that",
                         *text);
    return config_value_word(text, ret_key, error);
}

bool config_value_style(const char *text, char **ret_style, struct error *error)
{
    if (strcmp(text, "auto") != 0 && strcmp(text, "path") != 0 && strcmp(text, "virtual") != 0)
        return error_set(error, ERROR_INVALID, "expected auto, path or virtual");
    return copy(text, strlen(text), ret_style, error);
}

bool config_value_acl(const char *text, char **ret_acl, struct error *error)
{
    if (!s3_acl_valid(text))
        return error_set(error, ERROR_INVALID, "expected one of " S3_ACLS);
    return copy(text, strlen(text), ret_acl, error);
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
