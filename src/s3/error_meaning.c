/* SPDX-License-Identifier: MIT */
/* One table of meanings, and three that lead to it: from S3's error code, from the HTTP status
 * (HEAD has no body, and what sits between us and the store knows no codes) and from libcurl's
 * result. The code is asked first: RequestTimeout is a 400, and a 403 is never worth repeating
 * whatever else it says.
 *
 * Stores agree on codes for common mistakes only. For what they merely do not support they answer
 * InvalidArgument, InvalidRequest, NotImplemented or nothing, and name the header in their words;
 * so where a meaning is vague, the words decide which part of the request it is about.
 *
 * A mistake in the configuration is ERROR_INVALID, even where S3 calls it "not found":
 * ERROR_NOT_FOUND is about the object alone. */
#include "s3/error_meaning.h"

#include "base/array.h"

#include <curl/curl.h>
#include <stddef.h>
#include <string.h>

enum kind {
    KIND_UNKNOWN,
    KIND_UNCLEAR,
    KIND_NOT_UNDERSTOOD,
    KIND_METHOD,
    KIND_SECRET,
    KIND_KEY,
    KIND_TOKEN,
    KIND_ACCESS,
    KIND_FORBIDDEN,
    KIND_ACCOUNT,
    KIND_BUCKET,
    KIND_NO_SUCH_KEY,
    KIND_NO_OBJECT,
    KIND_REGION,
    KIND_REDIRECT,
    KIND_CLOCK,
    KIND_THROTTLED,
    KIND_INTERNAL,
    KIND_LATE,
    KIND_FULL,
    KIND_FULL_NOW,
    KIND_TOO_LARGE,
    KIND_LONG_KEY,
    KIND_EXISTS,
    KIND_CONFLICT,
    KIND_ARCHIVED,
    KIND_DAMAGED,
    KIND_PROXY_LOGIN,
    KIND_PORTAL,
    KIND_CONDITION,
    KIND_METADATA,
    KIND_ACL,
    KIND_MD5,
    KIND_CHECKSUM,
    KIND_NOT_S3,
    KIND_EMPTY,
    KIND_ODD,
    KIND_LIMIT,
    KIND_NO_NAME,
    KIND_NO_PROXY_NAME,
    KIND_NO_CONNECTION,
    KIND_HUNG_UP,
    KIND_TIMED_OUT,
    KIND_CERTIFICATE,
    KIND_CA_FILE,
    KIND_TLS,
    KIND_NO_HTTP,
    KIND_CODING,
    KIND_NO_MEMORY,
    KIND_CUT,
    KIND_BROKEN,
    KINDS,
};

#define NOT_UNDERSTOOD                                                                             \
    "{host} does not understand the request: check S3_ENDPOINT, S3_REGION and, with temporary "    \
    "credentials, S3_SESSION_TOKEN"
#define FULL                                                                                       \
    "bucket \"{bucket}\" or its account is full: delete what is not needed, or raise its quota"
#define DIGEST                                                                                     \
    "{host} requires a digest with every object (as buckets with Object Lock do) and does not "    \
    "accept the one it was sent"
#define NO_HTTP   "what answers at {host} does not speak HTTP: check S3_ENDPOINT"
#define BROKE_OFF "the connection to {host} broke off: try again, or look at the network"

static const struct error_meaning meanings[KINDS] = {
    [KIND_UNKNOWN] = {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                      "{host} refuses {action} on bucket \"{bucket}\""},
    [KIND_UNCLEAR] = {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_INVALID, NOT_UNDERSTOOD},
    [KIND_NOT_UNDERSTOOD] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_REQUEST, ERROR_INVALID,
                             NOT_UNDERSTOOD},
    [KIND_METHOD] = {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_REQUEST, ERROR_INVALID,
                     "{host} does not offer {action} at this address: S3_ENDPOINT must be the S3 "
                     "API of the store, not a web site or CDN in front of it"},
    [KIND_SECRET] = {RETRY_NEVER, S3_VERDICT_KEYS, ERROR_PART_NONE, ERROR_DENIED,
                     "{host} does not accept the signature: S3_SECRET_KEY is wrong or does not "
                     "belong to S3_ACCESS_KEY"},
    [KIND_KEY] = {RETRY_NEVER, S3_VERDICT_KEYS, ERROR_PART_NONE, ERROR_DENIED,
                  "{host} does not know the access key: check S3_ACCESS_KEY, and that S3_ENDPOINT "
                  "is the store which issued it"},
    [KIND_TOKEN] = {RETRY_NEVER, S3_VERDICT_KEYS, ERROR_PART_NONE, ERROR_DENIED,
                    "the temporary credentials are not valid any more: set a new S3_SESSION_TOKEN "
                    "with its S3_ACCESS_KEY and S3_SECRET_KEY"},
    [KIND_ACCESS] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_NONE, ERROR_DENIED,
                     "{host} does not allow {action} on bucket \"{bucket}\": give the key in "
                     "S3_ACCESS_KEY that permission, and check S3_BUCKET"},
    [KIND_FORBIDDEN] = {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_DENIED,
                        "{host} denies {action} on bucket \"{bucket}\": check S3_ACCESS_KEY and "
                        "S3_SECRET_KEY, and that the key has that permission"},
    [KIND_ACCOUNT] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_NONE, ERROR_DENIED,
                      "the account behind S3_ACCESS_KEY is suspended or not signed up for storage"},
    [KIND_BUCKET] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_NONE, ERROR_INVALID,
                     "bucket \"{bucket}\" does not exist at {host}: check S3_BUCKET and "
                     "S3_ENDPOINT, or create it"},
    [KIND_NO_SUCH_KEY] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_NONE, ERROR_NOT_FOUND,
                          "there is no \"{key}\" in bucket \"{bucket}\""},
    [KIND_NO_OBJECT] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_NONE, ERROR_NOT_FOUND,
                        "there is no \"{key}\" in bucket \"{bucket}\" at {host}"},
    [KIND_REGION] = {RETRY_NEVER, S3_VERDICT_REGION, ERROR_PART_NONE, ERROR_INVALID,
                     "bucket \"{bucket}\" is not in region {region}: set S3_REGION to the region "
                     "it is in"},
    [KIND_REDIRECT] = {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_INVALID,
                       "{host} redirects to another address, and redirects are not followed: set "
                       "S3_ENDPOINT (and S3_REGION) to the address of the store itself"},
    [KIND_CLOCK] =
        {RETRY_NEVER, S3_VERDICT_CLOCK, ERROR_PART_NONE, ERROR_INVALID,
         "the clock of this computer differs too much from that of {host}: set it right"},
    [KIND_THROTTLED] = {RETRY_THROTTLED, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                        "{host} receives too many requests at the moment: try again in a "
                        "minute"},
    [KIND_INTERNAL] = {RETRY_TRANSIENT, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                       "{host} has an internal problem: try again in a minute"},
    [KIND_LATE] = {RETRY_TRANSIENT, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                   "{host} did not receive the whole request in time: try again, or look at the "
                   "network"},
    [KIND_FULL] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_NONE, ERROR_UNAVAILABLE, FULL},
    [KIND_FULL_NOW] = {RETRY_TRANSIENT, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE, FULL},
    [KIND_TOO_LARGE] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_NONE, ERROR_TOO_LARGE,
                        "the object is larger than {host} accepts"},
    [KIND_LONG_KEY] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_NONE, ERROR_INVALID,
                       "the key is longer than {host} accepts"},
    [KIND_EXISTS] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_NONE, ERROR_EXISTS,
                     "\"{key}\" already exists in bucket \"{bucket}\""},
    [KIND_CONFLICT] = {RETRY_TRANSIENT, S3_VERDICT_ACCEPTED, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                       "\"{key}\" is being written by another client: try again"},
    [KIND_ARCHIVED] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_NONE, ERROR_INVALID,
                       "\"{key}\" is archived: restore it in bucket \"{bucket}\" first"},
    [KIND_DAMAGED] = {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                      "the bytes that reached {host} are not those that were sent: something on "
                      "the way, such as a proxy, changes them"},
    [KIND_PROXY_LOGIN] = {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_DENIED,
                          "the proxy requires a user and password: check HTTPS_PROXY"},
    [KIND_PORTAL] = {RETRY_TRANSIENT, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                     "the network requires a login before it passes requests on to {host}"},
    [KIND_CONDITION] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_CONDITION, ERROR_INVALID,
                        "{host} does not accept If-None-Match"},
    [KIND_METADATA] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_METADATA, ERROR_TOO_LARGE,
                       "{host} does not accept the metadata of the object, or not so much of it"},
    [KIND_ACL] =
        {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_ACL, ERROR_INVALID,
         "{host} does not accept S3_ACL for bucket \"{bucket}\": unset it, and let a bucket "
         "policy or the bucket's settings make the objects public"},
    [KIND_MD5] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_MD5, ERROR_INVALID, DIGEST},
    [KIND_CHECKSUM] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_CHECKSUM, ERROR_INVALID,
                       DIGEST},
    [KIND_NOT_S3] =
        {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
         "what answers at {host} is not an S3 store: check that S3_ENDPOINT is the store's "
         "S3 API (not its console, a web site or a CDN), and that no login page of the "
         "network is in between"},
    [KIND_EMPTY] = {RETRY_TRANSIENT, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                    "{host} sends an empty answer to {action}: check S3_ENDPOINT, or try again"},
    [KIND_ODD] = {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                  "what answers at {host} does not behave like S3: check S3_ENDPOINT"},
    [KIND_LIMIT] = {RETRY_NEVER, S3_VERDICT_ACCEPTED, ERROR_PART_NONE, ERROR_TOO_LARGE,
                    "\"{key}\" is larger than the limit for it"},
    [KIND_NO_NAME] = {RETRY_TRANSIENT, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                      "the host name {host} is not known: check S3_ENDPOINT, S3_REGION and the "
                      "network"},
    [KIND_NO_PROXY_NAME] = {RETRY_TRANSIENT, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                            "the proxy's host name is not known: check HTTPS_PROXY and HTTP_PROXY"},
    [KIND_NO_CONNECTION] = {RETRY_REFUSED, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                            "{host} cannot be reached: check S3_ENDPOINT and that the store is "
                            "running"},
    [KIND_HUNG_UP] = {RETRY_TRANSIENT, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                      "{host} closes the connection without an answer: check that S3_ENDPOINT has "
                      "the right port and the right scheme, https:// or http://"},
    [KIND_TIMED_OUT] = {RETRY_SLOW, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                        "{host} did not answer in time: check S3_ENDPOINT and the network, or try "
                        "again"},
    [KIND_CERTIFICATE] = {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                          "the certificate of {host} is not trusted: set S3_CA_BUNDLE to a PEM "
                          "file with the authority that signed it, or check S3_ENDPOINT"},
    [KIND_CA_FILE] = {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_INVALID,
                      "S3_CA_BUNDLE cannot be read: it must name a PEM file with certificates"},
    [KIND_TLS] = {RETRY_TRANSIENT, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                  "no TLS connection to {host}: check that S3_ENDPOINT has the right port and "
                  "speaks https"},
    [KIND_NO_HTTP] = {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE, NO_HTTP},
    [KIND_CODING] = {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE,
                     "{host} answers in a content coding that was not asked for: look for a proxy "
                     "or CDN that changes what passes"},
    [KIND_NO_MEMORY] = {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_NO_MEMORY,
                        "out of memory"},
    [KIND_CUT] = {RETRY_TRANSIENT, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE, BROKE_OFF},
    [KIND_BROKEN] = {RETRY_NEVER, S3_VERDICT_NONE, ERROR_PART_NONE, ERROR_UNAVAILABLE, BROKE_OFF},
};

static const struct {
    const char *code;
    enum kind kind;
} codes[] = {
    {"SignatureDoesNotMatch", KIND_SECRET},
    {"InvalidAccessKeyId", KIND_KEY},
    {"Unauthorized", KIND_KEY},
    {"InvalidToken", KIND_TOKEN},
    {"InvalidClientTokenId", KIND_TOKEN},
    {"ExpiredToken", KIND_TOKEN},
    {"ExpiredTokenException", KIND_TOKEN},
    {"TokenRefreshRequired", KIND_TOKEN},
    {"AccessDenied", KIND_ACCESS},
    {"AccessForbidden", KIND_ACCESS},
    {"AllAccessDisabled", KIND_ACCOUNT},
    {"AccountProblem", KIND_ACCOUNT},
    {"NotSignedUp", KIND_ACCOUNT},
    {"UserSuspended", KIND_ACCOUNT},
    {"NoSuchBucket", KIND_BUCKET},
    {"InvalidBucketName", KIND_BUCKET},
    {"NoSuchKey", KIND_NO_SUCH_KEY},
    {"PermanentRedirect", KIND_REGION},
    {"TemporaryRedirect", KIND_REGION},
    {"AuthorizationHeaderMalformed", KIND_REGION},
    {"IllegalLocationConstraintException", KIND_REGION},
    {"InvalidRegion", KIND_REGION},
    {"InvalidRegionName", KIND_REGION},
    {"RequestTimeTooSkewed", KIND_CLOCK},
    {"RequestExpired", KIND_CLOCK},
    {"SlowDown", KIND_THROTTLED},
    {"SlowDownRead", KIND_THROTTLED},
    {"SlowDownWrite", KIND_THROTTLED},
    {"ServiceUnavailable", KIND_THROTTLED},
    {"RequestLimitExceeded", KIND_THROTTLED},
    {"BandwidthLimitExceeded", KIND_THROTTLED},
    {"RequestThrottled", KIND_THROTTLED},
    {"RequestThrottledException", KIND_THROTTLED},
    {"TooManyRequests", KIND_THROTTLED},
    {"TooManyRequestsException", KIND_THROTTLED},
    {"InternalError", KIND_INTERNAL},
    {"RequestTimeout", KIND_LATE},
    {"RequestTimeoutException", KIND_LATE},
    {"QuotaExceeded", KIND_FULL},
    {"InsufficientCapacity", KIND_FULL},
    {"XMinioStorageFull", KIND_FULL},
    {"XMinioAdminBucketQuotaExceeded", KIND_FULL},
    {"EntityTooLarge", KIND_TOO_LARGE},
    {"KeyTooLongError", KIND_LONG_KEY},
    {"PreconditionFailed", KIND_EXISTS},
    {"FileAlreadyExists", KIND_EXISTS},
    {"ObjectAlreadyExists", KIND_EXISTS},
    {"ConditionalRequestConflict", KIND_CONFLICT},
    {"OperationAborted", KIND_CONFLICT},
    {"InvalidObjectState", KIND_ARCHIVED},
    {"BadDigest", KIND_DAMAGED},
    {"XAmzContentSHA256Mismatch", KIND_DAMAGED},
    {"MethodNotAllowed", KIND_METHOD},
    {"NotImplemented", KIND_METHOD},
    {"InvalidArgument", KIND_NOT_UNDERSTOOD},
    {"InvalidRequest", KIND_NOT_UNDERSTOOD},
    {"MalformedPOSTRequest", KIND_NOT_UNDERSTOOD},
    {"MissingSecurityHeader", KIND_NOT_UNDERSTOOD},
    {"MetadataTooLarge", KIND_METADATA},
    {"RequestHeaderSectionTooLarge", KIND_METADATA},
    {"AccessControlListNotSupported", KIND_ACL},
    {"MissingContentMD5", KIND_MD5},
};

static const struct {
    long status;
    enum kind kind;
} statuses[] = {
    {301, KIND_REDIRECT},  {302, KIND_REDIRECT},  {303, KIND_REDIRECT},  {304, KIND_EXISTS},
    {307, KIND_REDIRECT},  {308, KIND_REDIRECT},  {400, KIND_UNCLEAR},   {401, KIND_KEY},
    {403, KIND_FORBIDDEN}, {404, KIND_NO_OBJECT}, {405, KIND_METHOD},    {407, KIND_PROXY_LOGIN},
    {408, KIND_LATE},      {412, KIND_EXISTS},    {413, KIND_TOO_LARGE}, {429, KIND_THROTTLED},
    {431, KIND_METADATA},  {494, KIND_METADATA},  {501, KIND_METHOD},    {503, KIND_THROTTLED},
    {507, KIND_FULL_NOW},  {511, KIND_PORTAL},
};

static const struct {
    int result;
    enum kind kind;
} results[] = {
    {CURLE_COULDNT_RESOLVE_HOST, KIND_NO_NAME},
    {CURLE_COULDNT_RESOLVE_PROXY, KIND_NO_PROXY_NAME},
    {CURLE_COULDNT_CONNECT, KIND_NO_CONNECTION},
    {CURLE_GOT_NOTHING, KIND_HUNG_UP},
    {CURLE_OPERATION_TIMEDOUT, KIND_TIMED_OUT},
    {CURLE_PEER_FAILED_VERIFICATION, KIND_CERTIFICATE},
    {CURLE_SSL_CACERT_BADFILE, KIND_CA_FILE},
    {CURLE_SSL_CONNECT_ERROR, KIND_TLS},
    {CURLE_WEIRD_SERVER_REPLY, KIND_NO_HTTP},
    {CURLE_UNSUPPORTED_PROTOCOL, KIND_NO_HTTP},
    {CURLE_BAD_CONTENT_ENCODING, KIND_CODING},
    {CURLE_OUT_OF_MEMORY, KIND_NO_MEMORY},
    {CURLE_PARTIAL_FILE, KIND_CUT},
    {CURLE_SEND_ERROR, KIND_CUT},
    {CURLE_RECV_ERROR, KIND_CUT},
    {CURLE_HTTP2, KIND_CUT},
    {CURLE_HTTP2_STREAM, KIND_CUT},
};

/* In which words stores name a part, in any case; the first that stands there counts. */
static const struct {
    const char *words;
    enum error_part part;
    enum kind kind;
} named[] = {
    {"if-none-match", ERROR_PART_CONDITION, KIND_CONDITION},
    {"content-md5", ERROR_PART_MD5, KIND_MD5},
    {"content md5", ERROR_PART_MD5, KIND_MD5},
    {"x-amz-checksum", ERROR_PART_CHECKSUM, KIND_CHECKSUM},
    {"checksum algorithm", ERROR_PART_CHECKSUM, KIND_CHECKSUM},
    {"object lock parameters", ERROR_PART_MD5, KIND_MD5},
    {"x-amz-acl", ERROR_PART_ACL, KIND_ACL},
    {"canned acl", ERROR_PART_ACL, KIND_ACL},
    {"legacy acl", ERROR_PART_ACL, KIND_ACL},
    {"does not allow acl", ERROR_PART_ACL, KIND_ACL},
    {"acl api", ERROR_PART_ACL, KIND_ACL},
    {"uniform bucket-level access", ERROR_PART_ACL, KIND_ACL},
    {"metadata", ERROR_PART_METADATA, KIND_METADATA},
    {"x-amz-meta", ERROR_PART_METADATA, KIND_METADATA},
    {"x-object-meta", ERROR_PART_METADATA, KIND_METADATA},
    {"header or cookie too large", ERROR_PART_METADATA, KIND_METADATA},
    {"header fields too large", ERROR_PART_METADATA, KIND_METADATA},
    {"headers too large", ERROR_PART_METADATA, KIND_METADATA},
    {"header too large", ERROR_PART_METADATA, KIND_METADATA},
    {"headers exceed", ERROR_PART_METADATA, KIND_METADATA},
};

static enum kind kind_of_result(int result)
{
    for (size_t i = 0; i < LENGTH(results); i++)
        if (results[i].result == result)
            return results[i].kind;
    return KIND_BROKEN;
}

/* False: no table knows the code. */
static bool find_code(const char *code, enum kind *ret_kind)
{
    for (size_t i = 0; i < LENGTH(codes); i++) {
        if (strcmp(codes[i].code, code) != 0)
            continue;
        *ret_kind = codes[i].kind;
        return true;
    }
    if (strncmp(code, "Throttl", strlen("Throttl")) != 0)
        return false;
    *ret_kind = KIND_THROTTLED;
    return true;
}

/* Of 5xx, the numbers of CDNs (520 to 530) included, all that say nothing else are faults of the
 * moment. */
static enum kind kind_of_status(long status, bool about_bucket)
{
    if (status == 404 && about_bucket)
        return KIND_BUCKET;
    for (size_t i = 0; i < LENGTH(statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].kind;
    return status >= 500 && status < 600 ? KIND_INTERNAL : KIND_UNKNOWN;
}

static bool has_part(const struct error_outcome *outcome, enum error_part part)
{
    return outcome->parts & 1u << part;
}

/* What a meaning that could be about anything is about. Headers that are too large are refused by
 * many a server without a word. */
static enum kind narrow_kind(const struct error_outcome *outcome, enum kind kind)
{
    for (size_t i = 0; i < LENGTH(named); i++)
        if (has_part(outcome, named[i].part) && (strcasestr(outcome->message, named[i].words) ||
                                                 strcasestr(outcome->subject, named[i].words)))
            return named[i].kind;
    bool silent = !outcome->code[0] && !outcome->message[0];
    return kind == KIND_UNCLEAR && silent && has_part(outcome, ERROR_PART_METADATA) ? KIND_METADATA
                                                                                    : kind;
}

static enum kind find_kind(const struct error_outcome *outcome)
{
    static const enum kind vague[] = {KIND_UNKNOWN, KIND_UNCLEAR, KIND_NOT_UNDERSTOOD, KIND_METHOD};
    enum kind kind;
    if (outcome->result != CURLE_OK)
        return kind_of_result(outcome->result);
    if (!find_code(outcome->code, &kind))
        kind = kind_of_status(outcome->status, outcome->about_bucket);
    if (kind == KIND_METADATA && !has_part(outcome, ERROR_PART_METADATA))
        kind = KIND_UNCLEAR;
    for (size_t i = 0; i < LENGTH(vague); i++)
        if (vague[i] == kind)
            return narrow_kind(outcome, kind);
    return kind;
}

const struct error_meaning *error_meaning_find(const struct error_outcome *outcome)
{
    return &meanings[find_kind(outcome)];
}

const struct error_meaning *error_meaning_of_finding(enum error_finding finding)
{
    static const enum kind kinds[] = {
        [ERROR_FINDING_NOT_S3] = KIND_NOT_S3,
        [ERROR_FINDING_EMPTY] = KIND_EMPTY,
        [ERROR_FINDING_ODD] = KIND_ODD,
        [ERROR_FINDING_LIMIT] = KIND_LIMIT,
        [ERROR_FINDING_NO_MEMORY] = KIND_NO_MEMORY,
    };
    return &meanings[kinds[finding]];
}
