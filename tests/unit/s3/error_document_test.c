/* SPDX-License-Identifier: MIT */
#include "s3/error_document.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static bool parse(const char *text, struct error_document *document)
{
    return error_document_parse(text, strlen(text), document);
}

static void what_matters_is_read(void **state)
{
    struct error_document document;
    (void)state;
    assert_true(parse("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n"
                      "<Code>RequestTimeTooSkewed</Code><Message>too &lt;far&gt;\n off</Message>"
                      "<ServerTime>2013-05-24T00:00:00Z</ServerTime><Region>eu-west-1</Region>"
                      "<RequestId>4442587FB7D0A2F9</RequestId><Header>If-None-Match</Header>"
                      "<Other><Code>Inner</Code></Other></Error>",
                      &document));
    assert_string_equal(document.code, "RequestTimeTooSkewed");
    assert_string_equal(document.message, "too <far>  off");
    assert_string_equal(document.server_time, "2013-05-24T00:00:00Z");
    assert_string_equal(document.region, "eu-west-1");
    assert_string_equal(document.request_id, "4442587FB7D0A2F9");
    assert_string_equal(document.subject, "If-None-Match");
}

static void a_namespace_prefix_does_not_matter(void **state)
{
    struct error_document document;
    (void)state;
    assert_true(parse("<s3:Error xmlns:s3=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                      "<s3:Code>NoSuchKey</s3:Code></s3:Error>",
                      &document));
    assert_string_equal(document.code, "NoSuchKey");
    assert_string_equal(document.message, "");
}

static void long_texts_are_cut_between_characters(void **state)
{
    char text[2048] = "<Error><Code>X</Code><Message>";
    struct error_document document;
    (void)state;
    for (int i = 0; i < 400; i++)
        strcat(text, "\xc3\xa9");
    strcat(text, "</Message></Error>");
    assert_true(parse(text, &document));
    assert_in_range(strlen(document.message), 250, sizeof document.message - 1);
    assert_int_equal(strlen(document.message) % 2, 0);
}

static void what_is_no_error_document_is_none(void **state)
{
    static const char *const texts[] = {
        "",
        "<html><body>502 Bad Gateway</body></html>",
        "<CopyObjectResult><Code>x</Code></CopyObjectResult>",
        "<Error></Error>",
        "<Error><Code></Code></Error>",
        "<Error><Code>SlowDown</Code>",
        "<Error><Code>SlowDown</Code></Error><more/>",
        "<Error><Code>Slow",
        "{\"code\":\"SlowDown\"}",
        "<Error><a><b><c><d><e><f><g><h/></g></f></e></d></c></b></a><Code>x</Code></Error>",
        "<!DOCTYPE Error [<!ENTITY a \"aaaaaaaa\">]><Error><Code>&a;&a;</Code></Error>",
        "<!DOCTYPE Error SYSTEM \"file:///etc/passwd\"><Error><Code>x</Code></Error>",
        "<Error><Code>\xff\xfe</Code></Error>",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct error_document document;
        if (parse(texts[i], &document))
            fail_msg("%s", texts[i]);
    }
}

static void a_document_beyond_the_limit_is_none(void **state)
{
    struct error_document document;
    static char text[ERROR_DOCUMENT_MAX + 64];
    static const char head[] = "<Error><Code>x</Code>";
    (void)state;
    memset(text, ' ', sizeof text);
    memcpy(text, head, strlen(head));
    memcpy(text + ERROR_DOCUMENT_MAX - 8, "</Error>", 8);
    assert_true(error_document_parse(text, ERROR_DOCUMENT_MAX, &document));
    assert_false(error_document_parse(text, ERROR_DOCUMENT_MAX + 1, &document));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_matters_is_read),
        cmocka_unit_test(a_namespace_prefix_does_not_matter),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(what_is_no_error_document_is_none),
        cmocka_unit_test(a_document_beyond_the_limit_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
