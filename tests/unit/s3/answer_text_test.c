/* SPDX-License-Identifier: MIT */
#include "s3/answer_text.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static void web_pages_are_told_from_documents(void **state)
{
    static const struct {
        const char *text;
        bool page, xml;
    } cases[] = {
        {"<!DOCTYPE html><html></html>", true, false},
        {"\xEF\xBB\xBF \r\n<HTML lang=en>", true, false},
        {"<!-- made by x -->\n<!doctype HTML>", true, false},
        {"<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0\"><html>", true,
         false},
        {"<?xml version=\"1.0\"?><ListBucketResult/>", false, true},
        {"\n <Error/>", false, true},
        {"{}", false, false},
        {"", false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = strlen(cases[i].text);
        if (answer_text_is_page(cases[i].text, size) != cases[i].page ||
            answer_text_is_xml(cases[i].text, size) != cases[i].xml)
            fail_msg("%s", cases[i].text);
    }
}

static void the_words_of_an_answer_are_found(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"<html><TITLE> Just a moment...</title>", "Just a moment..."},
        {"<html><body>no title", ""},
        {"{\"code\":1,\"Message\" : \"say \\\"no\\\"\"}", "say \\\"no\\\""},
        {"{\"message\": 5}", ""},
        {"{\"message\"", ""},
        {"  Forbidden\n", "Forbidden"},
        {"<Other/>", ""},
        {"", ""},
    };
    char words[64];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        answer_text_words(cases[i].text, strlen(cases[i].text), words, sizeof words);
        assert_string_equal(words, cases[i].words);
    }
    answer_text_words("abc\xc3\xa9", 5, words, 5);
    assert_string_equal(words, "abc");
}

static void a_region_is_read_from_words(void **state)
{
    static const struct {
        const char *words, *region; /* NULL: none */
    } cases[] = {
        {"The authorization header is malformed; the region 'us-east-1' is wrong; expecting "
         "'fr-par'",
         "fr-par"},
        {"the region 'x' is wrong; expecting \"garage\"", "garage"},
        {"The authorization header is malformed; the region is wrong; expecting region: eu-1",
         "eu-1"},
        {"Authorization header malformed, unexpected scope: 20240101/us-east-1/s3/aws4_request, "
         "expected: 20240101/garage/s3/aws4_request",
         "garage"},
        {"the region must be 'auto'", "auto"},
        {"Region should be nl-ams.", "nl-ams"},
        {"the region is wrong; expecting something else", NULL},
        {"expecting 'fr-par'", NULL},
        {"the bucket is in this region: use another", NULL},
        {"the region is wrong, expecting ''", NULL},
        {"the region is wrong, expecting", NULL},
        {"", NULL},
    };
    char region[32];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool found = answer_text_region(cases[i].words, region, sizeof region);
        if (found != (cases[i].region != NULL) || (found && strcmp(region, cases[i].region) != 0))
            fail_msg("%s: %s", cases[i].words, found ? region : "none");
    }
    assert_false(answer_text_region("region: expecting 'abcdef'", region, 6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(web_pages_are_told_from_documents),
        cmocka_unit_test(the_words_of_an_answer_are_found),
        cmocka_unit_test(a_region_is_read_from_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
