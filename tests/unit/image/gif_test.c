/* SPDX-License-Identifier: MIT */
#include "unit/image/sample.h"

/* GIFs written byte by byte. */

#define SCREEN "GIF89a\4\0\3\0\0\0\0" /* 4 x 3, no colour table: 13 bytes */
#define SCREEN_2                                                                                   \
    "GIF89a\4\0\3\0\x80\0\0"                                                                       \
    "abcdef"                          /* with a table of two: 19 bytes */
#define HEAD    ",\0\0\0\0\4\0\3\0\0" /* an image of all of it: 10 bytes */
#define DATA    "\2\3abc\0"           /* one sub-block: 6 bytes */
#define CONTROL "!\xf9\4\0\0\0\0\0"   /* 8 bytes */

#define CASE(bytes) bytes, sizeof(bytes) - 1

static void right_blocks_pass(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } cases[] = {
        {CASE(SCREEN HEAD DATA ";")},
        {CASE("GIF87a\4\0\3\0\0\0\0" HEAD DATA ";")},
        {CASE(SCREEN_2 HEAD DATA ";")},
        {CASE(SCREEN HEAD DATA HEAD DATA ";")},
        {CASE(SCREEN CONTROL HEAD DATA CONTROL ";\0\0")},
        {CASE(SCREEN "!\xfe\2hi\0" HEAD DATA ";")},
        {CASE(SCREEN "!\xfe\0" HEAD DATA ";")},
        {CASE(SCREEN "!\xff\x0bNETSCAPE2.0\3\1\0\0\0" HEAD DATA ";")},
        {CASE(SCREEN "!\x77\1x\0" HEAD DATA ";")},
        {CASE(SCREEN ",\1\0\1\0\3\0\2\0\x80"
                     "abcdef" DATA ";")},
        {CASE(SCREEN HEAD "\x08\1a\1b\0;")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample gif = sample_of(cases[i].bytes, cases[i].size);
        assert_accepted(&gif, IMAGE_GIF, 4, 3);
        sample_finish(&gif);
    }
}

static void wrong_blocks_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *reason;
    } cases[] = {
        {CASE("GIF88a\4\0\3\0\0\0\0;"), "the version at byte 4 is neither 87a nor 89a"},
        {CASE("GIF89b\4\0\3\0\0\0\0;"), "the version at byte 4 is neither 87a nor 89a"},
        {CASE("GIF89a\0\0\3\0\0\0\0;"), "says 0 x 3 pixels"},
        {CASE("GIF89a\4\0\0\0\0\0\0;"), "says 4 x 0 pixels"},
        {CASE("GIF89a\4\0\3\0"), "it is cut off at byte 10, in the screen descriptor at byte 0"},
        {CASE("GIF89a\4\0\3\0\x87\0\0;"), "it is cut off at byte 14, in the colour table"},
        {CASE(SCREEN), "it is cut off at byte 13, before the trailer"},
        {CASE(SCREEN ";"), "no image before the trailer at byte 13"},
        {CASE(SCREEN CONTROL ";"), "no image before the trailer at byte 21"},
        {CASE(SCREEN "\0" HEAD DATA ";"), "no block starts at byte 13, where one should (0x00)"},
        {CASE(SCREEN HEAD DATA "x;"), "no block starts at byte 29, where one should (0x78)"},
        {CASE(SCREEN HEAD DATA), "it is cut off at byte 29, before the trailer"},
        {CASE(SCREEN HEAD DATA ";\0;"), "bytes follow the trailer, from byte 31"},
        {CASE(SCREEN HEAD "\2\3ab"), "it is cut off at byte 27, in the image at byte 13"},
        {CASE(SCREEN HEAD "\2\3abc"), "it is cut off at byte 28, in the image at byte 13"},
        {CASE(SCREEN HEAD "\2\xff"
                          "abc\0;"),
         "it is cut off at byte 30, in the image at byte 13"},
        {CASE(SCREEN HEAD "\2"), "it is cut off at byte 24, in the image at byte 13"},
        {CASE(SCREEN HEAD "\2\0;"), "the image at byte 13 has no data"},
        {CASE(SCREEN HEAD "\1\1a\0;"), "the image at byte 13 has an LZW code size of 1"},
        {CASE(SCREEN HEAD "\x09\1a\0;"), "the image at byte 13 has an LZW code size of 9"},
        {CASE(SCREEN ",\0\0\0\0\5\0\3\0\0" DATA ";"), "does not fit the screen of 4 x 3 pixels"},
        {CASE(SCREEN ",\1\0\0\0\4\0\3\0\0" DATA ";"), "does not fit the screen of 4 x 3 pixels"},
        {CASE(SCREEN ",\0\0\1\0\4\0\3\0\0" DATA ";"), "does not fit the screen of 4 x 3 pixels"},
        {CASE(SCREEN ",\xff\xff\xff\xff\xff\xff\xff\xff\0" DATA ";"), "does not fit the screen"},
        {CASE(SCREEN ",\0\0\0\0\0\0\3\0\0" DATA ";"), "(0 x 3 pixels at 0, 0)"},
        {CASE(SCREEN ",\0\0\0\0\4\0\0\0\0" DATA ";"), "(4 x 0 pixels at 0, 0)"},
        {CASE(SCREEN ",\0\0\0\0\4\0\3\0\x87" DATA ";"), "cut off at byte 30, in the image"},
        {CASE(SCREEN "!\xf9\3\0\0\0\0" HEAD DATA ";"), "the extension 0xf9 at byte 13 has 3 bytes"},
        {CASE(SCREEN "!\xff\3abc\0" HEAD DATA ";"), "the extension 0xff at byte 13 has 3 bytes"},
        {CASE(SCREEN "!\1\3abc\0" HEAD DATA ";"), "the extension 0x01 at byte 13 has 3 bytes"},
        {CASE(SCREEN "!\xfe"), "it is cut off at byte 15, in the extension at byte 13"},
        {CASE(SCREEN "!\xfe\5abc"), "it is cut off at byte 19, in the extension at byte 13"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample gif = sample_of(cases[i].bytes, cases[i].size);
        assert_refused(&gif, cases[i].reason);
        sample_finish(&gif);
    }
}

static void millions_of_blocks_are_a_matter_of_a_moment(void **state)
{
    (void)state;
    enum { SIZE = 8 << 20 };
    static const struct {
        const char *part;
        size_t size;
    } cases[] = {{"!\xfe\0", 3}, {"!\xfe\1x\0", 5}, {HEAD "\2\1a\0", 14}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t count = SIZE / cases[i].size, size = count * cases[i].size;
        unsigned char *blocks = malloc(size);
        if (!blocks)
            abort();
        for (size_t at = 0; at < size; at += cases[i].size)
            memcpy(blocks + at, cases[i].part, cases[i].size);
        struct sample gif = sample_of(CASE(SCREEN));
        sample_append(&gif, blocks, size);
        sample_append(&gif, HEAD DATA ";", 17);
        assert_accepted(&gif, IMAGE_GIF, 4, 3);
        sample_finish(&gif);
        free(blocks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_blocks_pass),
        cmocka_unit_test(wrong_blocks_are_refused),
        cmocka_unit_test(millions_of_blocks_are_a_matter_of_a_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
