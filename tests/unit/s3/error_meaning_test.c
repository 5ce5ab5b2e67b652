/* SPDX-License-Identifier: MIT */
#include "s3/error_meaning.h"
#include "support/test.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

static const struct error_meaning *find(int result, long status, const char *code)
{
    const struct error_outcome outcome = {
        .result = result, .status = status, .code = code, .message = "", .subject = ""};
    return error_meaning_find(&outcome);
}

static void what_is_worth_repeating_is_told_from_what_is_not(void **state)
{
    static const struct {
        int result;
        long status;
        const char *code;
        enum retry_kind kind;
    } cases[] = {
        {0, 503, "SlowDown", RETRY_THROTTLED},
        {0, 400, "ThrottlingException", RETRY_THROTTLED},
        {0, 429, "", RETRY_THROTTLED},
        {0, 503, "", RETRY_THROTTLED},
        {0, 500, "InternalError", RETRY_TRANSIENT},
        {0, 200, "InternalError", RETRY_TRANSIENT},
        {0, 400, "RequestTimeout", RETRY_TRANSIENT},
        {0, 409, "ConditionalRequestConflict", RETRY_TRANSIENT},
        {0, 500, "SomethingNew", RETRY_TRANSIENT},
        {0, 403, "AccessDenied", RETRY_NEVER},
        {0, 404, "NoSuchBucket", RETRY_NEVER},
        {0, 409, "BucketAlreadyExists", RETRY_NEVER},
        {0, 412, "PreconditionFailed", RETRY_NEVER},
        {0, 507, "XMinioStorageFull", RETRY_NEVER},
        {0, 501, "NotImplemented", RETRY_NEVER},
        {0, 501, "", RETRY_NEVER},
        {0, 301, "", RETRY_NEVER},
        {0, 304, "", RETRY_NEVER},
        {CURLE_COULDNT_CONNECT, 0, "", RETRY_REFUSED},
        {CURLE_RECV_ERROR, 0, "", RETRY_TRANSIENT},
        {CURLE_SEND_ERROR, 0, "", RETRY_TRANSIENT},
        {CURLE_GOT_NOTHING, 0, "", RETRY_TRANSIENT},
        {CURLE_PARTIAL_FILE, 200, "", RETRY_TRANSIENT},
        {CURLE_HTTP2_STREAM, 200, "", RETRY_TRANSIENT},
        {CURLE_OPERATION_TIMEDOUT, 0, "", RETRY_SLOW},
        {CURLE_PEER_FAILED_VERIFICATION, 0, "", RETRY_NEVER},
        {CURLE_WRITE_ERROR, 200, "", RETRY_NEVER},
        {CURLE_WEIRD_SERVER_REPLY, 0, "", RETRY_NEVER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (find(cases[i].result, cases[i].status, cases[i].code)->retry != cases[i].kind)
            fail_msg("%d %ld %s", cases[i].result, cases[i].status, cases[i].code);
}

static void every_5xx_but_501_is_a_fault_of_the_moment(void **state)
{
    (void)state;
    for (long status = 500; status < 600; status++) {
        const struct error_meaning *meaning = find(0, status, "");
        assert_int_equal(meaning->retry != RETRY_NEVER, status != 501);
        assert_int_equal(meaning->error == ERROR_UNAVAILABLE, status != 501);
    }
}

static void every_meaning_has_a_sentence(void **state)
{
    (void)state;
    for (int result = 0; result < CURL_LAST; result++)
        assert_non_null(find(result, 200, "")->sentence);
    for (long status = 100; status < 1000; status++)
        assert_non_null(find(0, status, "")->sentence);
    for (int finding = 0; finding <= ERROR_FINDING_NO_MEMORY; finding++)
        assert_non_null(error_meaning_of_finding((enum error_finding)finding)->sentence);
}

static const unsigned all_parts = (1u << ERROR_PARTS) - 1;

/* As stores put it, in public reports. */
static const struct {
    long status;
    const char *code, *message, *subject;
    enum error_part part;
} refusals[] = {
    {400, "InvalidArgument", "", "If-None-Match", ERROR_PART_CONDITION},
    {501, "NotImplemented", "A header you provided implies functionality that is not implemented",
     "If-None-Match", ERROR_PART_CONDITION},
    {501, "NotImplemented", "Header 'x-amz-acl' with value 'public-read' not implemented", "",
     ERROR_PART_ACL},
    {400, "AccessControlListNotSupported", "The bucket does not allow ACLs", "", ERROR_PART_ACL},
    {400, "InvalidArgument", "Unsupported value for canned acl 'public-read'", "", ERROR_PART_ACL},
    {400, "InvalidArgument",
     "Cannot insert legacy ACL for an object when uniform bucket-level access is enabled.", "",
     ERROR_PART_ACL},
    {400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", "",
     ERROR_PART_METADATA},
    {400, "InvalidRequest", "Metadata value longer than 256: x-object-meta-prompt", "",
     ERROR_PART_METADATA},
    {400, "InvalidArgument", "", "x-amz-meta-prompt", ERROR_PART_METADATA},
    {400, "", "400 Request Header Or Cookie Too Large", "", ERROR_PART_METADATA},
    {400, "", "", "", ERROR_PART_METADATA},
    {431, "", "", "", ERROR_PART_METADATA},
    {400, "InvalidRequest",
     "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object "
     "Lock parameters",
     "", ERROR_PART_MD5},
    {400, "InvalidRequest", "Missing required header for this request: Content-MD5", "",
     ERROR_PART_MD5},
    {400, "MissingContentMD5", "", "", ERROR_PART_MD5},
    {400, "InvalidRequest", "A x-amz-checksum-* header is required", "", ERROR_PART_CHECKSUM},
    {400, "InvalidArgument", "Unknown list-type", "list-type", ERROR_PART_REQUEST},
    {501, "NotImplemented", "", "", ERROR_PART_REQUEST},
    {405, "", "", "", ERROR_PART_REQUEST},
    {403, "AccessDenied", "no permission to set metadata", "", ERROR_PART_NONE},
};

static void the_part_that_a_refusal_is_about_is_found_in_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct error_outcome outcome = {.status = refusals[i].status,
                                              .code = refusals[i].code,
                                              .message = refusals[i].message,
                                              .subject = refusals[i].subject,
                                              .parts = all_parts};
        if (error_meaning_find(&outcome)->part != refusals[i].part)
            fail_msg("%s %s: %d", refusals[i].code, refusals[i].message,
                     error_meaning_find(&outcome)->part);
    }
}

static void a_request_is_not_refused_for_what_it_does_not_have(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct error_outcome outcome = {.status = refusals[i].status,
                                              .code = refusals[i].code,
                                              .message = refusals[i].message,
                                              .subject = refusals[i].subject};
        enum error_part part = error_meaning_find(&outcome)->part;
        bool by_code = strcmp(refusals[i].code, "AccessControlListNotSupported") == 0 ||
                       strcmp(refusals[i].code, "MissingContentMD5") == 0;
        assert_true(part == ERROR_PART_NONE || part == ERROR_PART_REQUEST || by_code);
    }
}

/* It wants the other one, too. */
static void a_digest_that_was_not_enough_leaves_the_other(void **state)
{
    const struct error_outcome outcome = {
        .status = 400,
        .code = "InvalidRequest",
        .message = "Content-MD5 OR x-amz-checksum- HTTP header is required",
        .subject = "",
        .parts = 1u << ERROR_PART_CHECKSUM,
    };
    (void)state;
    assert_int_equal(error_meaning_find(&outcome)->part, ERROR_PART_CHECKSUM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_worth_repeating_is_told_from_what_is_not),
        cmocka_unit_test(every_5xx_but_501_is_a_fault_of_the_moment),
        cmocka_unit_test(every_meaning_has_a_sentence),
        cmocka_unit_test(the_part_that_a_refusal_is_about_is_found_in_its_words),
        cmocka_unit_test(a_request_is_not_refused_for_what_it_does_not_have),
        cmocka_unit_test(a_digest_that_was_not_enough_leaves_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
