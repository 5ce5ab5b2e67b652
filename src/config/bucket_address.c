/* SPDX-License-Identifier: MIT */
/* Consoles show addresses with the bucket in the host (https://BUCKET.nyc3.example.com) or in the
 * path, and the bucket is asked for by itself, too. Left as it is, such an endpoint makes requests
 * to bucket.bucket.host or host/bucket/bucket, and stores answer some of those with success: images
 * land under keys that are never looked up. So the bucket is taken out of the endpoint where it is
 * certain that it is the bucket: in front of the host of a well-known service, or where it is what
 * S3_BUCKET says. What can be read in two ways is refused with both values. */
#include "config/bucket_address.h"

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "s3/s3_service.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { ADDRESS_MAX = 4096 };

/* A URL and what is found in it. The pieces of `text` are ended by NULs. */
struct parts {
    char *text;
    const char *scheme;
    const char *host;          /* lower case; what is left of it */
    const char *port;          /* with the colon, or "" */
    char *path;                /* without slashes at its ends */
    const char *base;          /* what of the path belongs to the API, with its slash */
    const char *named;         /* the bucket; NULL: not found */
    const char *folder;        /* what stands behind the bucket; NULL: nothing */
    struct s3_service service; /* no name: none */
};

static void parts_finish(struct parts *parts)
{
    free(parts->text);
}

void bucket_address_finish(struct bucket_address *address)
{
    free(address->endpoint);
    free(address->bucket);
    free(address->region);
    *address = (struct bucket_address){0};
}

/* Two bytes longer than the URL, for the NULs between its pieces. */
static bool split(const char *url, struct parts *parts, struct error *error)
{
    size_t scheme = (size_t)(strstr(url, "://") - url), length = strlen(url);
    const char *from = url + scheme + strlen("://");
    size_t host = strcspn(from, "/");
    const char *colon = memrchr(from, ':', host);
    if (colon && memchr(colon, ']', (size_t)(from + host - colon)))
        colon = NULL; /* one of an IPv6 address */
    size_t name = colon ? (size_t)(colon - from) : host;
    char *to = parts->text = calloc(1, length + sizeof "\0\0\0");
    if (!to)
        return error_no_memory(error);
    parts->scheme = memcpy(to, url, scheme);
    to += scheme + 1;
    for (size_t i = 0; i < name; i++)
        to[i] = (char)tolower((unsigned char)from[i]);
    parts->host = to;
    to += name + 1;
    parts->port = memcpy(to, from + name, host - name);
    to += host - name + 1;
    from += host;
    from += strspn(from, "/");
    parts->path = memcpy(to, from, strlen(from));
    for (size_t i = strlen(from); i > 0 && parts->path[i - 1] == '/'; i--)
        parts->path[i - 1] = '\0';
    parts->base = "";
    return true;
}

/* Behind "name." at the start of the host, or NULL. */
static const char *behind_name(const char *host, const char *name)
{
    size_t length = strlen(name);
    struct in_addr address;
    bool begins = strncasecmp(host, name, length) == 0 && host[length] == '.' && host[length + 1];
    return begins && inet_pton(AF_INET, host, &address) != 1 ? host + length + 1 : NULL;
}

/* What is behind the base of a service's API: the bucket, and perhaps a folder. */
static bool read_path_of_service(struct parts *parts, struct error *error)
{
    const char *base = parts->service.base + (*parts->service.base == '/');
    size_t length = strlen(base);
    char *rest = parts->path, *slash;
    if (length > 0 && strncmp(rest, base, length) == 0 && strchr("/", rest[length]))
        rest += length + (rest[length] == '/');
    parts->base = parts->service.base;
    if (parts->named && strncasecmp(rest, parts->named, strlen(parts->named)) == 0 &&
        strchr("/", rest[strlen(parts->named)]))
        rest += strlen(parts->named) + (rest[strlen(parts->named)] == '/');
    else if (!parts->named && *rest) {
        parts->named = rest;
        if ((slash = strchr(rest, '/')))
            *slash = '\0';
        rest = slash ? slash + 1 : rest + strlen(rest);
    }
    parts->folder = *rest ? rest : NULL;
    if (parts->folder)
        return error_set(
            error, ERROR_INVALID,
            "a folder in it goes into S3_PREFIX: set S3_ENDPOINT=%s://%.255s%.8s%.64s, "
            "S3_BUCKET=%.63s and S3_PREFIX=%.100s",
            parts->scheme, parts->host, parts->port, parts->base, parts->named, parts->folder);
    return true;
}

static bool read_service(struct parts *parts, struct error *error)
{
    const struct s3_service *service = &parts->service;
    if (service->instead)
        return error_set(error, ERROR_INVALID,
                         "this host %s: set S3_ENDPOINT=https://%s, which is the API of %s%s",
                         service->instead, service->host, service->name,
                         strstr(service->host, "REGION") || strstr(service->host, "ACCOUNT")
                             ? " (its console shows the word in capitals)"
                             : "");
    parts->host = service->host;
    parts->named = *service->bucket ? service->bucket : NULL;
    return read_path_of_service(parts, error);
}

/* The path of any other host may be that of a proxy. Only what S3_BUCKET says is the bucket. */
static bool read_path(struct parts *parts, const char *bucket, struct error *error)
{
    size_t length = strlen(bucket);
    char *path = parts->path, *at = path;
    while (at && (strncmp(at, bucket, length) != 0 || !strchr("/", at[length])))
        at = (at = strchr(at, '/')) ? at + 1 : NULL;
    if (!at)
        return true;
    if (at[length])
        return error_set(error, ERROR_INVALID,
                         "the bucket %s stands in the middle of its path: leave it and what "
                         "follows away, and set S3_PREFIX=%.100s",
                         quoted(bucket, 63).text, at + length + 1);
    parts->named = bucket;
    while (at > path && at[-1] == '/')
        at--;
    *at = '\0';
    return true;
}

static bool read_host(struct parts *parts, const char *bucket, const char *style,
                      struct error *error)
{
    const char *rest = behind_name(parts->host, bucket);
    if (!rest || (style && strcmp(style, "path") == 0))
        return true;
    if (!style || strcmp(style, "virtual") != 0)
        return error_set(
            error, ERROR_INVALID,
            "its host begins with the name of the bucket: if \"%.63s.\" is the bucket, "
            "set S3_ENDPOINT=%s://%.200s%s and S3_ADDRESSING_STYLE=virtual; if the "
            "host is really called so, set S3_ADDRESSING_STYLE=path",
            bucket, parts->scheme, rest, parts->port);
    parts->host = rest;
    parts->named = bucket;
    return true;
}

static bool append_endpoint(const struct parts *parts, struct buffer *text, struct error *error)
{
    if (!buffer_printf(text, error, "%s://%s%s%s", parts->scheme, parts->host, parts->port,
                       parts->base))
        return false;
    return *parts->base || !*parts->path || parts->service.name ||
           buffer_printf(text, error, "/%s", parts->path);
}

static bool check_bucket(const struct parts *parts, const char *bucket, const char *endpoint,
                         struct error *error)
{
    if (!parts->named || !bucket || strcasecmp(parts->named, bucket) == 0)
        return true;
    return error_set(error, ERROR_INVALID,
                     "it names the bucket %s, but S3_BUCKET is %s: set "
                     "S3_ENDPOINT=%.200s, and S3_BUCKET to the one that is meant",
                     quoted(parts->named, 63).text, quoted(bucket, 63).text, endpoint);
}

static bool copy(const char *text, char **ret_copy, struct error *error)
{
    return !text || (*ret_copy = strdup(text)) || error_no_memory(error);
}

bool bucket_address_read(const char *endpoint, const char *bucket, const char *style,
                         struct bucket_address *ret_address, struct error *error)
{
    CLEANUP(parts_finish) struct parts parts = {0};
    CLEANUP(bucket_address_finish) struct bucket_address address = {0};
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(ADDRESS_MAX);
    if (!split(endpoint, &parts, error))
        return false;
    bool read = s3_service_find(parts.host, &parts.service)
                    ? read_service(&parts, error)
                    : !bucket || (read_path(&parts, bucket, error) &&
                                  read_host(&parts, bucket, style, error));
    if (!read || !append_endpoint(&parts, &text, error) ||
        !check_bucket(&parts, bucket, text.data, error) ||
        !copy(bucket ? bucket : parts.named, &address.bucket, error) ||
        !copy(*parts.service.region ? parts.service.region : NULL, &address.region, error))
        return false;
    address.endpoint = buffer_take(&text);
    address.named = parts.named;
    *ret_address = TAKE_STRUCT(address);
    return true;
}

bool bucket_address_check_cdn(const char *url, const char *bucket, struct error *error)
{
    CLEANUP(parts_finish) struct parts parts = {0};
    if (!split(url, &parts, error))
        return false;
    if (!s3_service_find(parts.host, &parts.service) || parts.service.instead ||
        *parts.service.bucket || *parts.path)
        return true;
    return error_set(error, ERROR_INVALID,
                     "this is the address of %s without the bucket: set S3_CDN_URL=%s://%.63s.%s%s",
                     parts.service.name, parts.scheme, bucket, parts.host, parts.port);
}
