/* SPDX-License-Identifier: MIT */
#include "base/base64url.h"
#include "support/test.h"

#include <string.h>

/* RFC 4648 section 10, and the two characters that are different from base64's. */
static const struct {
    const char *bytes, *text;
} vectors[] = {
    {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
    {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"},
};

static void texts_go_there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(100);
        CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
        struct error error;
        size_t size = strlen(vectors[i].bytes);
        assert_true(base64url_encode(vectors[i].bytes, size, &text, &error));
        assert_string_equal(text.data, vectors[i].text);
        assert_true(base64url_decode(vectors[i].text, 10, &blob, &error));
        assert_int_equal(blob->size, size);
        assert_memory_equal(blob->data, vectors[i].bytes, size);
    }
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"Z",      "Zg==", "Zh",          "Zm 9v",
                                        "Zm9v\n", "+//+", "Zm9vYmFyZm9v"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct blob *blob;
        struct error error;
        assert_false(base64url_decode(texts[i], 8, &blob, &error));
        assert_int_equal(error.code, ERROR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_go_there_and_back),
        cmocka_unit_test(other_texts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
