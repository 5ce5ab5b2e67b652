/* SPDX-License-Identifier: MIT */
/* The image is hashed as it comes and not kept: only the beginning is, which is enough of any page
 * that comes in its place. */
#include "public_url/public_url_check.h"

#include "base/blob.h"
#include "base/sha256.h"
#include "net/curl_handle.h"
#include "public_url/public_url_judge.h"

#include <string.h>

enum { PAGE_MAX = 64 * 1024, STALL_SECONDS = 30, LEAST_SPEED = 1000 /* bytes a second */ };

struct fetch {
    const struct public_url_target *target;
    CURL *easy;
    struct sha256_stream digest;
    struct buffer start;
    size_t size;       /* of what came */
    bool is_too_large; /* it was broken off because it cannot be the image any more */
    char detail[CURL_ERROR_SIZE];
};

static void fetch_finish(struct fetch *fetch)
{
    curl_easy_cleanup(fetch->easy);
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
    const struct curl_handle_options options = {
        .stall_seconds = STALL_SECONDS,
        .least_speed = LEAST_SPEED,
        .ca_file = ca_file,
        .detail = fetch->detail,
    };
    curl_handle_set(easy, &options);
    curl_easy_setopt(easy, CURLOPT_URL, fetch->target->url);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
}

static bool fetch_init(struct fetch *fetch, const char *ca_file, struct error *error)
{
    fetch->start = BUFFER_INIT(PAGE_MAX);
    if (!(fetch->easy = curl_handle_create(error)) || !sha256_begin(&fetch->digest, error))
        return false;
    set_options(fetch, ca_file);
    return true;
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
    if (!fetch_init(&fetch, ca_file, error))
        return false;
    CURLcode result = curl_handle_perform(fetch.easy, operation->cancel, NULL, NULL);
    if (!operation_check(operation, error))
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
