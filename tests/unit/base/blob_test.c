/* SPDX-License-Identifier: MIT */
#include "base/blob.h"
#include "support/test.h"

#include <string.h>

/* FIPS 180-4 example messages, and NIST's message of a million times 'a'. */
static const struct {
    const char *text;
    size_t times;
    const char *sha256;
} vectors[] = {
    {"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

static void assert_blob(const struct blob *blob, size_t vector)
{
    char hex[SHA256_HEX_SIZE];
    size_t length = strlen(vectors[vector].text);
    assert_int_equal(blob->size, length * vectors[vector].times);
    for (size_t i = 0; i < blob->size; i++)
        assert_int_equal(blob->data[i], vectors[vector].text[i % length]);
    hex_encode(blob->sha256, SHA256_SIZE, hex);
    assert_string_equal(hex, vectors[vector].sha256);
}

static void a_built_blob_has_the_published_digest(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct blob_builder builder;
        struct blob *blob;
        struct error error;
        size_t length = strlen(vectors[i].text);
        blob_builder_init(&builder, 1000000);
        for (size_t n = 0; n < vectors[i].times; n++) {
            unsigned char *place = blob_builder_reserve(&builder, length + n % 3, &error);
            assert_true(place || builder.blob->size + length + n % 3 > 1000000);
            if (!place)
                place = blob_builder_reserve(&builder, length, &error);
            memcpy(place, vectors[i].text, length);
            assert_true(blob_builder_commit(&builder, length, &error));
        }
        assert_true(blob_builder_end(&builder, &blob, &error));
        assert_blob(blob, i);
        assert_null(builder.blob);
        blob_destroy(blob);
        blob_builder_finish(&builder);
    }
}

static void a_copied_blob_has_the_published_digest(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct blob *blob;
        struct error error;
        unsigned char digest[SHA256_SIZE];
        size_t length = strlen(vectors[i].text);
        assert_true(blob_create(vectors[i].text, length, &blob, &error));
        assert_blob(blob, i);
        assert_true(sha256(vectors[i].text, length, digest, &error));
        assert_memory_equal(digest, blob->sha256, SHA256_SIZE);
        blob_destroy(blob);
    }
}

static void a_blob_of_nothing_can_be_made(void **state)
{
    (void)state;
    struct blob *blob;
    struct error error;
    assert_true(blob_create(NULL, 0, &blob, &error));
    assert_blob(blob, 0);
    blob_destroy(blob);
    blob_destroy(NULL);
}

static void the_cap_is_exact_and_what_was_there_stays(void **state)
{
    (void)state;
    struct blob_builder builder;
    struct blob *blob;
    struct error error = {0};
    blob_builder_init(&builder, 3);
    unsigned char *place = blob_builder_reserve(&builder, 2, &error);
    memcpy(place, "ab", 2);
    assert_true(blob_builder_commit(&builder, 2, &error));
    assert_null(blob_builder_reserve(&builder, 2, &error));
    assert_int_equal(error.code, ERROR_TOO_LARGE);
    assert_null(blob_builder_reserve(&builder, SIZE_MAX, &error));
    place = blob_builder_reserve(&builder, 1, &error);
    *place = 'c';
    assert_true(blob_builder_commit(&builder, 1, &error));
    assert_true(blob_builder_end(&builder, &blob, &error));
    assert_blob(blob, 1);
    blob_destroy(blob);
}

static void bytes_stay_where_they_are_while_a_blob_grows(void **state)
{
    (void)state;
    enum { STEP = 1000003, STEPS = 20 };
    struct blob_builder builder;
    struct blob *blob;
    struct error error;
    unsigned char digest[SHA256_SIZE];
    blob_builder_init(&builder, (size_t)64 * 1024 * 1024);
    for (int i = 0; i < STEPS; i++) {
        unsigned char *place = blob_builder_reserve(&builder, STEP, &error);
        assert_non_null(place);
        memset(place, i, STEP);
        assert_true(blob_builder_commit(&builder, STEP, &error));
    }
    assert_true(blob_builder_end(&builder, &blob, &error));
    for (int i = 0; i < STEPS; i++)
        assert_int_equal(blob->data[(size_t)i * STEP + STEP / 2], i);
    assert_true(sha256(blob->data, blob->size, digest, &error));
    assert_memory_equal(digest, blob->sha256, SHA256_SIZE);
    blob_destroy(blob);
}

static void a_builder_can_be_given_up_at_any_time(void **state)
{
    (void)state;
    struct blob_builder builder = {0};
    struct error error;
    blob_builder_finish(&builder);
    blob_builder_init(&builder, 100);
    blob_builder_finish(&builder);
    assert_non_null(blob_builder_reserve(&builder, 10, &error));
    blob_builder_finish(&builder);
    assert_null(builder.blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_built_blob_has_the_published_digest),
        cmocka_unit_test(a_copied_blob_has_the_published_digest),
        cmocka_unit_test(a_blob_of_nothing_can_be_made),
        cmocka_unit_test(the_cap_is_exact_and_what_was_there_stays),
        cmocka_unit_test(bytes_stay_where_they_are_while_a_blob_grows),
        cmocka_unit_test(a_builder_can_be_given_up_at_any_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
