/* SPDX-License-Identifier: MIT */
/* An endpoint is taken apart once (libcurl's URL parser knows the corners) and put together for
 * each object. The bucket comes beside it: what people paste with the bucket in it is understood
 * before (config/bucket_address.h), where it can be said which variable is meant. */
#include "s3/endpoint.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/uri.h"
#include "s3/s3_service.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

enum { ENDPOINT_PATH_MAX = 16 * 1024 };

void endpoint_finish(struct endpoint *endpoint)
{
    free(endpoint->base);
    free(endpoint->bucket);
    *endpoint = (struct endpoint){0};
}

void endpoint_place_finish(struct endpoint_place *place)
{
    free(place->host);
    free(place->path);
    *place = (struct endpoint_place){0};
}

bool endpoint_region_valid(const char *region)
{
    size_t length = strlen(region);
    return length > 0 && length < ENDPOINT_REGION_SIZE &&
           strspn(region, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
               length;
}

/* "General purpose bucket naming rules" of S3; other stores are laxer where the name is not part of
 * a host name. */
static bool check_bucket(const char *bucket, bool strict, struct error *error)
{
    static const char strict_set[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
    static const char lax_set[] = "abcdefghijklmnopqrstuvwxyz0123456789-."
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    size_t length = strlen(bucket);
    struct in_addr address;
    bool good = length >= 3 && length <= 63 &&
                strspn(bucket, strict ? strict_set : lax_set) == length &&
                isalnum((unsigned char)bucket[0]) && isalnum((unsigned char)bucket[length - 1]) &&
                !strstr(bucket, "..") && inet_pton(AF_INET, bucket, &address) != 1;
    if (!good)
        return error_set(error, ERROR_INVALID,
                         "\"%.100s\" cannot be the name of a bucket (3 to 63 characters of a-z, "
                         "0-9, '-' and '.', a letter or digit first and last): check S3_BUCKET",
                         bucket);
    return true;
}

static bool ends_with(const char *text, const char *end)
{
    size_t text_length = strlen(text), end_length = strlen(end);
    return text_length >= end_length && strcmp(text + text_length - end_length, end) == 0;
}

static bool is_loopback(const char *host)
{
    struct in_addr address;
    if (inet_pton(AF_INET, host, &address) == 1)
        return ntohl(address.s_addr) >> 24 == 127;
    return strcmp(host, "[::1]") == 0 || strcmp(host, "localhost") == 0 ||
           ends_with(host, ".localhost");
}

/* Of s3.amazonaws.com and s3.<region>.amazonaws.com, also in the Chinese domain, only the domain is
 * kept: the host follows the region, also one that is learned later. Other hosts of AWS (dual
 * stack, FIPS, acceleration) stay as they are. */
static void recognise_aws(struct endpoint *endpoint)
{
    static const char *const domains[] = {"amazonaws.com", "amazonaws.com.cn"};
    char *host = endpoint->host;
    for (size_t i = 0; i < LENGTH(domains); i++) {
        if (!ends_with(host, domains[i]))
            continue;
        if (strncmp(host, "s3.", 3) != 0 && strncmp(host, "s3-", 3) != 0)
            return;
        endpoint->aws = true;
        size_t domain_at = strlen(host) - strlen(domains[i]);
        if (host[2] != '.' || (domain_at > 3 && memchr(host + 3, '.', domain_at - 4)))
            return;
        if (domain_at > 3 && domain_at - 4 < sizeof endpoint->region)
            memcpy(endpoint->region, host + 3, domain_at - 4);
        endpoint->host_by_region = true;
        memmove(host, domains[i], strlen(domains[i]) + 1);
        return;
    }
}

/* One part of a parsed URL, or an empty string. */
static bool url_part(CURLU *url, CURLUPart part, char *text, size_t size)
{
    char *value = NULL;
    text[0] = '\0';
    if (curl_url_get(url, part, &value, 0) != CURLUE_OK)
        return true;
    bool fits = strlen(value) < size;
    if (fits)
        memcpy(text, value, strlen(value) + 1);
    curl_free(value);
    return fits;
}

static bool url_has(CURLU *url, CURLUPart part)
{
    char *value = NULL;
    bool has = curl_url_get(url, part, &value, 0) == CURLUE_OK;
    curl_free(value);
    return has;
}

/* Also of IPv6 addresses, and of names that only local networks have. The URL parser lets more
 * pass, that would end up in signatures and regions. */
static const char host_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789.-_:[]";

static bool keep_host(struct endpoint *endpoint, CURLU *url, struct error *error)
{
    char port[sizeof "65535"];
    if (!url_part(url, CURLUPART_SCHEME, endpoint->scheme, sizeof endpoint->scheme) ||
        (strcmp(endpoint->scheme, "https") != 0 && strcmp(endpoint->scheme, "http") != 0))
        return error_set(error, ERROR_INVALID, "S3_ENDPOINT must begin with https:// or http://");
    if (!url_part(url, CURLUPART_HOST, endpoint->host, sizeof endpoint->host) ||
        !url_part(url, CURLUPART_PORT, port, sizeof port))
        return error_set(error, ERROR_INVALID, "the host in S3_ENDPOINT is too long");
    if (strspn(endpoint->host, host_characters) != strlen(endpoint->host))
        return error_set(error, ERROR_INVALID,
                         "the host in S3_ENDPOINT must be made of a-z, 0-9, '-' and '.' (xn--... "
                         "for other scripts)");
    for (char *c = endpoint->host; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    const char *own = strcmp(endpoint->scheme, "https") == 0 ? "443" : "80";
    if (port[0] && strcmp(port, own) != 0) {
        endpoint->port[0] = ':';
        memcpy(endpoint->port + 1, port, strlen(port) + 1);
    }
    return true;
}

static bool keep_base(struct endpoint *endpoint, CURLU *url, struct error *error)
{
    char base[1024];
    if (!url_part(url, CURLUPART_PATH, base, sizeof base) ||
        strspn(base, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/%") !=
            strlen(base))
        return error_set(error, ERROR_INVALID,
                         "the path in S3_ENDPOINT must be short and percent-encoded");
    size_t length = strlen(base);
    while (length > 0 && base[length - 1] == '/')
        base[--length] = '\0';
    endpoint->base = strdup(base);
    return endpoint->base || error_no_memory(error);
}

static bool parse_url(struct endpoint *endpoint, const char *text, struct error *error)
{
    CURLU *url = curl_url();
    if (!url)
        return error_no_memory(error);
    bool done;
    if (curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        done = error_set(error, ERROR_INVALID,
                         "S3_ENDPOINT is not a URL such as https://s3.example.com");
    else if (url_has(url, CURLUPART_USER) || url_has(url, CURLUPART_PASSWORD))
        done = error_set(error, ERROR_INVALID,
                         "S3_ENDPOINT must not hold a user or password: the keys go into "
                         "S3_ACCESS_KEY and S3_SECRET_KEY");
    else if (url_has(url, CURLUPART_QUERY) || url_has(url, CURLUPART_FRAGMENT))
        done = error_set(error, ERROR_INVALID, "S3_ENDPOINT must not hold a '?' or '#'");
    else
        done = keep_host(endpoint, url, error) && keep_base(endpoint, url, error);
    curl_url_cleanup(url);
    return done;
}

static bool check_scheme(const struct endpoint *endpoint, bool allow_http, struct error *error)
{
    if (strcmp(endpoint->scheme, "https") == 0 || allow_http || is_loopback(endpoint->host))
        return true;
    return error_set(error, ERROR_INVALID,
                     "S3_ENDPOINT uses plain http to %.100s, where anybody on the way can read and "
                     "change the images: use https, or set S3_ALLOW_HTTP=true",
                     endpoint->host);
}

bool endpoint_init(struct endpoint *endpoint, const char *url, const char *bucket,
                   enum s3_addressing addressing, bool allow_http, struct error *error)
{
    CLEANUP(endpoint_finish) struct endpoint made = {.bucket = strdup(bucket)};
    if (!made.bucket)
        return error_no_memory(error);
    if (!parse_url(&made, url ? url : "https://s3.amazonaws.com", error))
        return false;
    struct s3_service service = {0};
    bool only_virtual = s3_service_find(made.host, &service) && service.virtual_host;
    recognise_aws(&made);
    if (!check_scheme(&made, allow_http, error))
        return false;
    made.virtual_host = addressing == S3_ADDRESSING_VIRTUAL ||
                        (addressing == S3_ADDRESSING_AUTO && (made.aws || only_virtual) &&
                         !strchr(bucket, '.'));
    if (!check_bucket(bucket, made.aws || made.virtual_host, error))
        return false;
    *endpoint = made;
    made = (struct endpoint){0};
    return true;
}

static bool append_host(const struct endpoint *endpoint, const char *region, struct buffer *host,
                        struct error *error)
{
    if (endpoint->virtual_host && !buffer_printf(host, error, "%s.", endpoint->bucket))
        return false;
    if (endpoint->host_by_region && region &&
        !buffer_printf(host, error, "s3.%s.%s", region,
                       strncmp(region, "cn-", 3) == 0 ? "amazonaws.com.cn" : endpoint->host))
        return false;
    if (endpoint->host_by_region && !region && !buffer_printf(host, error, "s3.%s", endpoint->host))
        return false;
    if (!endpoint->host_by_region && !buffer_append_string(host, endpoint->host, error))
        return false;
    return buffer_append_string(host, endpoint->port, error);
}

static bool append_path(const struct endpoint *endpoint, const char *key, struct buffer *path,
                        struct error *error)
{
    if (!buffer_append_string(path, endpoint->base, error) ||
        (!endpoint->virtual_host && !buffer_printf(path, error, "/%s", endpoint->bucket)))
        return false;
    return buffer_append_char(path, '/', error) &&
           uri_encode(path, key, strlen(key), URI_PATH, error);
}

bool endpoint_locate(const struct endpoint *endpoint, const char *region, const char *key,
                     struct endpoint_place *ret_place, struct error *error)
{
    CLEANUP(buffer_finish) struct buffer host = BUFFER_INIT(ENDPOINT_PATH_MAX);
    CLEANUP(buffer_finish) struct buffer path = BUFFER_INIT(ENDPOINT_PATH_MAX);
    if (!append_host(endpoint, region, &host, error) || !append_path(endpoint, key, &path, error))
        return false;
    *ret_place = (struct endpoint_place){.host = buffer_take(&host), .path = buffer_take(&path)};
    return true;
}

char *endpoint_object_url(const struct endpoint *endpoint, const char *region, const char *key,
                          struct error *error)
{
    CLEANUP(buffer_finish) struct buffer url = BUFFER_INIT(ENDPOINT_PATH_MAX);
    bool first_region = endpoint->host_by_region && strcmp(region, "us-east-1") == 0;
    if (!buffer_printf(&url, error, "%s://", endpoint->scheme) ||
        !append_host(endpoint, first_region ? NULL : region, &url, error) ||
        !append_path(endpoint, key, &url, error))
        return NULL;
    return buffer_take(&url);
}
