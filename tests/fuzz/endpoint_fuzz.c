/* SPDX-License-Identifier: MIT */
#include "base/uri.h"
#include "config/bucket_address.h"
#include "config/config_path.h"
#include "config/config_url.h"
#include "config/config_value.h"
#include "s3/endpoint.h"

#include "fuzz.h"

#include <ctype.h>
#include <stdio.h>

/* Endpoints, buckets and the other values of the configuration that are URLs or paths. The first
 * byte picks the addressing, then follow the bucket, a key and the URL: whatever is accepted gives
 * a host and a path that can stand in a request, and the key can be read from the path again. */

static void check_place(const struct endpoint_place *place, const struct endpoint *endpoint,
                        const char *key)
{
    struct error error = {0};
    char *decoded = NULL;
    check(*place->host && place->path[0] == '/');
    for (const char *at = place->host; *at; at++)
        check(*at > ' ' && *at < 127 && !strchr("/?#@\\", *at) && !isupper((unsigned char)*at));
    for (const char *at = place->path; *at; at++)
        check(*at > ' ' && *at < 127 && !strchr("?#\"<>\\", *at));
    size_t before = strlen(endpoint->base) +
                    (endpoint->virtual_host ? 0 : 1 + strlen(endpoint->bucket));
    check(strlen(place->path) > before && place->path[before] == '/');
    check(uri_decode(place->path + before + 1, &decoded, &error) && strcmp(decoded, key) == 0);
    free(decoded);
}

/* What is built from the parts is understood in the same way. */
static void check_again(const struct endpoint *endpoint, const struct endpoint_place *place,
                        const char *key)
{
    struct endpoint again = {0};
    struct endpoint_place place_again = {0};
    struct error error = {0};
    char url[4096];
    snprintf(url, sizeof url, "%s://%s%s", endpoint->scheme, place->host, endpoint->base);
    check(endpoint_init(&again, url, endpoint->bucket, S3_ADDRESSING_PATH, true, &error));
    check(endpoint_locate(&again, "eu-west-1", key, &place_again, &error));
    check(strcmp(place->host, place_again.host) == 0 && strcmp(place->path, place_again.path) == 0);
    endpoint_place_finish(&place_again);
    endpoint_finish(&again);
}

static void try_endpoint(const char *url, const char *bucket, const char *key,
                         enum s3_addressing addressing)
{
    struct endpoint endpoint = {0};
    struct endpoint_place place = {0};
    struct error error = {0};
    if (!endpoint_init(&endpoint, url, bucket, addressing, false, &error)) {
        check(error.code == ERROR_INVALID && error.text[0] && !endpoint.bucket);
        return;
    }
    check(!endpoint.region[0] || endpoint_region_valid(endpoint.region));
    if (endpoint_locate(&endpoint, "eu-west-1", key, &place, &error)) {
        char *object = endpoint_object_url(&endpoint, "eu-west-1", key, &error);
        check_place(&place, &endpoint, key);
        if (!endpoint.aws && !endpoint.virtual_host)
            check_again(&endpoint, &place, key);
        check(object && strstr(object, place.host) && strstr(object, place.path));
        free(object);
        endpoint_place_finish(&place);
    } else {
        check(error.code == ERROR_TOO_LARGE);
    }
    endpoint_finish(&endpoint);
}

/* What is accepted stays as it is when it is read again. */
static void try_value(bool (*read)(const char *text, char **ret_value, struct error *error),
                      const char *text)
{
    struct error error = {0};
    char *value = NULL, *again = NULL;
    if (!read(text, &value, &error)) {
        check(error.code == ERROR_INVALID && error.text[0] && !value);
        return;
    }
    check(read(value, &again, &error) && strcmp(value, again) == 0);
    free(value);
    free(again);
}

static bool read_url(const char *text, char **ret_value, struct error *error)
{
    return config_url_read(text, false, ret_value, error);
}

static bool read_path(const char *text, char **ret_value, struct error *error)
{
    return config_path_read(text, "/home/me/", ret_value, error);
}

/* A directory may end with a blank, which a list of nothing else loses. */
static void try_paths(const char *text)
{
    struct error error = {0};
    char *paths = NULL, *next, *each;
    if (!config_path_read_list(text, "/home/me/", &paths, &error)) {
        check(error.code == ERROR_INVALID && error.text[0] && !paths);
        return;
    }
    for (next = paths; (each = strsep(&next, ":"));)
        check(*each == '/');
    free(paths);
}

static void try_values(const char *text)
{
    struct error error = {0};
    int64_t number;
    size_t size;
    bool on;
    try_value(read_url, text);
    try_value(config_url_read_cdn, text);
    try_value(config_value_bucket, text);
    try_value(config_value_word, text);
    try_value(read_path, text);
    try_paths(text);
    try_value(config_value_prefix, text);
    if (config_value_size(text, 10, 1000, &size, &error))
        check(size >= 10 && size <= 1000);
    if (config_value_number(text, 10, 1000, &number, &error))
        check(number >= 10 && number <= 1000);
    if (!config_value_bool(text, &on, &error))
        check(error.code == ERROR_INVALID);
}

/* What is left of an endpoint when the bucket is taken out is a URL that is taken as it is. */
static void try_address(const char *text, const char *bucket, const char *style)
{
    struct bucket_address address = {0};
    struct error error = {0};
    char *url = NULL, *again = NULL;
    if (!config_url_read(text, false, &url, &error))
        return;
    if (bucket_address_read(url, *bucket ? bucket : NULL, style, &address, &error)) {
        check(config_url_read(address.endpoint, false, &again, &error));
        check(strcmp(address.endpoint, again) == 0);
        check(!*bucket || strcmp(address.bucket, bucket) == 0);
    } else {
        check(error.code == ERROR_INVALID && error.text[0] && !address.endpoint);
    }
    bucket_address_finish(&address);
    free(again);
    free(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum s3_addressing addressings[] = {S3_ADDRESSING_AUTO, S3_ADDRESSING_PATH,
                                                     S3_ADDRESSING_VIRTUAL};
    static const char *const styles[] = {"auto", "path", "virtual"};
    struct input input = {data, size};
    unsigned style = take_byte(&input) % 3;
    char *bucket = take_text(&input), *key = take_text(&input), *url = take_text(&input);
    try_endpoint(url, bucket, key, addressings[style]);
    try_address(url, bucket, styles[style]);
    try_values(url);
    free(url);
    free(key);
    free(bucket);
    return 0;
}
