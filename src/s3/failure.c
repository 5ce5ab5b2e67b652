/* SPDX-License-Identifier: MIT */
#include "s3/failure.h"

#include "base/sentence.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

/* Three tables, asked in this order: S3's error code, the HTTP status (HEAD has no body, and what
 * sits between us and the store knows no codes), libcurl's result. In their sentences {action},
 * {bucket}, {region}, {host} and {key} are replaced. A mistake in the configuration is
 * ERROR_INVALID, even where S3 calls it "not found": ERROR_NOT_FOUND is about the object alone. */

enum { SENTENCE_SIZE = 400 };

struct sentence {
    enum error_code code;
    const char *text;
};

#define SENTENCE_SECRET                                                                            \
    {                                                                                              \
        ERROR_DENIED, "{host} does not accept the signature: S3_SECRET_KEY is wrong or does not "  \
                      "belong to S3_ACCESS_KEY"                                                    \
    }
#define SENTENCE_KEY                                                                               \
    {                                                                                              \
        ERROR_DENIED,                                                                              \
            "{host} does not know the access key: check S3_ACCESS_KEY, and that S3_ENDPOINT "      \
            "is the store which issued it"                                                         \
    }
#define SENTENCE_TOKEN                                                                             \
    {                                                                                              \
        ERROR_DENIED,                                                                              \
            "the temporary credentials are not valid any more: set a new S3_SESSION_TOKEN "        \
            "with its S3_ACCESS_KEY and S3_SECRET_KEY"                                             \
    }
#define SENTENCE_ACCESS                                                                            \
    {                                                                                              \
        ERROR_DENIED, "{host} does not allow {action} on bucket \"{bucket}\": give the key in "    \
                      "S3_ACCESS_KEY that permission, and check S3_BUCKET"                         \
    }
#define SENTENCE_ACCOUNT                                                                           \
    {                                                                                              \
        ERROR_DENIED, "the account behind S3_ACCESS_KEY is suspended or not signed up for storage" \
    }
#define SENTENCE_BUCKET                                                                            \
    {                                                                                              \
        ERROR_INVALID, "bucket \"{bucket}\" does not exist at {host}: check S3_BUCKET and "        \
                       "S3_ENDPOINT, or create it"                                                 \
    }
#define SENTENCE_REGION                                                                            \
    {                                                                                              \
        ERROR_INVALID,                                                                             \
            "bucket \"{bucket}\" is not in region {region}: set S3_REGION to the region "          \
            "it is in"                                                                             \
    }
#define SENTENCE_CLOCK                                                                             \
    {                                                                                              \
        ERROR_INVALID, "the clock of this computer is too far off for {host}: set it right"        \
    }
#define SENTENCE_THROTTLED                                                                         \
    {                                                                                              \
        ERROR_UNAVAILABLE,                                                                         \
            "{host} gets more requests than it takes at the moment: try again in a "               \
            "minute"                                                                               \
    }
#define SENTENCE_INTERNAL                                                                          \
    {                                                                                              \
        ERROR_UNAVAILABLE, "{host} has a problem of its own: try again in a minute"                \
    }
#define SENTENCE_FULL                                                                              \
    {                                                                                              \
        ERROR_UNAVAILABLE,                                                                         \
            "bucket \"{bucket}\" or its account is full: delete what is not needed, "              \
            "or raise its quota"                                                                   \
    }
#define SENTENCE_TOO_LARGE                                                                         \
    {                                                                                              \
        ERROR_TOO_LARGE, "the object is larger than {host} accepts"                                \
    }
#define SENTENCE_METHOD                                                                            \
    {                                                                                              \
        ERROR_INVALID,                                                                             \
            "{host} does not offer {action} at this address: S3_ENDPOINT must be the S3 "          \
            "API of the store, not a web site or CDN in front of it"                               \
    }
#define SENTENCE_REDIRECT                                                                          \
    {                                                                                              \
        ERROR_INVALID, "{host} sends us elsewhere, which is not followed: set S3_ENDPOINT (and "   \
                       "S3_REGION) to the address of the store itself"                             \
    }
#define SENTENCE_DAMAGED                                                                           \
    {                                                                                              \
        ERROR_UNAVAILABLE,                                                                         \
            "the bytes that reached {host} are not those that were sent: something "               \
            "on the way, such as a proxy, changes them"                                            \
    }

static const struct {
    const char *code;
    struct sentence sentence;
} by_code[] = {
    {"SignatureDoesNotMatch", SENTENCE_SECRET},
    {"InvalidAccessKeyId", SENTENCE_KEY},
    {"Unauthorized", SENTENCE_KEY},
    {"InvalidToken", SENTENCE_TOKEN},
    {"InvalidClientTokenId", SENTENCE_TOKEN},
    {"ExpiredToken", SENTENCE_TOKEN},
    {"ExpiredTokenException", SENTENCE_TOKEN},
    {"TokenRefreshRequired", SENTENCE_TOKEN},
    {"AccessDenied", SENTENCE_ACCESS},
    {"AccessForbidden", SENTENCE_ACCESS},
    {"AllAccessDisabled", SENTENCE_ACCOUNT},
    {"AccountProblem", SENTENCE_ACCOUNT},
    {"NotSignedUp", SENTENCE_ACCOUNT},
    {"UserSuspended", SENTENCE_ACCOUNT},
    {"NoSuchBucket", SENTENCE_BUCKET},
    {"InvalidBucketName", SENTENCE_BUCKET},
    {"NoSuchKey", {ERROR_NOT_FOUND, "there is no \"{key}\" in bucket \"{bucket}\""}},
    {"PermanentRedirect", SENTENCE_REGION},
    {"TemporaryRedirect", SENTENCE_REGION},
    {"AuthorizationHeaderMalformed", SENTENCE_REGION},
    {"IllegalLocationConstraintException", SENTENCE_REGION},
    {"InvalidRegion", SENTENCE_REGION},
    {"InvalidRegionName", SENTENCE_REGION},
    {"RequestTimeTooSkewed", SENTENCE_CLOCK},
    {"RequestExpired", SENTENCE_CLOCK},
    {"SlowDown", SENTENCE_THROTTLED},
    {"ServiceUnavailable", SENTENCE_THROTTLED},
    {"TooManyRequests", SENTENCE_THROTTLED},
    {"InternalError", SENTENCE_INTERNAL},
    {"RequestTimeout",
     {ERROR_UNAVAILABLE, "{host} did not get the whole request in time: try "
                         "again, or look at the network"}},
    {"QuotaExceeded", SENTENCE_FULL},
    {"InsufficientCapacity", SENTENCE_FULL},
    {"XMinioStorageFull", SENTENCE_FULL},
    {"XMinioAdminBucketQuotaExceeded", SENTENCE_FULL},
    {"EntityTooLarge", SENTENCE_TOO_LARGE},
    {"MetadataTooLarge", {ERROR_TOO_LARGE, "the metadata is larger than {host} accepts"}},
    {"KeyTooLongError", {ERROR_INVALID, "the key is longer than {host} accepts"}},
    {"MethodNotAllowed", SENTENCE_METHOD},
    {"NotImplemented", SENTENCE_METHOD},
    {"PreconditionFailed", {ERROR_EXISTS, "\"{key}\" is in bucket \"{bucket}\" already"}},
    {"ConditionalRequestConflict",
     {ERROR_UNAVAILABLE, "\"{key}\" is being written by somebody else: try again"}},
    {"InvalidObjectState",
     {ERROR_INVALID, "\"{key}\" is archived: restore it in bucket "
                     "\"{bucket}\" first"}},
    {"BadDigest", SENTENCE_DAMAGED},
    {"XAmzContentSHA256Mismatch", SENTENCE_DAMAGED},
};

static const struct {
    long status;
    struct sentence sentence;
} by_status[] = {
    {301, SENTENCE_REDIRECT},
    {302, SENTENCE_REDIRECT},
    {303, SENTENCE_REDIRECT},
    {307, SENTENCE_REDIRECT},
    {308, SENTENCE_REDIRECT},
    {400,
     {ERROR_INVALID, "{host} does not understand the request: check S3_ENDPOINT, S3_REGION "
                     "and, with temporary credentials, S3_SESSION_TOKEN"}},
    {401, SENTENCE_KEY},
    {403,
     {ERROR_DENIED, "{host} denies {action} on bucket \"{bucket}\": check S3_ACCESS_KEY and "
                    "S3_SECRET_KEY, and that the key has that permission"}},
    {404, {ERROR_NOT_FOUND, "there is no \"{key}\" in bucket \"{bucket}\" at {host}"}},
    {405, SENTENCE_METHOD},
    {407, {ERROR_DENIED, "the proxy wants a user and password: check HTTPS_PROXY"}},
    {412, {ERROR_EXISTS, "\"{key}\" is in bucket \"{bucket}\" already"}},
    {413, SENTENCE_TOO_LARGE},
    {429, SENTENCE_THROTTLED},
    {500, SENTENCE_INTERNAL},
    {501, SENTENCE_METHOD},
    {502, SENTENCE_INTERNAL},
    {503, SENTENCE_THROTTLED},
    {504, SENTENCE_INTERNAL},
    {507, SENTENCE_FULL},
};

static const struct {
    int result;
    struct sentence sentence;
} by_result[] = {
    {CURLE_COULDNT_RESOLVE_HOST,
     {ERROR_UNAVAILABLE, "the host name {host} is not known: check "
                         "S3_ENDPOINT, S3_REGION and the network"}},
    {CURLE_COULDNT_RESOLVE_PROXY,
     {ERROR_UNAVAILABLE, "the proxy's host name is not known: check HTTPS_PROXY and HTTP_PROXY"}},
    {CURLE_COULDNT_CONNECT,
     {ERROR_UNAVAILABLE, "{host} cannot be reached: check S3_ENDPOINT and "
                         "that the store is running"}},
    {CURLE_GOT_NOTHING,
     {ERROR_UNAVAILABLE, "{host} hangs up without an answer: check that S3_ENDPOINT has the right "
                         "port and begins with what is spoken there, https:// or http://"}},
    {CURLE_OPERATION_TIMEDOUT,
     {ERROR_UNAVAILABLE, "{host} did not answer in time: check "
                         "S3_ENDPOINT and the network, or try again"}},
    {CURLE_PEER_FAILED_VERIFICATION,
     {ERROR_UNAVAILABLE, "the certificate of {host} is not trusted: set S3_CA_BUNDLE to a PEM file "
                         "with the authority that signed it, or check S3_ENDPOINT"}},
    {CURLE_SSL_CACERT_BADFILE,
     {ERROR_INVALID, "S3_CA_BUNDLE cannot be read: it must name a PEM file with certificates"}},
    {CURLE_SSL_CONNECT_ERROR,
     {ERROR_UNAVAILABLE, "no TLS connection to {host}: check that "
                         "S3_ENDPOINT has the right port and speaks https"}},
    {CURLE_WEIRD_SERVER_REPLY,
     {ERROR_UNAVAILABLE, "what answers at {host} does not speak HTTP: check S3_ENDPOINT"}},
    {CURLE_UNSUPPORTED_PROTOCOL,
     {ERROR_UNAVAILABLE, "what answers at {host} does not speak HTTP: check S3_ENDPOINT"}},
};

static const struct sentence unknown_status = {ERROR_UNAVAILABLE,
                                               "{host} refuses {action} on bucket \"{bucket}\""};
static const struct sentence broken = {
    ERROR_UNAVAILABLE, "the connection to {host} broke off: try again, or look at the network"};
static const struct sentence too_large = {ERROR_TOO_LARGE,
                                          "\"{key}\" is larger than the limit for it"};
static const struct sentence not_s3 = {
    ERROR_UNAVAILABLE, "what answers at {host} does not behave like S3: check S3_ENDPOINT"};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const struct sentence *find_by_code(const char *code)
{
    for (size_t i = 0; i < COUNT(by_code); i++)
        if (strcmp(by_code[i].code, code) == 0)
            return &by_code[i].sentence;
    return NULL;
}

/* An answer without a code about the bucket itself. */
static const struct sentence no_bucket = SENTENCE_BUCKET;

static const struct sentence *find_by_status(long status, bool of_bucket)
{
    if (of_bucket && status == 404)
        return &no_bucket;
    for (size_t i = 0; i < COUNT(by_status); i++)
        if (by_status[i].status == status)
            return &by_status[i].sentence;
    return &unknown_status;
}

static const struct sentence *find_by_result(int result)
{
    for (size_t i = 0; i < COUNT(by_result); i++)
        if (by_result[i].result == result)
            return &by_result[i].sentence;
    return &broken;
}

static void expand(const char *text, const struct failure_context *context, char *out, size_t size)
{
    const struct sentence_fact facts[] = {
        {"action", context->action}, {"bucket", context->bucket}, {"region", context->region},
        {"host", context->host},     {"key", context->key},
    };
    sentence_expand(text, facts, COUNT(facts), out, size);
}

bool failure_detect(const struct http_response *response, bool is_data, struct failure *ret_failure)
{
    struct failure failure = {.response = response, .is_data = is_data};
    bool answered = response->result == CURLE_OK;
    bool success = answered && response->status >= 200 && response->status < 300;
    if (answered && !(success && is_data))
        success &= !error_document_parse(response->body.data, response->body.size,
                                         &failure.document);
    if (success)
        return false;
    *ret_failure = failure;
    return true;
}

/* With what the store's operators ask for, and, where no table knows the code, the store's words.
 */
static bool report_response(const struct failure *failure, const struct failure_context *context,
                            struct error *error)
{
    const struct error_document *document = &failure->document;
    const struct sentence *known = find_by_code(document->code);
    const struct sentence *sentence =
        known ? known : find_by_status(failure->response->status, context->key[0] == '\0');
    const char *id = document->request_id;
    if (!id[0])
        id = properties_get(&failure->response->headers, "x-amz-request-id");
    bool quote = !known && document->message[0];
    char text[SENTENCE_SIZE];
    expand(sentence->text, context, text, sizeof text);
    return error_set(error, sentence->code, "%s (%s%sHTTP %ld%s%.80s)%s%s%s", text, document->code,
                     document->code[0] ? ", " : "", failure->response->status,
                     id ? ", request " : "", id ? id : "", quote ? "; it says: \"" : "",
                     quote ? document->message : "", quote ? "\"" : "");
}

static bool report(const struct sentence *sentence, const char *detail,
                   const struct failure_context *context, struct error *error)
{
    char text[SENTENCE_SIZE];
    expand(sentence->text, context, text, sizeof text);
    if (!detail)
        return error_set(error, sentence->code, "%s", text);
    return error_set(error, sentence->code, "%s (%s)", text, detail);
}

bool failure_report(const struct failure *failure, const struct failure_context *context,
                    struct error *error)
{
    const struct http_response *response = failure->response;
    switch (response->fault) {
    case HTTP_FAULT_NO_MEMORY:
        return error_no_memory(error);
    case HTTP_FAULT_HEADERS_TOO_LARGE:
        return report(&not_s3, "its headers are too large", context, error);
    case HTTP_FAULT_BODY_TOO_LARGE:
        return failure->is_data ? report(&too_large, NULL, context, error)
                                : report(&not_s3, "its answer is too large", context, error);
    case HTTP_FAULT_NONE:
        break;
    }
    if (response->result != CURLE_OK)
        return report(find_by_result(response->result), response->detail, context, error);
    return report_response(failure, context, error);
}
