/* SPDX-License-Identifier: MIT */
#include "support/sample.h"
#include "support/test.h"

#include <stdlib.h>

/* GIFs written byte by byte. */

#define SCREEN "GIF89a\4\0\3\0\0\0\0" /* 4 x 3, no colour table: 13 bytes */
#define SCREEN_2                                                                                   \
    "GIF89a\4\0\3\0\x80\0\0"                                                                       \
    "abcdef"                          /* with a table of two: 19 bytes */
#define HEAD    ",\0\0\0\0\4\0\3\0\0" /* an image of all of it: 10 bytes */
#define DATA    "\2\3\x84\x8f\x56\0"  /* twelve pixels in one sub-block: 6 bytes */
#define CONTROL "!\xf9\4\0\0\0\0\0"   /* 8 bytes */

#define CASE(bytes) bytes, sizeof(bytes) - 1

static void right_blocks_pass(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t size;
    } cases[] = {
        {"a frame", CASE(SCREEN HEAD DATA ";")},
        {"version 87a", CASE("GIF87a\4\0\3\0\0\0\0" HEAD DATA ";")},
        {"a global colour table of four", CASE(SCREEN_2 HEAD DATA ";")},
        {"two frames", CASE(SCREEN HEAD DATA HEAD DATA ";")},
        {"control blocks", CASE(SCREEN CONTROL HEAD DATA CONTROL ";\0\0")},
        {"a comment", CASE(SCREEN "!\xfe\2hi\0" HEAD DATA ";")},
        {"an empty comment", CASE(SCREEN "!\xfe\0" HEAD DATA ";")},
        {"a loop count", CASE(SCREEN "!\xff\x0bNETSCAPE2.0\3\1\0\0\0" HEAD DATA ";")},
        {"an unknown extension", CASE(SCREEN "!\x77\1x\0" HEAD DATA ";")},
        {"a local colour table", CASE(SCREEN ",\1\0\1\0\3\0\2\0\x80"
                                             "abcdef" DATA ";")},
        {"codes in one block", CASE(SCREEN HEAD "\2\1\x84\2\x8f\x56\0;")},
        {"codes of another size", CASE(SCREEN HEAD "\x08\x08\0\1\x08\x1c\x48\x50\x60\x40\0;")},
        {"a frame beyond the screen", CASE(SCREEN HEAD DATA ",\3\0\2\0\4\0\3\0\0" DATA ";")},
        {"a frame far off the screen",
         CASE(SCREEN HEAD DATA ",\xff\xff\xff\xff\4\0\3\0\0" DATA ";")},
        {"an empty screen", CASE("GIF89a\0\0\0\0\0\0\0" HEAD DATA ";")},
        {"a narrow screen", CASE("GIF89a\3\0\1\0\0\0\0" HEAD DATA ";")},
        {"padding behind the trailer", CASE(SCREEN HEAD DATA ";\0 \xff\r\n;;")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample gif = sample_of(cases[i].bytes, cases[i].size);
        gif.name = cases[i].name;
        assert_accepted(&gif, IMAGE_GIF, 4, 3);
        sample_finish(&gif);
    }
}

static void wrong_blocks_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t size;
        const char *reason;
    } cases[] = {
        {"version 88a", CASE("GIF88a\4\0\3\0\0\0\0;"),
         "the version at byte 4 is neither 87a nor 89a"},
        {"version 89b", CASE("GIF89b\4\0\3\0\0\0\0;"),
         "the version at byte 4 is neither 87a nor 89a"},
        {"cut in the screen", CASE("GIF89a\4\0\3\0"),
         "it is cut off at byte 10, in the screen descriptor at byte 0"},
        {"cut in the colour table", CASE("GIF89a\4\0\3\0\x87\0\0;"),
         "it is cut off at byte 14, in the colour table"},
        {"nothing but a screen", CASE(SCREEN), "it is cut off at byte 13, before the trailer"},
        {"no frame", CASE(SCREEN ";"), "no image before byte 13, where the blocks end (0x3b)"},
        {"a control block and no frame", CASE(SCREEN CONTROL ";"),
         "no image before byte 21, where the blocks end (0x3b)"},
        {"a zero before the frame", CASE(SCREEN "\0" HEAD DATA ";"),
         "no image before byte 13, where the blocks end (0x00)"},
        {"no trailer", CASE(SCREEN HEAD DATA), "it is cut off at byte 29, before the trailer"},
        {"a control block and no trailer", CASE(SCREEN HEAD DATA CONTROL),
         "it is cut off at byte 37, before the trailer"},
        {"cut in a block of data", CASE(SCREEN HEAD "\2\3ab"),
         "it is cut off at byte 27, in the image at byte 13"},
        {"cut behind a block of data", CASE(SCREEN HEAD "\2\3abc"),
         "it is cut off at byte 28, in the image at byte 13"},
        {"a long block cut",
         CASE(SCREEN HEAD "\2\xff"
                          "abc\0;"),
         "it is cut off at byte 30, in the image at byte 13"},
        {"no data", CASE(SCREEN HEAD "\2"), "it is cut off at byte 24, in the image at byte 13"},
        {"an empty block", CASE(SCREEN HEAD "\2\0;"),
         "the image at byte 13 has data for 0 of its 4 x 3 pixels"},
        {"six pixels", CASE(SCREEN HEAD "\2\2\x84\x5f\0;"), "has data for 6 of its 4 x 3 pixels"},
        {"eleven pixels", CASE(SCREEN HEAD "\2\3\x84\x8f\x50\0;"),
         "has data for 11 of its 4 x 3 pixels"},
        {"an end code at once", CASE(SCREEN HEAD "\2\1\x85\0;"),
         "has data for 0 of its 4 x 3 pixels"},
        {"a code that is not there yet", CASE(SCREEN HEAD "\2\2\x7c\x8f\0;"),
         "has data for 0 of its 4 x 3 pixels"},
        {"code size 0", CASE(SCREEN HEAD "\0\1a\0;"),
         "the image at byte 13 has an LZW code size of 0"},
        {"code size 12", CASE(SCREEN HEAD "\x0c\1a\0;"),
         "the image at byte 13 has an LZW code size of 12"},
        {"no width", CASE(SCREEN ",\0\0\0\0\0\0\3\0\0" DATA ";"), "says 0 x 3 pixels"},
        {"no height", CASE(SCREEN ",\0\0\0\0\4\0\0\0\0" DATA ";"), "says 4 x 0 pixels"},
        {"cut in a local colour table", CASE(SCREEN ",\0\0\0\0\4\0\3\0\x87" DATA ";"),
         "cut off at byte 30, in the image"},
        {"a short control block", CASE(SCREEN "!\xf9\3\0\0\0\0" HEAD DATA ";"),
         "the extension 0xf9 at byte 13 has 3 bytes"},
        {"a short application block", CASE(SCREEN "!\xff\3abc\0" HEAD DATA ";"),
         "the extension 0xff at byte 13 has 3 bytes"},
        {"a short text block", CASE(SCREEN "!\1\3abc\0" HEAD DATA ";"),
         "the extension 0x01 at byte 13 has 3 bytes"},
        {"cut in front of a block", CASE(SCREEN "!\xfe"),
         "it is cut off at byte 15, in the extension at byte 13"},
        {"cut in a comment", CASE(SCREEN "!\xfe\5abc"),
         "it is cut off at byte 19, in the extension at byte 13"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample gif = sample_of(cases[i].bytes, cases[i].size);
        gif.name = cases[i].name;
        assert_refused(&gif, cases[i].reason);
        sample_finish(&gif);
    }
}

static void what_is_no_block_ends_the_images(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t size;
        unsigned notes;
    } cases[] = {
        {"zeros", CASE(SCREEN HEAD DATA "\0\0\0;"), 1U << IMAGE_NOTE_END_MARK},
        {"a letter and another frame", CASE(SCREEN HEAD DATA "x" HEAD DATA ";"),
         1U << IMAGE_NOTE_END_MARK | 1U << IMAGE_NOTE_TRAILER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample gif = sample_of(cases[i].bytes, cases[i].size);
        gif.name = cases[i].name;
        assert_noted(&gif, IMAGE_GIF, 4, 3, cases[i].notes);
        sample_finish(&gif);
    }
}

/* As browsers do it: a later frame is clipped, the first one counts. */
static void the_first_image_makes_the_screen_larger(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t size;
        uint32_t width, height;
    } cases[] = {
        {"wider", CASE(SCREEN ",\2\0\0\0\4\0\3\0\0" DATA ";"), 6, 3},
        {"higher", CASE(SCREEN ",\0\0\x09\0\4\0\3\0\0" DATA ";"), 4, 12},
        {"as far as it goes", CASE(SCREEN ",\xff\xff\xff\xff\4\0\3\0\0" DATA ";"), 65539, 65538},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample gif = sample_of(cases[i].bytes, cases[i].size);
        gif.name = cases[i].name;
        assert_accepted(&gif, IMAGE_GIF, cases[i].width, cases[i].height);
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
    } cases[] = {{"!\xfe\0", 3}, {"!\xfe\1x\0", 5}, {HEAD DATA, 16}};
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
        cmocka_unit_test(what_is_no_block_ends_the_images),
        cmocka_unit_test(the_first_image_makes_the_screen_larger),
        cmocka_unit_test(millions_of_blocks_are_a_matter_of_a_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
