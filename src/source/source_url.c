/* SPDX-License-Identifier: MIT */
/* The destination is checked where it cannot change any more: each socket is made by us, when
 * libcurl has resolved the name and is about to connect to one address, and a socket for an address
 * that is not public, or is this machine's own, is never made. That holds for every redirect, and
 * for a name that resolves to something else the next time. Proxies are not used, because with one
 * the address that is connected to says nothing about the destination.
 *
 * Redirects are followed, three at most: what a model knows is often an address that only leads to
 * the image (a short link, a download link of a host with a CDN), it has no way to find out where
 * to, and every step goes through the same checks as the first.
 *
 * Each fetch has connections of its own on the worker's thread: there is nothing to share between
 * fetches from hosts at large. */
#include "source/source_url.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "net/curl_handle.h"
#include "source/own_address.h"
#include "source/public_address.h"

#include <string.h>
#include <strings.h>

enum {
    REDIRECTS_MAX = 3,
    HEADERS_MAX = 128 * 1024, /* bytes, of all responses */
    HOST_SHOWN_MAX = 100,
};

const struct source_url_settings source_url_settings_default = {
    .connect_timeout_ms = CURL_HANDLE_CONNECT_MS,
    .timeout_ms = 60 * 1000,
    .floor = &speed_floor_default,
};

struct fetch {
    CURLU *url;
    CURL *easy;
    struct blob_builder bytes;
    const struct speed_floor *floor;
    int64_t body_began_ms; /* 0: not yet */
    uint64_t body_bytes;
    size_t header_bytes;
    const char *refused; /* what an address was that is not connected to; NULL: none was met */
    struct error error;  /* of a callback that stopped it; ERROR_NONE: none did */
    char detail[CURL_ERROR_SIZE];
};

DEFINE_CLEANUP(CURLU *, curl_url_cleanup)

static void fetch_finish(struct fetch *fetch)
{
    curl_easy_cleanup(fetch->easy);
    curl_url_cleanup(fetch->url);
    blob_builder_finish(&fetch->bytes);
}

/* The URL */

static bool refuse_url(CURLUcode code, struct error *error)
{
    if (code == CURLUE_OUT_OF_MEMORY)
        return error_no_memory(error);
    return error_set(error, ERROR_INVALID,
                     "this is not a URL that can be fetched (%s): expected one such as "
                     "https://example.com/cat.png",
                     curl_url_strerror(code));
}

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return has;
}

static bool is_https(CURLU *url)
{
    char *scheme = NULL;
    bool is = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
              strcasecmp(scheme, "https") == 0;
    curl_free(scheme);
    return is;
}

/* Parsed once, by the library that fetches it: two parsers could see two hosts. */
static bool parse_url(CURLU *url, const char *text, struct error *error)
{
    CURLUcode code = curl_url_set(url, CURLUPART_URL, text,
                                  CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE | CURLU_ALLOW_SPACE);
    if (code != CURLUE_OK)
        return refuse_url(code, error);
    if (!is_https(url))
        return error_set(error, ERROR_INVALID,
                         "only https URLs are fetched: give the image's address with https://");
    if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
        return error_set(error, ERROR_INVALID,
                         "a URL with a user or a password is not fetched: give one without");
    return true;
}

/* The host that was asked last. */
static void copy_host(const struct fetch *fetch, char host[HOST_SHOWN_MAX + 1])
{
    const char *effective = NULL;
    char *text = NULL;
    CLEANUP(curl_url_cleanup_cleanup) CURLU *url = curl_url();
    curl_easy_getinfo(fetch->easy, CURLINFO_EFFECTIVE_URL, &effective);
    if (url && effective)
        curl_url_set(url, CURLUPART_URL, effective, CURLU_NON_SUPPORT_SCHEME);
    if (url)
        curl_url_get(url, CURLUPART_HOST, &text, 0);
    snprintf(host, HOST_SHOWN_MAX + 1, "%s", text ? text : "the server");
    curl_free(text);
}

/* Callbacks */

static curl_socket_t on_open_socket(void *argument, curlsocktype purpose,
                                    struct curl_sockaddr *address)
{
    struct fetch *fetch = argument;
    (void)purpose;
    const char *refused = public_address_refusal(&address->addr, address->addrlen);
    if (!refused)
        refused = own_address_refusal(&address->addr, address->addrlen);
    if (refused) {
        fetch->refused = refused;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t on_header(char *data, size_t unit, size_t size, void *argument)
{
    struct fetch *fetch = argument;
    (void)data;
    (void)unit;
    fetch->header_bytes += size;
    if (fetch->header_bytes <= HEADERS_MAX)
        return size;
    error_set(&fetch->error, ERROR_UNAVAILABLE, "its headers are too large");
    return 0;
}

static size_t on_body(char *data, size_t unit, size_t size, void *argument)
{
    struct fetch *fetch = argument;
    (void)unit;
    if (fetch->body_began_ms == 0)
        fetch->body_began_ms = clock_monotonic_ms();
    fetch->body_bytes += size;
    unsigned char *place = blob_builder_reserve(&fetch->bytes, size, &fetch->error);
    if (!place)
        return 0;
    memcpy(place, data, size);
    return blob_builder_commit(&fetch->bytes, size, &fetch->error) ? size : 0;
}

/* Fetching */

static void set_options(struct fetch *fetch, const struct source_url_settings *settings)
{
    CURL *easy = fetch->easy;
    fetch->floor = settings->floor;
    const struct curl_handle_options options = {
        .https_only = true,
        .connect_timeout_ms = (uint32_t)settings->connect_timeout_ms,
        .detail = fetch->detail,
    };
    curl_handle_set(easy, &options);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 0L); /* as a browser has it */
    curl_easy_setopt(easy, CURLOPT_CURLU, fetch->url);
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, fetch);
    curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)fetch->bytes.max);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, fetch);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)settings->timeout_ms);
}

/* The time until the first byte is limited by itself: the image may be made first. */
static bool is_too_slow(void *argument)
{
    struct fetch *fetch = argument;
    if (fetch->body_began_ms == 0 ||
        !speed_floor_missed(fetch->floor, fetch->body_bytes,
                            clock_monotonic_ms() - fetch->body_began_ms))
        return false;
    error_set(&fetch->error, ERROR_UNAVAILABLE,
              "it sends less than %u bytes a second; try again later",
              fetch->floor->bytes_per_second);
    return true;
}

/* Failures */

static const struct {
    CURLcode result;
    enum error_code code;
    const char *text;
    bool detailed; /* what libcurl says about it helps */
} failures[] = {
    {CURLE_COULDNT_RESOLVE_HOST, ERROR_INVALID, "its host name cannot be resolved; check the URL",
     false},
    {CURLE_COULDNT_CONNECT, ERROR_UNAVAILABLE, "it cannot be reached", false},
    {CURLE_OPERATION_TIMEDOUT, ERROR_UNAVAILABLE, "it takes too long; try again later", false},
    {CURLE_PEER_FAILED_VERIFICATION, ERROR_DENIED, "its certificate is not trusted", true},
    {CURLE_SSL_CONNECT_ERROR, ERROR_UNAVAILABLE, "the TLS handshake failed", true},
    {CURLE_TOO_MANY_REDIRECTS, ERROR_INVALID,
     "it redirects more than three times; give the URL of the image itself", false},
    {CURLE_UNSUPPORTED_PROTOCOL, ERROR_INVALID,
     "it redirects to a URL that is not https; give the URL of the image itself", false},
    {CURLE_LOGIN_DENIED, ERROR_INVALID,
     "it redirects to a URL with a user or a password; give the URL of the image itself", false},
    {CURLE_URL_MALFORMAT, ERROR_INVALID,
     "it redirects to an invalid URL; give the URL of the image itself", false},
    {CURLE_FILESIZE_EXCEEDED, ERROR_TOO_LARGE, "it is larger than the limit", false},
    {CURLE_PARTIAL_FILE, ERROR_UNAVAILABLE, "the answer was cut short; try again", false},
    {CURLE_OUT_OF_MEMORY, ERROR_NO_MEMORY, "out of memory", false},
};

static const struct {
    long first, last;
    enum error_code code;
    const char *text;
} statuses[] = {
    {401, 401, ERROR_DENIED, "it requires a login"},
    {403, 403, ERROR_DENIED,
     "access is denied; the URL may have expired, or work in a browser only"},
    {404, 404, ERROR_NOT_FOUND, "nothing exists at this URL; check it"},
    {410, 410, ERROR_NOT_FOUND, "the content of this URL was removed"},
    {429, 429, ERROR_UNAVAILABLE, "it receives too many requests; try again later"},
    {500, 599, ERROR_UNAVAILABLE, "the server has an internal problem; try again later"},
    {0, 999, ERROR_INVALID, "the answer has no image"},
};

static bool fail_with_status(const char *host, long status, struct error *error)
{
    size_t i = 0;
    while (status < statuses[i].first || status > statuses[i].last)
        i++; /* the last line fits everything: libcurl takes three digits */
    return error_set(error, statuses[i].code, "%s answers with HTTP status %ld: %s", host, status,
                     statuses[i].text);
}

static bool fetch_fail(const struct fetch *fetch, CURLcode result, struct error *error)
{
    char host[HOST_SHOWN_MAX + 1];
    long status = 0;
    copy_host(fetch, host);
    curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
    if (fetch->error.code != ERROR_NONE) {
        *error = fetch->error;
        return error_prefix(error, "fetching from %s failed", host);
    }
    if (result == CURLE_COULDNT_CONNECT && fetch->refused)
        return error_set(error, ERROR_DENIED,
                         "the URL leads to %s, which has %s: only what is at a public address is "
                         "fetched; get the image another way and give it itself",
                         host, fetch->refused);
    if (result == CURLE_OK || result == CURLE_HTTP_RETURNED_ERROR)
        return fail_with_status(host, status, error);
    for (size_t i = 0; i < LENGTH(failures); i++)
        if (failures[i].result == result)
            return error_set(error, failures[i].code, "fetching from %s failed: %s%s%.200s", host,
                             failures[i].text, failures[i].detailed ? ": " : "",
                             failures[i].detailed ? fetch->detail : "");
    return error_set(error, ERROR_UNAVAILABLE, "fetching from %s failed: %s; try again", host,
                     curl_easy_strerror(result));
}

static bool fetch_init(struct fetch *fetch, size_t max, struct error *error)
{
    blob_builder_init(&fetch->bytes, max);
    return ((fetch->url = curl_url()) || error_no_memory(error)) &&
           (fetch->easy = curl_handle_create(error));
}

bool source_url_fetch(const struct source_url_settings *settings, const char *url, size_t max,
                      const struct operation *operation, struct blob **ret_blob,
                      struct error *error)
{
    CLEANUP(fetch_finish) struct fetch fetch = {0};
    if (!fetch_init(&fetch, max, error) || !parse_url(fetch.url, url, error))
        return false;
    set_options(&fetch, settings);
    CURLcode result = curl_handle_perform(fetch.easy, operation->cancel, is_too_slow, &fetch);
    if (!operation_check(operation, error))
        return false;
    long status = 0;
    curl_easy_getinfo(fetch.easy, CURLINFO_RESPONSE_CODE, &status);
    if (result != CURLE_OK || status < 200 || status > 299)
        return fetch_fail(&fetch, result, error);
    return blob_builder_end(&fetch.bytes, ret_blob, error);
}
