/* SPDX-License-Identifier: MIT */
#include "s3/delete.h"

#include "base/operation.h"
#include "support/client_fixture.h"
#include "support/test.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

#define RESULT(content)                                                                            \
    "<?xml version=\"1.0\"?>\n<DeleteResult "                                                      \
    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" content "</DeleteResult>"
#define FAILED(key, code)                                                                          \
    "<Error><Key>" key "</Key><Code>" code "</Code><Message>words</Message></Error>"

/* The n-th answer of a script. */
#define ANSWER(n, status, body)                                                                    \
    {                                                                                              \
        FAULT_ANSWER, answer(fixture.responses[n], status, "", body)                               \
    }
#define NO_CONTENT                                                                                 \
    {                                                                                              \
        FAULT_ANSWER, "HTTP/1.1 204 No Content\r\n\r\n"                                            \
    }

/* What became of each key of a batch. */
struct fates {
    struct delete_result results[OBJECT_DELETE_MAX];
    size_t failures;
    char text[512]; /* of the last one */
};

static const char *const three[] = {"a", "b", "c"};

static bool delete_keys(struct fixture *fixture, const char *const *keys, size_t count,
                        struct fates *fates)
{
    const struct operation operation = {0};
    *fates = (struct fates){0};
    bool done = s3_delete_objects(fixture->client, &operation, keys, count, fates->results,
                                  &fixture->error);
    for (size_t i = 0; done && i < count; i++) {
        if (fates->results[i].code == ERROR_NONE)
            continue;
        fates->failures++;
        memcpy(fates->text, fates->results[i].text, sizeof fates->results[i].text);
    }
    return done;
}

#define ASKED(request, line) assert_true(fault_server_asked(&fixture.server, request, line " HTTP"))

static void a_batch_says_what_it_must(void **state)
{
    static const char *const keys[] = {"a b/1.png", "<&>\"'", "\xE9\xB6\xB4"};
    static const char body[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                               "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                               "<Quiet>true</Quiet><Object><Key>a b/1.png</Key></Object>"
                               "<Object><Key>&lt;&amp;&gt;&quot;&apos;</Key></Object>"
                               "<Object><Key>\xE9\xB6\xB4</Key></Object></Delete>";
    unsigned char digest[16];
    char md5[32];
    struct fixture fixture;
    struct fates fates;
    (void)state;
    START(&fixture, ANSWER(0, "200 OK", RESULT("")));
    assert_true(delete_keys(&fixture, keys, 3, &fates));
    assert_int_equal(fates.failures, 0);
    ASKED(0, "POST /images/?delete=");
    assert_string_equal(fixture.server.locked.body, body);
    assert_int_equal(EVP_Digest(body, strlen(body), digest, NULL, EVP_md5(), NULL), 1);
    EVP_EncodeBlock((unsigned char *)md5, digest, sizeof digest);
    assert_string_equal(fault_server_header(&fixture.server, 0, "content-md5"), md5);
    assert_non_null(strstr(fault_server_header(&fixture.server, 0, "authorization"),
                           "SignedHeaders=content-md5;content-type;host;"));
    stop(&fixture);
}

static void a_full_batch_of_the_longest_keys_is_one_request(void **state)
{
    static char keys[OBJECT_DELETE_MAX][S3_KEY_MAX + 1];
    const char *pointers[OBJECT_DELETE_MAX + 1];
    struct fixture fixture;
    struct fates fates;
    (void)state;
    for (size_t i = 0; i < OBJECT_DELETE_MAX; i++) {
        memset(keys[i], '"', S3_KEY_MAX);
        pointers[i] = keys[i];
    }
    pointers[OBJECT_DELETE_MAX] = keys[0];
    START(&fixture, ANSWER(0, "200 OK", RESULT("")));
    assert_true(delete_keys(&fixture, pointers, OBJECT_DELETE_MAX, &fates));
    assert_int_equal(fates.failures, 0);
    assert_int_equal(fault_server_requests(&fixture.server), 1);
    assert_false(delete_keys(&fixture, pointers, OBJECT_DELETE_MAX + 1, &fates));
    assert_error(&fixture, ERROR_INVALID, "1000");
    assert_int_equal(fault_server_requests(&fixture.server), 1);
    stop(&fixture);
}

static void what_was_deleted_may_be_listed(void **state)
{
    struct fixture fixture;
    struct fates fates;
    (void)state;
    START(&fixture, ANSWER(0, "200 OK",
                           RESULT("<Deleted><Key>a</Key></Deleted><Deleted><Key>b</Key>"
                                  "<VersionId>1</VersionId></Deleted>")));
    assert_true(delete_keys(&fixture, three, 3, &fates));
    assert_int_equal(fates.failures, 0);
    stop(&fixture);
}

static void keys_that_fail_are_named_with_the_reason(void **state)
{
    struct fixture fixture;
    struct fates fates;
    (void)state;
    START(
        &fixture,
        ANSWER(0, "200 OK", RESULT("<Deleted><Key>c</Key></Deleted>" FAILED("b", "AccessDenied"))),
        ANSWER(1, "200 OK", RESULT(FAILED("c", "Strange") FAILED("a", "NoSuchKey"))));
    assert_true(delete_keys(&fixture, three, 3, &fates));
    assert_int_equal(fates.failures, 1);
    assert_int_equal(fates.results[1].code, ERROR_DENIED);
    assert_non_null(strstr(fates.text, "s3:DeleteObject on bucket \"images\""));
    assert_true(delete_keys(&fixture, three, 3, &fates));
    assert_int_equal(fates.failures, 1);
    assert_int_equal(fates.results[2].code, ERROR_UNAVAILABLE);
    assert_non_null(strstr(fates.text, "it says: \"words\""));
    assert_int_equal(fault_server_requests(&fixture.server), 2);
    stop(&fixture);
}

static void a_key_that_fails_for_the_moment_gets_a_request_of_its_own(void **state)
{
    struct fixture fixture;
    struct fates fates;
    (void)state;
    START(&fixture,
          ANSWER(0, "200 OK", RESULT(FAILED("b", "InternalError") FAILED("c", "SlowDown"))),
          ANSWER(1, "503 Slow", XML("SlowDown")), NO_CONTENT,
          ANSWER(2, "403 No", XML("AccessDenied")));
    assert_true(delete_keys(&fixture, three, 3, &fates));
    ASKED(1, "DELETE /images/b");
    ASKED(2, "DELETE /images/b");
    ASKED(3, "DELETE /images/c");
    assert_int_equal(fates.failures, 1);
    assert_int_equal(fates.results[2].code, ERROR_DENIED);
    stop(&fixture);
}

static void an_error_in_place_of_the_result_is_one(void **state)
{
    struct fixture fixture;
    struct fates fates;
    (void)state;
    START(&fixture, ANSWER(0, "200 OK", XML("InternalError")), ANSWER(1, "200 OK", RESULT("")),
          ANSWER(2, "200 OK", XML("AccessDenied")), ANSWER(3, "403 No", XML("AccessDenied")));
    assert_true(delete_keys(&fixture, three, 3, &fates));
    assert_int_equal(fault_server_requests(&fixture.server), 2);
    for (int i = 0; i < 2; i++) {
        assert_false(delete_keys(&fixture, three, 3, &fates));
        assert_error(&fixture, ERROR_DENIED, "s3:DeleteObject");
        assert_int_equal(fates.failures, 0);
    }
    stop(&fixture);
}

static void an_answer_that_says_nothing_clear_is_a_failure(void **state)
{
    static const char *const bodies[] = {
        "<AnythingResult/>",
        "<DeleteResult><Deleted><Key>a</Key></Deleted>",
        "<!DOCTYPE DeleteResult><DeleteResult/>",
    };
    struct fates fates;
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct fixture fixture;
        START(&fixture, ANSWER(0, "200 OK", bodies[i]));
        assert_false(delete_keys(&fixture, three, 3, &fates));
        assert_error(&fixture, ERROR_UNAVAILABLE, "what was deleted");
        stop(&fixture);
    }
}

static void an_answer_without_a_body_means_that_all_went_well(void **state)
{
    static const char *const statuses[] = {"200 OK", "204 No Content"};
    struct fates fates;
    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        struct fixture fixture;
        START(&fixture, ANSWER(0, statuses[i], ""));
        assert_true(delete_keys(&fixture, three, 3, &fates));
        assert_int_equal(fates.failures, 0);
        assert_int_equal(fault_server_requests(&fixture.server), 1);
        stop(&fixture);
    }
}

static void nothing_is_deleted_by_a_web_page(void **state)
{
    struct fates fates;
    (void)state;
    for (size_t count = 1; count <= 3; count += 2) { /* DeleteObject, DeleteObjects */
        struct fixture fixture;
        START(&fixture, ANSWER(0, "200 OK", "<!DOCTYPE html><html><body>Log in</body></html>"));
        assert_false(delete_keys(&fixture, three, count, &fates));
        assert_error(&fixture, ERROR_UNAVAILABLE, "not an S3 store");
        assert_int_equal(fault_server_requests(&fixture.server), 1);
        stop(&fixture);
    }
}

static void a_failure_of_no_key_of_ours_is_one_of_all(void **state)
{
    struct fixture fixture;
    struct fates fates;
    (void)state;
    START(&fixture,
          ANSWER(0, "200 OK", RESULT(FAILED("a", "AccessDenied") FAILED("z", "AccessDenied"))),
          ANSWER(1, "200 OK", RESULT("<Error><Code>AccessDenied</Code></Error>")));
    for (int i = 0; i < 2; i++) {
        assert_false(delete_keys(&fixture, three, 3, &fates));
        assert_error(&fixture, ERROR_DENIED, "s3:DeleteObject");
        assert_int_equal(fates.failures, 0);
    }
    stop(&fixture);
}

static void a_store_without_batch_delete_is_remembered(void **state)
{
    static const char *const refusals[][2] = {{"501 No", "NotImplemented"},
                                              {"405 No", "MethodNotAllowed"},
                                              {"400 Bad", "NotImplemented"},
                                              {"400 Bad", "MissingSecurityHeader"}};
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct fixture fixture;
        struct fates fates;
        char body[256];
        snprintf(body, sizeof body, "<Error><Code>%s</Code></Error>", refusals[i][1]);
        START(&fixture, ANSWER(0, refusals[i][0], body), NO_CONTENT,
              ANSWER(1, "404 No", XML("NoSuchKey")), ANSWER(2, "403 No", XML("AccessDenied")),
              NO_CONTENT);
        assert_true(delete_keys(&fixture, three, 3, &fates));
        ASKED(0, "POST /images/?delete=");
        ASKED(1, "DELETE /images/a");
        ASKED(3, "DELETE /images/c");
        assert_int_equal(fates.failures, 1);
        assert_int_equal(fates.results[2].code, ERROR_DENIED);
        assert_true(delete_keys(&fixture, three, 3, &fates));
        ASKED(4, "DELETE /images/a");
        assert_int_equal(fault_server_requests(&fixture.server), 7);
        stop(&fixture);
    }
}

static void a_refusal_for_another_reason_says_nothing_about_batches(void **state)
{
    struct fixture fixture;
    struct fates fates;
    (void)state;
    START(&fixture, ANSWER(0, "400 Bad", XML("BadDigest")), ANSWER(1, "200 OK", RESULT("")));
    assert_false(delete_keys(&fixture, three, 3, &fates));
    assert_error(&fixture, ERROR_UNAVAILABLE, "on the way");
    assert_true(delete_keys(&fixture, three, 3, &fates));
    ASKED(1, "POST /images/?delete=");
    stop(&fixture);
}

static void where_only_single_objects_may_be_deleted_batches_are_not_tried_again(void **state)
{
    struct fixture fixture;
    struct fates fates;
    (void)state;
    START(&fixture, ANSWER(0, "403 No", XML("AccessDenied")), NO_CONTENT,
          ANSWER(1, "403 No", XML("AccessDenied")), NO_CONTENT);
    assert_true(delete_keys(&fixture, three, 3, &fates));
    ASKED(0, "POST /images/?delete=");
    ASKED(1, "DELETE /images/a");
    ASKED(3, "DELETE /images/c");
    assert_int_equal(fates.failures, 1);
    assert_int_equal(fates.results[1].code, ERROR_DENIED);
    assert_true(delete_keys(&fixture, three, 3, &fates));
    ASKED(4, "DELETE /images/a");
    stop(&fixture);
}

static void where_nothing_may_be_deleted_one_key_more_is_tried(void **state)
{
    struct fixture fixture;
    struct fates fates;
    (void)state;
    START(&fixture, ANSWER(0, "403 No", XML("AccessDenied")));
    for (size_t i = 1; i <= 2; i++) {
        assert_false(delete_keys(&fixture, three, 3, &fates));
        assert_error(&fixture, ERROR_DENIED, "s3:DeleteObject");
        assert_int_equal(fates.failures, 0);
        assert_int_equal(fault_server_requests(&fixture.server), 2 * i);
    }
    ASKED(2, "POST /images/?delete=");
    stop(&fixture);
}

static void keys_that_xml_cannot_carry_are_deleted_one_by_one(void **state)
{
    static const char *const keys[] = {"a", "\x01", "\xff", "\xEF\xBF\xBE", "b", ""};
    struct fixture fixture;
    struct fates fates;
    (void)state;
    START(&fixture, ANSWER(0, "200 OK", RESULT("")), NO_CONTENT);
    assert_true(delete_keys(&fixture, keys, 6, &fates));
    ASKED(1, "DELETE /images/%01");
    ASKED(2, "DELETE /images/%FF");
    ASKED(3, "DELETE /images/%EF%BF%BE");
    assert_int_equal(fault_server_requests(&fixture.server), 4);
    assert_non_null(strstr(fixture.server.locked.body,
                           "<Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>"));
    assert_int_equal(fates.failures, 1);
    assert_int_equal(fates.results[5].code, ERROR_INVALID);
    stop(&fixture);
}

static void one_key_alone_needs_no_batch(void **state)
{
    struct fixture fixture;
    struct fates fates;
    (void)state;
    START(&fixture, NO_CONTENT, ANSWER(0, "404 No", XML("NoSuchKey")),
          {FAULT_ANSWER, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"},
          ANSWER(1, "404 No", XML("NoSuchBucket")));
    for (int i = 0; i < 3; i++) {
        assert_true(delete_keys(&fixture, three, 1, &fates));
        assert_int_equal(fates.failures, 0);
    }
    ASKED(0, "DELETE /images/a");
    assert_true(delete_keys(&fixture, three, 1, &fates));
    assert_int_equal(fates.results[0].code, ERROR_INVALID);
    assert_true(delete_keys(&fixture, NULL, 0, &fates));
    assert_int_equal(fault_server_requests(&fixture.server), 4);
    stop(&fixture);
}

static void a_store_that_fails_is_not_asked_for_each_key(void **state)
{
    struct fixture fixture;
    struct fates fates;
    (void)state;
    START(&fixture, ANSWER(0, "501 No", XML("NotImplemented")), NO_CONTENT,
          ANSWER(1, "500 Oops", XML("InternalError")));
    assert_true(delete_keys(&fixture, three, 3, &fates));
    assert_int_equal(fates.failures, 2);
    assert_int_equal(fates.results[1].code, ERROR_UNAVAILABLE);
    assert_int_equal(fates.results[2].code, ERROR_UNAVAILABLE);
    assert_int_equal(fault_server_requests(&fixture.server), 2 + quick.attempts);
    assert_false(delete_keys(&fixture, three, 3, &fates));
    assert_error(&fixture, ERROR_UNAVAILABLE, "internal problem");
    assert_int_equal(fates.failures, 0);
    assert_int_equal(fault_server_requests(&fixture.server), 2 + 2 * quick.attempts);
    stop(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_says_what_it_must),
        cmocka_unit_test(a_full_batch_of_the_longest_keys_is_one_request),
        cmocka_unit_test(what_was_deleted_may_be_listed),
        cmocka_unit_test(keys_that_fail_are_named_with_the_reason),
        cmocka_unit_test(a_key_that_fails_for_the_moment_gets_a_request_of_its_own),
        cmocka_unit_test(an_error_in_place_of_the_result_is_one),
        cmocka_unit_test(an_answer_that_says_nothing_clear_is_a_failure),
        cmocka_unit_test(an_answer_without_a_body_means_that_all_went_well),
        cmocka_unit_test(nothing_is_deleted_by_a_web_page),
        cmocka_unit_test(a_failure_of_no_key_of_ours_is_one_of_all),
        cmocka_unit_test(a_store_without_batch_delete_is_remembered),
        cmocka_unit_test(a_refusal_for_another_reason_says_nothing_about_batches),
        cmocka_unit_test(where_only_single_objects_may_be_deleted_batches_are_not_tried_again),
        cmocka_unit_test(where_nothing_may_be_deleted_one_key_more_is_tried),
        cmocka_unit_test(keys_that_xml_cannot_carry_are_deleted_one_by_one),
        cmocka_unit_test(one_key_alone_needs_no_batch),
        cmocka_unit_test(a_store_that_fails_is_not_asked_for_each_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
