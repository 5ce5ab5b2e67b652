/* SPDX-License-Identifier: MIT */
#include "s3/list.h"

#include "base/clock.h"
#include "support/client_fixture.h"
#include "support/test.h"

#include <stdint.h>
#include <string.h>

/* Listings of stores that keep to the documents, and of those that do not. */

#define PAGE(content)                                                                              \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                 \
    "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" content                 \
    "</ListBucketResult>"
#define OBJECT(key)                                                                                \
    "<Contents><Key>" key "</Key><LastModified>2013-05-24T00:00:00.000Z</LastModified>"            \
    "<ETag>&quot;e&quot;</ETag><Size>12</Size><Owner><ID>i</ID></Owner></Contents>"
#define ROLLUP(prefix) "<CommonPrefixes><Prefix>" prefix "</Prefix></CommonPrefixes>"
#define URL            "<EncodingType>url</EncodingType>"
#define MORE           "<IsTruncated>true</IsTruncated>"
#define END            "<IsTruncated>false</IsTruncated>"
#define TOKEN(token)   "<NextContinuationToken>" token "</NextContinuationToken>"
#define V2             "<KeyCount>1</KeyCount>"
#define V1             "<Marker></Marker>"

/* The n-th answer of a script. */
#define OK(n, content)                                                                             \
    {                                                                                              \
        FAULT_ANSWER, answer(fixture.responses[n], "200 OK", "", PAGE(content))                    \
    }
#define REFUSAL(n, status, code)                                                                   \
    {                                                                                              \
        FAULT_ANSWER, answer(fixture.responses[n], status, "", XML(code))                          \
    }

struct seen {
    char text[4096]; /* the keys, each with a '\n' */
    struct object_entry last;
    size_t count, stop_at; /* 0: never */
    struct cancel *cancel; /* asked for at the first entry; NULL: never */
};

static bool see(void *argument, const struct object_entry *entry, bool *stop, struct error *error)
{
    (void)error;
    struct seen *seen = argument;
    size_t length = strlen(seen->text);
    snprintf(seen->text + length, sizeof seen->text - length, "%s\n", entry->key);
    seen->last = *entry;
    if (seen->cancel)
        cancel_request(seen->cancel);
    *stop = ++seen->count == seen->stop_at;
    return true;
}

static bool list(struct fixture *fixture, const struct object_query *what, struct seen *seen)
{
    const struct operation operation = {.cancel = seen->cancel};
    return s3_list_objects(fixture->client, &operation, what, see, seen, &fixture->error);
}

static const struct object_query everything = {.prefix = ""};

static void assert_lists(struct fixture *fixture, const struct object_query *what, const char *keys)
{
    struct seen seen = {0};
    if (!list(fixture, what, &seen))
        fail_msg("%s", fixture->error.text);
    assert_string_equal(seen.text, keys);
}

#define ASKED(request, query)                                                                      \
    assert_true(fault_server_asked(&fixture.server, request, "GET /images/?" query " HTTP/1.1"))

static void a_page_is_asked_for_and_read(void **state)
{
    struct fixture fixture;
    struct seen seen = {0};
    const struct object_query what = {.prefix = "p q/", .delimiter = "/", .after = "p q/a"};
    (void)state;
    START(&fixture, OK(0, "<Name>images</Name><Prefix>p+q/</Prefix>" V2 END OBJECT("p+q/c%2Bd")
                              OBJECT("p+q/%E9%B6%B4.png") ROLLUP("p+q/b%25/") URL));
    assert_true(list(&fixture, &what, &seen));
    assert_string_equal(seen.text, "p q/b%/\np q/c+d\np q/\xE9\xB6\xB4.png\n");
    assert_int_equal(seen.last.size, 12);
    assert_int_equal(seen.last.modified_ms, INT64_C(1369353600000));
    assert_false(seen.last.is_prefix);
    ASKED(0, "delimiter=%2F&encoding-type=url&list-type=2&max-keys=1000&prefix=p%20q%2F&"
             "start-after=p%20q%2Fa");
    stop(&fixture);
}

static void pages_go_on_with_the_token(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture, OK(0, V2 MORE TOKEN("1/a+b=&amp;") OBJECT("a")), OK(1, V2 MORE TOKEN("2")),
          OK(2, V2 MORE TOKEN("3") OBJECT("b") OBJECT("c")), OK(3, V2 END OBJECT("d")));
    assert_lists(&fixture, &everything, "a\nb\nc\nd\n");
    ASKED(1, "continuation-token=1%2Fa%2Bb%3D%26&encoding-type=url&list-type=2&max-keys=1000&"
             "prefix=");
    assert_int_equal(fault_server_requests(&fixture.server), 4);
    stop(&fixture);
}

static void a_page_without_a_token_goes_on_after_its_last_key(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture, OK(0, V2 MORE OBJECT("a") ROLLUP("b/")),
          OK(1, V2 END ROLLUP("b/") OBJECT("c")));
    assert_lists(&fixture, &everything, "a\nb/\nc\n");
    ASKED(1, "encoding-type=url&list-type=2&max-keys=1000&prefix=&start-after=b%2F");
    stop(&fixture);
}

static void pages_that_lead_nowhere_are_an_error(void **state)
{
    static const struct {
        const char *pages[3];
        size_t requests;
    } stores[] = {
        {{PAGE(V2 MORE TOKEN("1") OBJECT("a")), PAGE(V2 MORE TOKEN("1") OBJECT("b"))}, 2},
        {{PAGE(V2 MORE TOKEN("1") OBJECT("b")), PAGE(V2 MORE TOKEN("2") OBJECT("a"))}, 2},
        {{PAGE(V2 MORE TOKEN("1")), PAGE(V2 MORE TOKEN("1"))}, 2},
        {{PAGE(V2 MORE)}, 1},
        {{PAGE(V2 MORE OBJECT("a"))}, 2},
        {{PAGE(V2 MORE OBJECT("a")), PAGE(V2 MORE)}, 2},
        /* the token is forgotten: once more after the last key */
        {{PAGE(V2 MORE TOKEN("1") OBJECT("a")), PAGE(V2 MORE TOKEN("2")), PAGE(V2 MORE)}, 4},
    };
    (void)state;
    for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++) {
        struct fixture fixture;
        struct seen seen = {0};
        struct fault_step steps[3];
        size_t count = 0;
        for (; count < 3 && stores[i].pages[count]; count++)
            steps[count] = (struct fault_step){
                FAULT_ANSWER,
                answer(fixture.responses[count], "200 OK", "", stores[i].pages[count])};
        start_with(&fixture, steps, count, NULL);
        assert_false(list(&fixture, &everything, &seen));
        assert_error(&fixture, ERROR_UNAVAILABLE, "list of objects is broken");
        assert_int_equal(fault_server_requests(&fixture.server), stores[i].requests);
        stop(&fixture);
    }
}

static void empty_pages_come_to_an_end(void **state)
{
    struct fixture fixture;
    struct seen seen = {0};
    struct fault_step steps[201];
    static char pages[2][512];
    (void)state;
    for (size_t i = 0; i < 201; i++)
        steps[i] = (struct fault_step){FAULT_ANSWER, pages[i % 2]};
    answer(fixture.responses[0], "200 OK", "", PAGE(V2 MORE TOKEN("1")));
    answer(fixture.responses[1], "200 OK", "", PAGE(V2 MORE TOKEN("2")));
    memcpy(pages[0], fixture.responses[0], sizeof pages[0]);
    memcpy(pages[1], fixture.responses[1], sizeof pages[1]);
    start_with(&fixture, steps, 201, NULL);
    assert_false(list(&fixture, &everything, &seen));
    assert_error(&fixture, ERROR_UNAVAILABLE, "list of objects is broken");
    assert_int_equal(fault_server_requests(&fixture.server), 101);
    stop(&fixture);
}

static void a_roll_up_over_several_pages_is_one(void **state)
{
    struct fixture fixture;
    const struct object_query what = {.prefix = "", .delimiter = "/"};
    (void)state;
    START(&fixture, OK(0, V2 MORE TOKEN("1") ROLLUP("a/")), OK(1, V2 MORE TOKEN("2") ROLLUP("a/")),
          OK(2, V2 END ROLLUP("a/") ROLLUP("b/") ROLLUP("b/")));
    assert_lists(&fixture, &what, "a/\nb/\n");
    stop(&fixture);
}

static void a_store_without_list_v2_is_remembered(void **state)
{
    static const char *const refusals[][2] = {{"501 No", "NotImplemented"},
                                              {"400 Bad", "NotImplemented"},
                                              {"400 Bad", "InvalidArgument"},
                                              {"405 No", "MethodNotAllowed"}};
    const struct object_query after = {.prefix = "", .after = "a"};
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct fixture fixture;
        char body[256];
        snprintf(body, sizeof body, "<Error><Code>%s</Code></Error>", refusals[i][1]);
        START(&fixture, {FAULT_ANSWER, answer(fixture.responses[0], refusals[i][0], "", body)},
              OK(1, V1 MORE OBJECT("b")),
              OK(2, V1 MORE "<NextMarker>d+d</NextMarker>" URL OBJECT("c")),
              OK(3, V1 END OBJECT("e")));
        assert_lists(&fixture, &after, "b\nc\ne\n");
        ASKED(1, "encoding-type=url&marker=a&max-keys=1000&prefix=");
        ASKED(2, "encoding-type=url&marker=b&max-keys=1000&prefix=");
        ASKED(3, "encoding-type=url&marker=d%20d&max-keys=1000&prefix=");
        assert_lists(&fixture, &everything, "e\n");
        ASKED(4, "encoding-type=url&max-keys=1000&prefix=");
        stop(&fixture);
    }
}

static void an_answer_of_list_v1_is_recognised(void **state)
{
    struct fixture fixture;
    const struct object_query after = {.prefix = "", .after = "m"};
    (void)state;
    START(&fixture, OK(0, V1 MORE OBJECT("a") OBJECT("b")), OK(1, V1 END OBJECT("n")));
    assert_lists(&fixture, &after, "n\n");
    ASKED(1, "encoding-type=url&marker=m&max-keys=1000&prefix=");
    stop(&fixture);
}

static void a_refusal_in_the_middle_says_nothing_about_list_v2(void **state)
{
    struct fixture fixture;
    struct seen seen = {0};
    (void)state;
    START(&fixture, OK(0, V2 MORE TOKEN("1") OBJECT("a")), REFUSAL(1, "400 Bad", "InvalidArgument"),
          OK(2, V2 END OBJECT("b")));
    assert_false(list(&fixture, &everything, &seen));
    assert_error(&fixture, ERROR_INVALID, "words");
    assert_lists(&fixture, &everything, "b\n");
    ASKED(2, "encoding-type=url&list-type=2&max-keys=1000&prefix=");
    stop(&fixture);
}

static void keys_that_are_not_encoded_are_taken_as_they_are(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture, OK(0, V2 END OBJECT("%41+&lt;&amp;amp;&#x9db4;")),
          OK(1, V2 END URL OBJECT("100%")));
    assert_lists(&fixture, &everything, "%41+<&amp;\xE9\xB6\xB4\n");
    assert_lists(&fixture, &everything, "100%\n");
    stop(&fixture);
}

static void entries_before_the_start_are_left_out(void **state)
{
    struct fixture fixture;
    const struct object_query after = {.prefix = "", .after = "c"};
    (void)state;
    START(&fixture, OK(0, V2 MORE TOKEN("1") OBJECT("a") OBJECT("b")),
          OK(1, V2 END OBJECT("c") OBJECT("d")));
    assert_lists(&fixture, &after, "d\n");
    ASKED(0, "encoding-type=url&list-type=2&max-keys=1000&prefix=&start-after=c");
    ASKED(1, "continuation-token=1&encoding-type=url&list-type=2&max-keys=1000&prefix=");
    stop(&fixture);
}

static void an_object_without_a_date_counts_as_new(void **state)
{
    static const char *const dates[] = {"", "<LastModified>yesterday</LastModified>",
                                        "<LastModified>0001-01-01T00:00:00.000Z</LastModified>"};
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        struct fixture fixture;
        struct seen seen = {0};
        char page[512];
        int64_t before = clock_wall_ms();
        snprintf(page, sizeof page, PAGE(V2 END "<Contents><Key>k</Key>%s</Contents>"), dates[i]);
        START(&fixture, {FAULT_ANSWER, answer(fixture.responses[0], "200 OK", "", page)});
        assert_true(list(&fixture, &everything, &seen));
        assert_in_range(seen.last.modified_ms, before, before + 60000);
        stop(&fixture);
    }
}

static void a_listing_ends_when_told(void **state)
{
    struct fixture fixture;
    struct seen seen = {.stop_at = 2};
    (void)state;
    START(&fixture, OK(0, V2 MORE TOKEN("1") OBJECT("a") OBJECT("b") OBJECT("c")));
    assert_true(list(&fixture, &everything, &seen));
    assert_string_equal(seen.text, "a\nb\n");
    assert_int_equal(fault_server_requests(&fixture.server), 1);
    stop(&fixture);
}

static void a_listing_can_be_cancelled_between_two_entries(void **state)
{
    struct fixture fixture;
    struct cancel cancel;
    struct seen seen = {.cancel = &cancel};
    (void)state;
    cancel_init(&cancel);
    START(&fixture, OK(0, V2 END OBJECT("a") OBJECT("b")));
    assert_false(list(&fixture, &everything, &seen));
    assert_error(&fixture, ERROR_CANCELLED, "interrupted");
    assert_string_equal(seen.text, "a\n");
    stop(&fixture);
    cancel_finish(&cancel);
}

static void a_failure_says_what_to_fix(void **state)
{
    struct fixture fixture;
    struct seen seen = {0};
    (void)state;
    START(&fixture, REFUSAL(0, "200 OK", "InternalError"), OK(1, V2 END OBJECT("a")),
          REFUSAL(2, "403 No", "AccessDenied"), REFUSAL(3, "404 No", "NoSuchBucket"),
          {FAULT_ANSWER, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"},
          {FAULT_ENDLESS, "HTTP/1.1 200 OK\r\n\r\n"});
    assert_lists(&fixture, &everything, "a\n");
    assert_int_equal(fault_server_requests(&fixture.server), 2);
    assert_false(list(&fixture, &everything, &seen));
    assert_error(&fixture, ERROR_DENIED, "s3:ListBucket on bucket \"images\"");
    assert_false(list(&fixture, &everything, &seen));
    assert_error(&fixture, ERROR_INVALID, "S3_BUCKET");
    assert_false(list(&fixture, &everything, &seen));
    assert_error(&fixture, ERROR_INVALID, "S3_BUCKET");
    assert_false(list(&fixture, &everything, &seen));
    assert_error(&fixture, ERROR_UNAVAILABLE, "answer is too large");
    stop(&fixture);
}

/* What serialisers of other stores make of the same lists. */
static void lists_are_read_however_they_are_written(void **state)
{
#define TWO_KEYS OBJECT("a") OBJECT("b")
    static const struct {
        const char *document, *keys;
    } cases[] = {
        {PAGE("<Contents/>" TWO_KEYS "<CommonPrefixes/><Contents></Contents>"), "a\nb\n"},
        {PAGE("<Contents><Key/></Contents><CommonPrefixes><Prefix/></CommonPrefixes>" TWO_KEYS),
         "a\nb\n"},
        {PAGE("<CommonPrefixes><Prefix>a/</Prefix><Prefix>c/</Prefix><Prefix>b/</Prefix>"
              "</CommonPrefixes>"),
         "a/\nb/\nc/\n"},
        {"<?xml version='1.0' encoding='utf8'?><ListBucketResult>" OBJECT(
             "\xc3\xa9") "</ListBucketResult>",
         "\xc3\xa9\n"},
        {"\n\n  \xEF\xBB\xBF<?xml version=\"1.0\"?><ListBucketResult>" TWO_KEYS
         "</ListBucketResult>",
         "a\nb\n"},
        {"\xEF\xBB\xBF<ListBucketResult>" TWO_KEYS "</ListBucketResult>\n", "a\nb\n"},
        {"<s3:ListBucketResult xmlns:s3='urn:other'><s3:Contents><s3:Key>a</s3:Key></s3:Contents>"
         "</s3:ListBucketResult>",
         "a\n"},
        {"<ListBucketV2Result>" TWO_KEYS "</ListBucketV2Result>", "a\nb\n"},
        {PAGE("<Contents><Key>a</Key><Size>\n 12 \n</Size></Contents>"), "a\n"},
        {PAGE("<IsTruncated> False </IsTruncated>" TWO_KEYS), "a\nb\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture fixture;
        START(&fixture,
              {FAULT_ANSWER, answer(fixture.responses[0], "200 OK", "", cases[i].document)});
        assert_lists(&fixture, &everything, cases[i].keys);
        stop(&fixture);
    }
}

static void a_page_says_in_any_way_that_there_are_more(void **state)
{
    static const char *const ways[] = {"<IsTruncated>True</IsTruncated>" TOKEN("t"),
                                       "<IsTruncated>\n TRUE </IsTruncated>" TOKEN("t"),
                                       "<IsTruncated>1</IsTruncated>" TOKEN("t"), TOKEN("t")};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct fixture fixture;
        char page[1024];
        snprintf(page, sizeof page, PAGE("%s%s"), OBJECT("a"), ways[i]);
        START(&fixture, {FAULT_ANSWER, answer(fixture.responses[0], "200 OK", "", page)},
              OK(1, OBJECT("b") END));
        assert_lists(&fixture, &everything, "a\nb\n");
        stop(&fixture);
    }
}

static void dates_come_in_many_forms(void **state)
{
    static const char *const dates[] = {"2013-05-24T00:00:00", " 2013-05-24 00:00:00 ",
                                        "Fri, 24 May 2013 00:00:00 GMT"};
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        struct fixture fixture;
        struct seen seen = {0};
        char page[1024];
        snprintf(page, sizeof page,
                 PAGE("<Contents><Key>a</Key><LastModified>%s</LastModified></Contents>"),
                 dates[i]);
        START(&fixture, {FAULT_ANSWER, answer(fixture.responses[0], "200 OK", "", page)});
        assert_true(list(&fixture, &everything, &seen));
        assert_int_equal(seen.last.modified_ms, INT64_C(1369353600000));
        stop(&fixture);
    }
}

/* The prefix that was asked for tells which of the ways in which keys may be encoded was meant. */
static void keys_are_decoded_so_that_they_are_what_was_asked_for(void **state)
{
    static const struct object_query what = {.prefix = "a+b%20c d/"};
    static const char *const keys[] = {
        URL OBJECT("a%2Bb%2520c+d/x"), URL OBJECT("a%2Bb%2520c%20d/x"),
        URL OBJECT("a+b%2520c%20d/x"), URL OBJECT("a+b%20c d/x"),
        OBJECT("a+b%20c d/x"),         OBJECT("a%2Bb%2520c+d%2Fx")};
    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct fixture fixture;
        char page[1024];
        snprintf(page, sizeof page, PAGE("%s"), keys[i]);
        START(&fixture, {FAULT_ANSWER, answer(fixture.responses[0], "200 OK", "", page)});
        assert_lists(&fixture, &what, "a+b%20c d/x\n");
        stop(&fixture);
    }
}

static void what_is_not_under_the_prefix_was_not_asked_for(void **state)
{
    static const struct object_query what = {.prefix = "a/"};
    struct fixture fixture;
    (void)state;
    START(&fixture, OK(0, OBJECT("a/x") OBJECT("b/x") ROLLUP("b/") OBJECT("a")));
    assert_lists(&fixture, &what, "a/x\n");
    stop(&fixture);
}

static void a_list_without_a_document_is_asked_for_again(void **state)
{
    struct fixture fixture;
    (void)state;
    START(&fixture, {FAULT_ANSWER, answer(fixture.responses[0], "200 OK", "", "")},
          OK(1, OBJECT("a") END), {FAULT_ANSWER, answer(fixture.responses[2], "200 OK", "", "")});
    assert_lists(&fixture, &everything, "a\n");
    assert_int_equal(fault_server_requests(&fixture.server), 2);
    struct seen seen = {0};
    assert_false(list(&fixture, &everything, &seen));
    assert_error(&fixture, ERROR_UNAVAILABLE, "an empty answer");
    stop(&fixture);
}

static void a_web_page_is_not_an_empty_bucket(void **state)
{
    struct fixture fixture;
    struct seen seen = {0};
    (void)state;
    START(&fixture, {FAULT_ANSWER, answer(fixture.responses[0], "200 OK", "",
                                          "<html><body>hello</body></html>")});
    assert_false(list(&fixture, &everything, &seen));
    assert_error(&fixture, ERROR_UNAVAILABLE, "not an S3 store");
    assert_int_equal(fault_server_requests(&fixture.server), 1);
    stop(&fixture);
}

static void what_is_no_list_is_refused(void **state)
{
    static const char *const documents[] = {
        "<ListBucketResult><Contents><Key>a</Key></Contents>",
        "<ListAllMyBucketsResult></ListAllMyBucketsResult>",
        "<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key></Key><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>1x</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>\x01</Key></Contents></ListBucketResult>",
        "<!DOCTYPE x [<!ENTITY a \"a\">]><ListBucketResult><Contents><Key>&a;</Key></Contents>"
        "</ListBucketResult>",
        "<ListBucketResult><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a>"
        "</ListBucketResult>",
    };
    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        struct fixture fixture;
        struct seen seen = {0};
        START(&fixture, {FAULT_ANSWER, answer(fixture.responses[0], "200 OK", "", documents[i])});
        if (list(&fixture, &everything, &seen))
            fail_msg("%s", documents[i]);
        assert_error(&fixture, ERROR_UNAVAILABLE, "not a list of objects");
        assert_int_equal(seen.count, 0);
        stop(&fixture);
    }
}

/* A page with `keys` keys of `size` bytes. */
static char *large_page(size_t keys, size_t size)
{
    char *text = malloc(keys * (size + 64) + 512), *body = malloc(keys * (size + 64) + 256);
    size_t length = (size_t)sprintf(body, "<ListBucketResult>");
    for (size_t i = 0; i < keys; i++)
        length += (size_t)sprintf(body + length, "<Contents><Key>%0*zu</Key></Contents>", (int)size,
                                  i);
    length += (size_t)sprintf(body + length, "</ListBucketResult>");
    sprintf(text, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", length, body);
    free(body);
    return text;
}

static void pages_have_limits(void **state)
{
    static const struct {
        size_t keys, size;
        bool good;
    } pages[] = {{1000, 3072, true}, {5000, 8, true}, {5001, 8, false}, {1, 70000, false}};
    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        struct fixture fixture;
        struct seen seen = {0};
        char *page = large_page(pages[i].keys, pages[i].size);
        START(&fixture, {FAULT_ANSWER, page});
        assert_int_equal(list(&fixture, &everything, &seen), pages[i].good);
        assert_int_equal(seen.count, pages[i].good ? pages[i].keys : 0);
        stop(&fixture);
        free(page);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_asked_for_and_read),
        cmocka_unit_test(pages_go_on_with_the_token),
        cmocka_unit_test(a_page_without_a_token_goes_on_after_its_last_key),
        cmocka_unit_test(pages_that_lead_nowhere_are_an_error),
        cmocka_unit_test(empty_pages_come_to_an_end),
        cmocka_unit_test(a_roll_up_over_several_pages_is_one),
        cmocka_unit_test(a_store_without_list_v2_is_remembered),
        cmocka_unit_test(an_answer_of_list_v1_is_recognised),
        cmocka_unit_test(a_refusal_in_the_middle_says_nothing_about_list_v2),
        cmocka_unit_test(keys_that_are_not_encoded_are_taken_as_they_are),
        cmocka_unit_test(entries_before_the_start_are_left_out),
        cmocka_unit_test(an_object_without_a_date_counts_as_new),
        cmocka_unit_test(a_listing_ends_when_told),
        cmocka_unit_test(a_listing_can_be_cancelled_between_two_entries),
        cmocka_unit_test(a_failure_says_what_to_fix),
        cmocka_unit_test(lists_are_read_however_they_are_written),
        cmocka_unit_test(a_page_says_in_any_way_that_there_are_more),
        cmocka_unit_test(dates_come_in_many_forms),
        cmocka_unit_test(keys_are_decoded_so_that_they_are_what_was_asked_for),
        cmocka_unit_test(what_is_not_under_the_prefix_was_not_asked_for),
        cmocka_unit_test(a_list_without_a_document_is_asked_for_again),
        cmocka_unit_test(a_web_page_is_not_an_empty_bucket),
        cmocka_unit_test(what_is_no_list_is_refused),
        cmocka_unit_test(pages_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
