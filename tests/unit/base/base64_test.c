/* SPDX-License-Identifier: MIT */
#include "base/base64.h"
#include "support/test.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { NO_LIMIT = 64 * 1024 * 1024 };

/* What decoding a text came to. */
struct outcome {
    struct base64_decoder decoder;
    struct error error; /* ERROR_NONE: it was accepted */
    size_t used;
    char *back; /* the text that the decoder gives back */
};

/* The pieces end where `cut` says so. */
static void decode(const char *text, size_t size, size_t max,
                   bool (*cut)(const void *context, size_t at), const void *context,
                   struct outcome *outcome)
{
    struct error error;
    struct buffer back = BUFFER_INIT(SIZE_MAX / 2);
    bool good = true;
    *outcome = (struct outcome){0};
    base64_decoder_init(&outcome->decoder, max);
    for (size_t at = 0; good && at < size;) {
        size_t end = at + 1, used = 0;
        while (end < size && !cut(context, end))
            end++;
        good = base64_decode(&outcome->decoder, text + at, end - at, &used, &outcome->error);
        assert_true(good ? used == end - at : used < end - at);
        outcome->used += used;
        at = end;
    }
    good = good && base64_decode_end(&outcome->decoder, &outcome->error);
    if (good)
        outcome->error = (struct error){0};
    assert_true(base64_decoder_text(&outcome->decoder, &back, &error));
    assert_int_equal(back.size, outcome->used);
    if (back.size > 0)
        assert_memory_equal(back.data, text, outcome->used);
    outcome->back = buffer_take(&back);
}

static void outcome_finish(struct outcome *outcome)
{
    base64_decoder_finish(&outcome->decoder);
    free(outcome->back);
}

static bool cut_nowhere(const void *context, size_t at)
{
    (void)context;
    (void)at;
    return false;
}

static bool cut_everywhere(const void *context, size_t at)
{
    (void)context;
    (void)at;
    return true;
}

static bool cut_by_bits(const void *context, size_t at)
{
    return *(const unsigned *)context >> (at - 1) & 1;
}

static bool cut_every(const void *context, size_t at)
{
    return at % *(const size_t *)context == 0;
}

static void assert_decodes(const char *text, size_t size, const void *bytes, size_t count)
{
    struct outcome outcome;
    decode(text, size, NO_LIMIT, cut_nowhere, NULL, &outcome);
    assert_string_equal(outcome.error.text, "");
    assert_int_equal(outcome.decoder.blob->size, count);
    assert_memory_equal(outcome.decoder.blob->data, bytes, count);
    outcome_finish(&outcome);
}

static void assert_refused(const char *text, const char *part_of_error)
{
    struct outcome outcome;
    decode(text, strlen(text), NO_LIMIT, cut_nowhere, NULL, &outcome);
    assert_int_equal(outcome.error.code, ERROR_INVALID);
    if (!strstr(outcome.error.text, part_of_error))
        fail_msg("\"%s\" -> \"%s\" lacks \"%s\"", text, outcome.error.text, part_of_error);
    outcome_finish(&outcome);
}

/* That two decodings of a text cannot be told apart. */
static void assert_same(const struct outcome *a, const struct outcome *b)
{
    assert_int_equal(a->error.code, b->error.code);
    assert_string_equal(a->error.text, b->error.text);
    assert_int_equal(a->used, b->used);
    assert_int_equal(a->decoder.symbols, b->decoder.symbols);
    assert_int_equal(a->decoder.alphabet, b->decoder.alphabet);
    if (!a->decoder.blob)
        return;
    assert_int_equal(a->decoder.blob->size, b->decoder.blob->size);
    assert_memory_equal(a->decoder.blob->data, b->decoder.blob->data, a->decoder.blob->size);
    assert_memory_equal(a->decoder.blob->sha256, b->decoder.blob->sha256, SHA256_SIZE);
}

static void the_vectors_of_rfc_4648_decode(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"Zg==", "f"},
        {"Zm8=", "fo"},
        {"Zm9v", "foo"},
        {"Zm9vYg==", "foob"},
        {"Zm9vYmE=", "fooba"},
        {"Zm9vYmFy", "foobar"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bare[16];
        assert_decodes(cases[i][0], strlen(cases[i][0]), cases[i][1], strlen(cases[i][1]));
        strcpy(bare, cases[i][0]);
        bare[strcspn(bare, "=")] = '\0'; /* padding may be missing */
        assert_decodes(bare, strlen(bare), cases[i][1], strlen(cases[i][1]));
    }
}

static void both_alphabets_are_understood(void **state)
{
    (void)state;
    static const unsigned char bytes[] = {0xFB, 0xFF, 0xBF, 0x3E, 0x3F};
    assert_decodes("+/+/Pj8=", 8, bytes, 5);
    assert_decodes("-_-_Pj8=", 8, bytes, 5);
    assert_decodes("-_-_Pj8", 7, bytes, 5);
    assert_refused("+/-_", "'-' at offset 2 belongs to the other base64 alphabet");
    assert_refused("-AA/", "'/' at offset 3 belongs to the other base64 alphabet");
    assert_refused("AAAA+AAAAAAAAAAA_AAA", "'_' at offset 16");
}

static void white_space_may_stand_anywhere(void **state)
{
    (void)state;
    static const char *const cases[] = {
        " Zm9vYg==",          "Zm9vYg== ",  "\r\nZm9v\r\nYg==\r\n",
        "Z m\t9\rv\nY g = =", "Zm9vYg=\n=", "Zm9v    Yg==",
        "    Zm9vYg==    ",   "Zm9vYg\n",   "Zm9vYg ==",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_decodes(cases[i], strlen(cases[i]), "foob", 4);
    assert_decodes(" \r\n\t", 4, "", 0);
}

static void what_is_not_base64_is_refused_where_it_stands(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"Zm9v!mFy", "'!' at offset 4"},
        {"Zm9vYmF\x01", "0x01 at offset 7"},
        {"Zm9v\xC3\xA9", "0xC3 at offset 4"},
        {"Zm9v\fYmFy", "0x0C at offset 4"},
        {"%", "'%' at offset 0"},
        {"Zm9v Ym\nF,", "',' at offset 9"},
        {"=", "'=' at offset 0"},
        {"Z===", "'=' at offset 1"},
        {"Zm9v=", "'=' at offset 4"},
        {"Zg===", "'=' at offset 4"},
        {"Zm8==", "'=' at offset 4"},
        {"Zm9v====", "'=' at offset 4"},
        {"Zg==Zg==", "goes on after its padding at offset 4"},
        {"Zg=A", "goes on after its padding at offset 3"},
        {"Zm8=A", "goes on after its padding at offset 4"},
        {"Zg=", "ends in the middle of a group of four after 3 characters"},
        {"Z", "ends in the middle of a group of four after 1 characters"},
        {"Zm9vY", "after 5 characters"},
        {"Zh==", "no encoder writes there (4 characters)"},
        {"Zm9", "no encoder writes there (3 characters)"},
        {"Zn", "no encoder writes there"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i][0], cases[i][1]);
}

static void a_nul_byte_is_refused(void **state)
{
    (void)state;
    struct outcome outcome;
    decode("Zm9vYmFy\0Zm9", 12, NO_LIMIT, cut_nowhere, NULL, &outcome);
    assert_int_equal(outcome.error.code, ERROR_INVALID);
    assert_int_equal(outcome.used, 8);
    assert_non_null(strstr(outcome.error.text, "0x00 at offset 8"));
    outcome_finish(&outcome);
}

/* OpenSSL's block decoder takes '=' for a zero and strips white space and '-' at both ends. */
static void the_leniency_of_openssl_does_not_show(void **state)
{
    (void)state;
    static const char *const ends[] = {
        "-----", "----", "---",      "-",        "--------", "====",     "=AAA",
        "A=AA",  "AA=A", "    ----", "AAAA----", "----AAAA", "\n\n\n\n", "AAAA\n\n\n\n"};
    char text[256];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        for (size_t length = 0; length <= 128; length += 4) {
            struct outcome slow, fast;
            memset(text, '+', length); /* the standard alphabet */
            strcpy(text + length, ends[i]);
            decode(text, strlen(text), NO_LIMIT, cut_everywhere, NULL, &slow);
            decode(text, strlen(text), NO_LIMIT, cut_nowhere, NULL, &fast);
            assert_same(&slow, &fast);
            if (length > 0 && strpbrk(ends[i], "-="))
                assert_int_equal(fast.error.code, ERROR_INVALID);
            outcome_finish(&slow);
            outcome_finish(&fast);
        }
    }
}

static void every_way_of_cutting_a_small_text_is_the_same(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "Zm9vYmFyZg==", "Zm9vYmFy",   "Zm 9vYm=",     "Zm9vYg= =", "-_-_Pj8",
        "+/+/Pj8=",     "+A-AAAAA",   "Zm9v!mFy",     "Zm9vY",     "Zh==",
        "Zg==Zg==",     "\r\n\r\n",   "A  A  A  A",   "AAAA  ==",  "    Zm9vYg=",
        "AAAAA---",     "Zm9vYmFy\n", "AAAA\xC3\xA9", "AAAAAAA=A", "",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t size = strlen(cases[i]);
        for (size_t max = 0; max < 11; max++) {
            struct outcome whole;
            decode(cases[i], size, max, cut_nowhere, NULL, &whole);
            for (unsigned bits = 0; size > 0 && bits < 1u << (size - 1); bits++) {
                struct outcome cut;
                decode(cases[i], size, max, cut_by_bits, &bits, &cut);
                assert_same(&whole, &cut);
                outcome_finish(&cut);
            }
            outcome_finish(&whole);
        }
    }
}

static void the_limit_is_exact_in_every_form_of_the_text(void **state)
{
    (void)state;
    static const char *const forms[] = {"",         "AA",         "AAA",  "AAAA",
                                        "AAAAAA==", "AAA=",       "AA==", "A A\nA A",
                                        "\nAAAA\n", "AAAAAAA\n=", "----", "_AA"};
    static const size_t extra[] = {0, 1, 2, 3, 4, 2, 1, 3, 3, 5, 3, 2};
    static char text[128 * 1024];
    for (size_t start = 0; start < 100000; start = start ? start * 8 + 4 : 4) {
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
            struct outcome outcome;
            size_t decoded = start / 4 * 3 + extra[i];
            memset(text, 'A', start);
            strcpy(text + start, forms[i]);
            for (size_t less = 0; less <= 3 && less <= decoded; less++) {
                decode(text, strlen(text), decoded - less, cut_nowhere, NULL, &outcome);
                assert_int_equal(outcome.error.code, less ? ERROR_TOO_LARGE : ERROR_NONE);
                outcome_finish(&outcome);
            }
        }
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* An image's worth of random bytes as base64, laid out in one of several ways. */
enum layout { PLAIN, MIME, URL_SAFE, SCATTERED, LAYOUTS };

static size_t lay_out(enum layout layout, const unsigned char *bytes, size_t size, uint32_t *seed,
                      char *text)
{
    size_t length = 0;
    char group[5];
    for (size_t at = 0; at < size; at += 3) {
        EVP_EncodeBlock((unsigned char *)group, bytes + at, size - at < 3 ? (int)(size - at) : 3);
        for (int i = 0; i < 4; i++) {
            char c = group[i];
            if (layout == URL_SAFE)
                c = c == '+' ? '-' : c == '/' ? '_' : c;
            text[length++] = c;
            if (layout == SCATTERED && next_random(seed) % 500 == 0)
                text[length++] = " \t\r\n"[next_random(seed) % 4];
        }
        if (layout == MIME && at % 57 == 54) {
            text[length++] = '\r';
            text[length++] = '\n';
        }
    }
    if (layout == URL_SAFE)
        while (length > 0 && text[length - 1] == '=')
            length--;
    return length;
}

static void large_random_texts_decode_however_they_are_cut(void **state)
{
    (void)state;
    static const size_t sizes[] = {1,     23,    24,    35,     36,     24575,  24576,
                                   24577, 24600, 65535, 196608, 300001, 1000000};
    static const size_t cuts[] = {1, 3, 4, 31, 1000, 32767, 32768, 32769, SIZE_MAX};
    unsigned char *bytes = malloc(1000000);
    char *text = malloc(1500000);
    uint32_t seed = 1;
    for (size_t i = 0; i < 1000000; i++)
        bytes[i] = (unsigned char)next_random(&seed);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (int layout = PLAIN; layout < LAYOUTS; layout++) {
            size_t length = lay_out((enum layout)layout, bytes, sizes[i], &seed, text);
            assert_decodes(text, length, bytes, sizes[i]);
            for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++) {
                struct outcome outcome;
                decode(text, length, sizes[i], cut_every, &cuts[c], &outcome);
                assert_int_equal(outcome.error.code, ERROR_NONE);
                assert_memory_equal(outcome.decoder.blob->data, bytes, sizes[i]);
                outcome_finish(&outcome);
            }
        }
    }
    free(bytes);
    free(text);
}

static void a_mistake_in_a_large_text_is_found_at_its_offset(void **state)
{
    (void)state;
    static const size_t offsets[] = {0,     31,    32,    47,    1000,  32767,
                                     32768, 32769, 65536, 99967, 99990, 99999};
    static const char mistakes[] = {'!', '=', '\0', '\x80', '*', '@', '[', '`', '{', ':', ',', '.'};
    static char text[100000];
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        for (size_t m = 0; m < sizeof mistakes; m++) {
            struct outcome outcome;
            char expected[32];
            memset(text, 'z', sizeof text);
            text[offsets[i]] = mistakes[m];
            decode(text, sizeof text, NO_LIMIT, cut_nowhere, NULL, &outcome);
            if (mistakes[m] == '=' && offsets[i] % 4 >= 2) { /* what follows it is wrong */
                assert_int_equal(outcome.error.code, ERROR_INVALID);
                outcome_finish(&outcome);
                continue;
            }
            assert_int_equal(outcome.error.code, ERROR_INVALID);
            assert_int_equal(outcome.used, offsets[i]);
            snprintf(expected, sizeof expected, "at offset %zu ", offsets[i]);
            assert_non_null(strstr(outcome.error.text, expected));
            outcome_finish(&outcome);
        }
    }
}

static void prose_is_not_base64(void **state)
{
    (void)state;
    enum { SIZE = 200000 };
    char *text = malloc(SIZE);
    struct outcome whole, cut;
    for (size_t i = 0; i < SIZE; i++)
        text[i] = i % 8 == 7 ? ' ' : 'a';
    decode(text, SIZE, NO_LIMIT, cut_nowhere, NULL, &whole);
    decode(text, SIZE, NO_LIMIT, cut_everywhere, NULL, &cut);
    assert_int_equal(whole.error.code, ERROR_INVALID);
    assert_non_null(strstr(whole.error.text, "white space"));
    assert_same(&whole, &cut);
    outcome_finish(&whole);
    outcome_finish(&cut);
    free(text);
}

static void a_decoder_can_be_given_up_at_any_time(void **state)
{
    (void)state;
    struct base64_decoder decoder = {0};
    struct error error;
    size_t used;
    base64_decoder_finish(&decoder);
    base64_decoder_init(&decoder, 100);
    assert_true(base64_decode(&decoder, "Zm9v\nYg", 7, &used, &error));
    base64_decoder_finish(&decoder);
    base64_decoder_finish(&decoder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_rfc_4648_decode),
        cmocka_unit_test(both_alphabets_are_understood),
        cmocka_unit_test(white_space_may_stand_anywhere),
        cmocka_unit_test(what_is_not_base64_is_refused_where_it_stands),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(the_leniency_of_openssl_does_not_show),
        cmocka_unit_test(every_way_of_cutting_a_small_text_is_the_same),
        cmocka_unit_test(the_limit_is_exact_in_every_form_of_the_text),
        cmocka_unit_test(large_random_texts_decode_however_they_are_cut),
        cmocka_unit_test(a_mistake_in_a_large_text_is_found_at_its_offset),
        cmocka_unit_test(prose_is_not_base64),
        cmocka_unit_test(a_decoder_can_be_given_up_at_any_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
