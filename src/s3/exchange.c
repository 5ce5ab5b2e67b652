/* SPDX-License-Identifier: MIT */
/* The loop runs on the caller's thread, which does the signing; waiting before a retry is left to
 * the transport, where a waiting exchange holds neither connection nor handle. A failed attempt
 * first goes to the lessons: each may be learned once an exchange, and what was learned makes the
 * next attempt at once, outside the retry count. What teaches nothing goes to the retry policy. */
#include "s3/exchange.h"

#include "base/array.h"
#include "base/clock.h"
#include "s3/answer_text.h"
#include "s3/digest.h"
#include "s3/sigv4.h"

#include <curl/curl.h>
#include <string.h>
#include <sys/random.h>

/* An attempt, and what it was signed with. */
struct attempt {
    char region[ENDPOINT_REGION_SIZE];
    struct endpoint_place place;
    int64_t clock_offset_ms;
    bool conditional, has_md5, has_checksum;
    uint32_t delay_ms;
    bool fresh_connection;
    struct http_response response;
};

/* What an exchange remembers from one attempt to the next. */
struct exchange_memory {
    unsigned attempts;
    enum retry_kind last_retry; /* RETRY_NEVER: none was needed */
    unsigned lessons;           /* bits: those that this exchange has learned */
};

/* Passes progress on, except what a further attempt has to go through again. */
struct progress_filter {
    const struct operation *operation;
    uint64_t done;
};

static void filter_progress(void *argument, uint64_t done, uint64_t total, const char *message)
{
    struct progress_filter *filter = argument;
    if (done <= filter->done)
        return;
    filter->done = done;
    operation_progress(filter->operation, done, total, message);
}

static void attempt_finish(struct attempt *attempt)
{
    endpoint_place_finish(&attempt->place);
    http_response_finish(&attempt->response);
}

static bool add_header(struct fields *headers, const char *name, const char *value,
                       struct error *error)
{
    return fields_add(headers, name, value, strlen(value), error);
}

static bool collect_headers(const struct exchange_request *request, const struct attempt *attempt,
                            struct fields *headers, struct error *error)
{
    for (size_t i = 0; request->headers && i < request->headers->count; i++)
        if (!add_header(headers, request->headers->items[i].name, request->headers->items[i].value,
                        error))
            return false;
    return (!attempt->conditional || add_header(headers, "if-none-match", "*", error)) &&
           (!attempt->has_md5 ||
            digest_add_md5(headers, request->body, request->body_size, error)) &&
           (!attempt->has_checksum || digest_add_sha256(headers, request->body_sha256, error)) &&
           add_header(headers, "host", attempt->place.host, error);
}

static bool sign_attempt(struct exchange_store *store, const struct exchange_request *request,
                         const struct attempt *attempt, struct fields *headers, struct error *error)
{
    static const char empty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    char payload[SHA256_HEX_SIZE];
    /* not as old as its delay when it is sent */
    int64_t now_ms = clock_wall_ms() + attempt->clock_offset_ms + attempt->delay_ms;
    if (request->body_sha256)
        hex_encode(request->body_sha256, SHA256_SIZE, payload);
    const struct sigv4_request to_sign = {
        .method = request->method,
        .path = attempt->place.path,
        .query = request->query,
        .headers = headers,
        .payload = request->body_sha256 ? payload : empty,
    };
    return collect_headers(request, attempt, headers, error) &&
           sigv4_sign_headers(&store->credentials, attempt->region, now_ms, &to_sign, headers,
                              error);
}

static bool build_url(const struct exchange_store *store, const struct exchange_request *request,
                      const struct attempt *attempt, struct buffer *url, struct error *error)
{
    if (!buffer_printf(url, error, "%s://%s%s", store->endpoint.scheme, attempt->place.host,
                       attempt->place.path))
        return false;
    return !request->query || (buffer_append_char(url, '?', error) &&
                               sigv4_canonical_query(request->query, url, error));
}

static bool make_attempt(struct exchange_store *store, const struct operation *operation,
                         const struct exchange_request *request, struct attempt *attempt,
                         struct error *error)
{
    CLEANUP(fields_finish) struct fields headers = {0};
    CLEANUP(buffer_finish) struct buffer url = BUFFER_INIT(64 * 1024);
    capabilities_region(&store->capabilities, attempt->region);
    attempt->clock_offset_ms = capabilities_clock_offset_ms(&store->capabilities);
    attempt->conditional = request->if_absent &&
                           capabilities_has(&store->capabilities, CAPABILITY_CONDITIONAL_PUT);
    attempt->has_md5 = request->may_want_digest &&
                       !capabilities_has(&store->capabilities, CAPABILITY_PUT_WITHOUT_MD5);
    attempt->has_checksum = request->may_want_digest &&
                            !capabilities_has(&store->capabilities,
                                              CAPABILITY_PUT_WITHOUT_CHECKSUM);
    if (!endpoint_locate(&store->endpoint, attempt->region, request->key, &attempt->place, error) ||
        !sign_attempt(store, request, attempt, &headers, error) ||
        !build_url(store, request, attempt, &url, error))
        return false;
    const struct http_request http = {
        .method = request->method,
        .url = url.data,
        .headers = &headers,
        .body = request->body,
        .body_size = request->body_size,
        .response_max = request->response_max,
        .response_is_data = request->form == ANSWER_DATA,
        .delay_ms = attempt->delay_ms,
        .fresh_connection = attempt->fresh_connection,
    };
    return transport_perform(store->transport, &http, operation, &attempt->response, error);
}

/* What the answer says the time is; -1: nothing. */
static int64_t store_time_ms(const struct http_response *response)
{
    const char *date = fields_get(&response->headers, "date");
    time_t seconds = date ? curl_getdate(date, NULL) : -1;
    return seconds < 0 ? -1 : (int64_t)seconds * 1000;
}

static void note_clock(struct exchange_store *store, const struct http_response *response)
{
    int64_t store_ms = store_time_ms(response);
    if (response->result == CURLE_OK && store_ms >= 0)
        capabilities_note_clock(&store->capabilities, store_ms - clock_wall_ms());
}

/* Lessons: each returns true if what it learned makes the request worth making again. */

static bool learn_clock(struct exchange_store *store, const struct attempt *attempt,
                        const struct failure *failure)
{
    if (attempt->response.status != 403)
        return false;
    struct error ignored;
    int64_t store_ms = store_time_ms(&attempt->response);
    if (store_ms < 0 && !clock_parse_rfc3339(failure->document.server_time, &store_ms, &ignored))
        return false;
    return capabilities_learn_clock(&store->capabilities, store_ms - clock_wall_ms(),
                                    attempt->clock_offset_ms);
}

/* Most stores name the region in a header or an element of its own, some only in their words. */
static bool learn_region(struct exchange_store *store, const struct attempt *attempt,
                         const struct failure *failure)
{
    static const long statuses[] = {301, 307, 400, 403};
    char named[ENDPOINT_REGION_SIZE];
    const char *region = fields_get(&attempt->response.headers, "x-amz-bucket-region");
    if (!region)
        region = failure->document.region;
    if (!*region && answer_text_region(failure->document.message, named, sizeof named))
        region = named;
    for (size_t i = 0; i < LENGTH(statuses); i++)
        if (statuses[i] == attempt->response.status)
            return capabilities_learn_region(&store->capabilities, region, attempt->region);
    return false;
}

/* A store that answers 501 to a conditional put and names nothing means the condition. */
static bool learn_no_conditional_put(struct exchange_store *store, const struct attempt *attempt,
                                     const struct failure *failure)
{
    enum error_part part = failure->meaning->part;
    bool implied = part == ERROR_PART_REQUEST && attempt->response.status == 501;
    if (!attempt->conditional || !(part == ERROR_PART_CONDITION || implied))
        return false;
    capabilities_learn_missing(&store->capabilities, CAPABILITY_CONDITIONAL_PUT);
    return true;
}

static bool learn_md5(struct exchange_store *store, const struct attempt *attempt,
                      const struct failure *failure)
{
    if (failure->meaning->part != ERROR_PART_MD5 || attempt->has_md5)
        return false;
    capabilities_learn_missing(&store->capabilities, digest_has_md5()
                                                         ? CAPABILITY_PUT_WITHOUT_MD5
                                                         : CAPABILITY_PUT_WITHOUT_CHECKSUM);
    return true;
}

static bool learn_checksum(struct exchange_store *store, const struct attempt *attempt,
                           const struct failure *failure)
{
    if (failure->meaning->part != ERROR_PART_CHECKSUM || attempt->has_checksum)
        return false;
    capabilities_learn_missing(&store->capabilities, CAPABILITY_PUT_WITHOUT_CHECKSUM);
    return true;
}

static bool learn_from(struct exchange_store *store, const struct attempt *attempt,
                       const struct failure *failure, unsigned *lessons)
{
    static bool (*const all[])(struct exchange_store *, const struct attempt *,
                               const struct failure *) = {
        learn_clock, learn_region, learn_no_conditional_put, learn_md5, learn_checksum,
    };
    if (attempt->response.result != CURLE_OK)
        return false;
    for (unsigned i = 0; i < LENGTH(all); i++) {
        if (*lessons & 1u << i || !all[i](store, attempt, failure))
            continue;
        *lessons |= 1u << i;
        return true;
    }
    return false;
}

/* What the store does not take of a request, and which cannot be made in another form here: whoever
 * made it looks at the capabilities afterwards. Stores without list v2 or batch delete take the
 * request for something else, of which an argument is wrong or a header missing. */
static void learn_missing(struct exchange_store *store, const struct exchange_request *request,
                          const struct failure *failure)
{
    enum error_part part = failure->meaning->part;
    if (request->uses_capability && part == ERROR_PART_REQUEST)
        capabilities_learn_missing(&store->capabilities, request->capability);
    if (part == ERROR_PART_METADATA)
        capabilities_learn_metadata(&store->capabilities, request->metadata_size);
}

static unsigned part_bit(bool has, enum error_part part)
{
    return has ? 1u << part : 0;
}

/* The parts of an attempt that a refusal can be about. */
static unsigned parts_of(const struct exchange_request *request, const struct attempt *attempt)
{
    bool digest = request->may_want_digest;
    return part_bit(attempt->conditional, ERROR_PART_CONDITION) |
           part_bit(request->metadata_size > 0, ERROR_PART_METADATA) |
           part_bit(request->has_acl, ERROR_PART_ACL) |
           part_bit(digest && !attempt->has_md5, ERROR_PART_MD5) |
           part_bit(digest && !attempt->has_checksum, ERROR_PART_CHECKSUM);
}

static bool has_failed(const struct exchange_request *request, const struct attempt *attempt,
                       struct failure *ret_failure)
{
    const struct failure_question question = {
        .form = request->form,
        .parts = parts_of(request, attempt),
        .about_bucket = request->key[0] == '\0',
    };
    return failure_detect(&attempt->response, &question, ret_failure);
}

/* Retry-After is in seconds, or a date. */
static uint64_t retry_after_ms(const struct http_response *response)
{
    const char *text = fields_get(&response->headers, "retry-after");
    if (!text)
        return 0;
    char *end;
    unsigned long seconds = strtoul(text, &end, 10);
    if (end != text && *end == '\0')
        return (uint64_t)(seconds < UINT32_MAX ? seconds : UINT32_MAX) * 1000;
    time_t date = curl_getdate(text, NULL);
    int64_t wait = date < 0 ? 0 : (int64_t)date * 1000 - clock_wall_ms();
    return wait > 0 ? (uint64_t)wait : 0;
}

static uint32_t random_number(void)
{
    uint32_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        number = (uint32_t)clock_monotonic_ms() * 2654435761u;
    return number;
}

/* Decides about a failed attempt: true if there is to be another, and readies *attempt for it. */
static bool try_again(struct exchange_store *store, struct exchange_memory *memory,
                      struct attempt *attempt, const struct failure *failure)
{
    uint32_t delay_ms = 0;
    bool fresh = false;
    if (!learn_from(store, attempt, failure, &memory->lessons)) {
        enum retry_kind kind = failure->meaning->retry;
        if (!retry_again(&store->policy, kind, ++memory->attempts,
                         retry_after_ms(&attempt->response), random_number(), &delay_ms) ||
            !retry_budget_take(&store->budget, kind))
            return false;
        memory->last_retry = kind;
        fresh = true; /* another front end of the store may be better off */
    }
    attempt_finish(attempt);
    *attempt = (struct attempt){.delay_ms = delay_ms, .fresh_connection = fresh};
    return true;
}

static bool report_attempt(const struct exchange_store *store,
                           const struct exchange_request *request, const struct attempt *attempt,
                           const struct failure *failure, struct error *error)
{
    const struct failure_context context = {
        .action = request->action,
        .bucket = store->endpoint.bucket,
        .region = attempt->region,
        .host = attempt->place.host,
        .key = request->key,
    };
    return failure_report(failure, &context, error);
}

bool exchange_run(struct exchange_store *store, const struct operation *operation,
                  const struct exchange_request *request, struct http_response *ret_response,
                  struct error *error)
{
    struct exchange_memory memory = {0};
    CLEANUP(attempt_finish) struct attempt attempt = {0};
    struct failure failure;
    struct progress_filter filter = {.operation = operation};
    const struct operation filtered = {
        .cancel = operation->cancel,
        .progress = operation->progress ? filter_progress : NULL,
        .progress_argument = &filter,
    };
    do {
        if (!make_attempt(store, &filtered, request, &attempt, error))
            return false;
        note_clock(store, &attempt.response);
        if (!has_failed(request, &attempt, &failure)) {
            retry_budget_give(&store->budget, memory.last_retry);
            *ret_response = attempt.response;
            attempt.response = (struct http_response){0};
            return true;
        }
    } while (try_again(store, &memory, &attempt, &failure));
    learn_missing(store, request, &failure);
    if (request->verdict)
        *request->verdict = failure_verdict(&failure);
    return report_attempt(store, request, &attempt, &failure, error);
}
