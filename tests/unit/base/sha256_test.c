/* SPDX-License-Identifier: MIT */
#include "base/sha256.h"

#include "support/test.h"

#include <string.h>

static void assert_hex(const unsigned char digest[SHA256_SIZE], const char *expected)
{
    char text[SHA256_HEX_SIZE];
    hex_encode(digest, SHA256_SIZE, text);
    assert_string_equal(text, expected);
}

/* FIPS 180-4's own example of two blocks, whole and by pieces. */
static void a_digest_does_not_depend_on_how_the_bytes_come(void **state)
{
    (void)state;
    static const char text[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    static const char expected[] =
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";
    unsigned char digest[SHA256_SIZE];
    struct error error;
    assert_true(sha256(text, strlen(text), digest, &error));
    assert_hex(digest, expected);
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        struct sha256_stream stream;
        assert_true(sha256_begin(&stream, &error));
        assert_true(sha256_add(&stream, text, cut, &error));
        assert_true(sha256_add(&stream, text + cut, strlen(text) - cut, &error));
        assert_true(sha256_end(&stream, digest, &error));
        sha256_finish(&stream);
        assert_hex(digest, expected);
    }
}

/* RFC 4231, test cases 2 and 6: a short key, and one that is longer than a block. */
static void a_code_depends_on_key_and_data(void **state)
{
    (void)state;
    static const char data[] = "Test Using Larger Than Block-Size Key - Hash Key First";
    unsigned char key[131], code[SHA256_SIZE];
    struct error error;
    assert_true(sha256_hmac("Jefe", 4, "what do ya want for nothing?", 28, code, &error));
    assert_hex(code, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    assert_true(sha256_hmac(key, sizeof key, data, strlen(data), code, &error));
    assert_hex(code, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void a_stream_that_has_not_begun_can_be_finished(void **state)
{
    (void)state;
    struct sha256_stream stream = {0};
    sha256_finish(&stream);
    assert_null(stream.context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digest_does_not_depend_on_how_the_bytes_come),
        cmocka_unit_test(a_code_depends_on_key_and_data),
        cmocka_unit_test(a_stream_that_has_not_begun_can_be_finished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
