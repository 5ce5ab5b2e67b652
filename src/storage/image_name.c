/* SPDX-License-Identifier: MIT */
/* An image may be named in several ways (key, URL, resource URI, filename), because models repeat
 * whatever they were shown. Each is brought back to a key of the layout, or refused; nothing is
 * guessed. */
#include "storage/image_name.h"

#include "base/cleanup.h"
#include "base/uri.h"

#include <string.h>

static const char resource_base[] = IMAGE_NAME_RESOURCE;

static bool refuse(const char *text, struct error *error)
{
    return error_set(error, ERROR_INVALID,
                     "\"%.200s\" does not name an image of this store; give its filename, its key, "
                     "or the URL that came with it",
                     text);
}

/* How much of a URL base compares without case: scheme and host. */
static size_t authority_length(const char *base)
{
    const char *host = strstr(base, "://");
    return host ? strcspn(host + 3, "/") + (size_t)(host + 3 - base) : 0;
}

/* What follows the base in the URL, or NULL. */
static const char *after_base(const char *url, const char *base)
{
    size_t length = strlen(base), authority = authority_length(base);
    if (strncasecmp(url, base, authority) != 0 ||
        strncmp(url + authority, base + authority, length - authority) != 0)
        return NULL;
    return url + length;
}

static const char *after_any_base(const struct image_name_origin *origin, const char *url)
{
    const char *rest = NULL;
    if (strncasecmp(url, resource_base, sizeof resource_base - 1) == 0)
        return url + sizeof resource_base - 1;
    for (size_t i = 0; !rest && i < origin->url_base_count; i++)
        rest = after_base(url, origin->url_bases[i]);
    return rest;
}

static bool parse_key(const char *prefix, const char *text, const char *key,
                      struct image_name *ret_name, struct error *error)
{
    struct image_key_parts parts;
    if (!image_key_parse(prefix, key, &parts))
        return refuse(text, error);
    ret_name->kind = IMAGE_NAME_KEY;
    strcpy(ret_name->text, key);
    return true;
}

static bool parse_url(const struct image_name_origin *origin, const char *text,
                      struct image_name *ret_name, struct error *error)
{
    CLEANUP(free_cleanup) char *key = NULL;
    CLEANUP(free_cleanup) char *url = strndup(text, strcspn(text, "?#"));
    if (!url)
        return error_no_memory(error);
    const char *rest = after_any_base(origin, url);
    if (!rest)
        return refuse(text, error);
    if (!uri_decode(rest, &key, error))
        return error->code == ERROR_INVALID ? refuse(text, error) : false;
    return parse_key(origin->prefix, text, key, ret_name, error);
}

bool image_name_parse(const struct image_name_origin *origin, const char *text,
                      struct image_name *ret_name, struct error *error)
{
    if (strstr(text, "://"))
        return parse_url(origin, text, ret_name, error);
    if (strlen(text) > IMAGE_KEY_MAX || !image_key_is_filename(text))
        return parse_key(origin->prefix, text, text, ret_name, error);
    ret_name->kind = IMAGE_NAME_FILENAME;
    strcpy(ret_name->text, text);
    return true;
}

bool image_name_url_base(const char *url, const char *key, char **ret_base, struct error *error)
{
    size_t length = strcspn(url, "?"), tail = strlen(key);
    if (length < tail || memcmp(url + length - tail, key, tail) != 0)
        return error_set(error, ERROR_INTERNAL, "the provider's URLs do not end with the key");
    char *base = strndup(url, length - tail);
    if (!base)
        return error_no_memory(error);
    *ret_base = base;
    return true;
}
