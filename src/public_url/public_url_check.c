/* SPDX-License-Identifier: MIT */
/* The image is hashed as it comes and not kept: only the beginning is, which is enough of any page
 * that comes in its place. The multi handle is there for its wake-up call, by which a cancellation
 * gets through at once. */
#include "public_url/public_url_check.h"

#include "base/blob.h"
#include "base/sha256.h"
#include "public_url/public_url_judge.h"

#include <curl/curl.h>
#include <string.h>

enum { PAGE_MAX = 64 * 1024, CONNECT_TIMEOUT_MS = 10 * 1000, STALL_SECONDS = 30 };

struct fetch {
    const struct public_url_target *target;
    CURL *easy;
    CURLM *multi;
    struct sha256_stream digest;
    struct buffer start;
    size_t size;       /* of what came */
    bool is_too_large; /* it was broken off because it cannot be the image any more */
    char detail[CURL_ERROR_SIZE];
};

static void fetch_finish(struct fetch *fetch)
{
    if (fetch->multi && fetch->easy)
        curl_multi_remove_handle(fetch->multi, fetch->easy);
    curl_easy_cleanup(fetch->easy);
    curl_multi_cleanup(fetch->multi);
    sha256_finish(&fetch->digest);
    buffer_finish(&fetch->start);
}

static size_t on_body(char *data, size_t unit, size_t size, void *argument)
{
    struct fetch *fetch = argument;
    struct error ignored;
    size_t room = PAGE_MAX - fetch->start.size;
    (void)unit;
    fetch->size += size;
    fetch->is_too_large = fetch->size > fetch->target->size && fetch->size > PAGE_MAX;
    if (fetch->is_too_large || !sha256_add(&fetch->digest, data, size, &ignored) ||
        !buffer_append(&fetch->start, data, size < room ? size : room, &ignored))
        return 0;
    return size;
}

static void set_options(struct fetch *fetch, const char *ca_file)
{
    CURL *easy = fetch->easy;
    curl_easy_setopt(easy, CURLOPT_URL, fetch->target->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "image-storage-mcp");
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, fetch->detail);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
    if (ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
}

static bool fetch_init(struct fetch *fetch, const char *ca_file, struct error *error)
{
    fetch->start = BUFFER_INIT(PAGE_MAX);
    fetch->easy = curl_easy_init();
    fetch->multi = curl_multi_init();
    if (!fetch->easy || !fetch->multi)
        return error_no_memory(error);
    if (!sha256_begin(&fetch->digest, error))
        return false;
    set_options(fetch, ca_file);
    return curl_multi_add_handle(fetch->multi, fetch->easy) == CURLM_OK || error_no_memory(error);
}

static void fetch_wake(void *multi)
{
    curl_multi_wakeup(multi);
}

/* Until it is over, or cancelled. */
static bool perform(struct fetch *fetch, const struct operation *operation, CURLcode *ret_result,
                    struct error *error)
{
    int running = 1, left;
    struct cancel_waiter waiter = {.wake = fetch_wake, .argument = fetch->multi};
    cancel_add_waiter(operation->cancel, &waiter);
    while (running && operation_check(operation, error)) {
        curl_multi_perform(fetch->multi, &running);
        if (running)
            curl_multi_poll(fetch->multi, NULL, 0, STALL_SECONDS * 1000, NULL);
    }
    cancel_remove_waiter(operation->cancel, &waiter);
    const CURLMsg *message = curl_multi_info_read(fetch->multi, &left);
    if (message)
        *ret_result = message->data.result;
    return message;
}

static bool is_same(struct fetch *fetch)
{
    unsigned char digest[SHA256_SIZE];
    char text[SHA256_HEX_SIZE];
    struct error ignored;
    if (fetch->size != fetch->target->size || !sha256_end(&fetch->digest, digest, &ignored))
        return false;
    hex_encode(digest, SHA256_SIZE, text);
    return strcmp(text, fetch->target->sha256) == 0;
}

static void fetch_judge(struct fetch *fetch, CURLcode result, struct finding *finding)
{
    struct public_url_answer answer = {
        .result = fetch->is_too_large ? CURLE_OK : (int)result,
        .detail = *fetch->detail ? fetch->detail : curl_easy_strerror(result),
        .body = fetch->start.data,
        .body_size = fetch->start.size,
    };
    curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_getinfo(fetch->easy, CURLINFO_CONTENT_TYPE, &answer.content_type);
    curl_easy_getinfo(fetch->easy, CURLINFO_REDIRECT_URL, &answer.location);
    answer.same = result == CURLE_OK && is_same(fetch);
    public_url_judge(fetch->target, &answer, finding);
}

/* *ret_distrusted: whether it failed because of the certificate. */
static bool check_once(const struct public_url_target *target, const char *ca_file,
                       const struct operation *operation, bool *ret_distrusted,
                       struct finding *finding, struct error *error)
{
    CLEANUP(fetch_finish) struct fetch fetch = {.target = target};
    CURLcode result;
    if (!fetch_init(&fetch, ca_file, error) || !perform(&fetch, operation, &result, error))
        return false;
    fetch_judge(&fetch, result, finding);
    *ret_distrusted = result == CURLE_PEER_FAILED_VERIFICATION;
    return true;
}

/* S3_CA_BUNDLE is for the store: a CDN in front of it has a public certificate, or the same one. */
bool public_url_check(const struct public_url_target *target, const struct operation *operation,
                      struct finding *finding, struct error *error)
{
    const char *ca_file = target->config->s3_ca_bundle;
    bool distrusted;
    return check_once(target, NULL, operation, &distrusted, finding, error) &&
           (!ca_file || !distrusted ||
            check_once(target, ca_file, operation, &distrusted, finding, error));
}
