/* SPDX-License-Identifier: MIT */
#include "support/sample.h"
#include "support/test.h"

/* What holds for every format, on the files of tests/data. */

static const struct {
    const char *name;
    enum image_format format;
    uint32_t width, height;
} files[] = {
    {"sample.png", IMAGE_PNG, 256, 256},
    {"png-1x1.png", IMAGE_PNG, 1, 1},
    {"png-rgb.png", IMAGE_PNG, 64, 48},
    {"png-rgba.png", IMAGE_PNG, 64, 48},
    {"png-palette.png", IMAGE_PNG, 64, 48},
    {"png-interlaced.png", IMAGE_PNG, 64, 48},
    {"png-16-bit.png", IMAGE_PNG, 33, 17},
    {"png-gray.png", IMAGE_PNG, 33, 17},
    {"png-text.png", IMAGE_PNG, 33, 17},
    {"png-641x479.png", IMAGE_PNG, 641, 479},
    {"jpeg-1x1.jpg", IMAGE_JPEG, 1, 1},
    {"jpeg-baseline.jpg", IMAGE_JPEG, 641, 479},
    {"jpeg-progressive.jpg", IMAGE_JPEG, 641, 479},
    {"jpeg-standard-tables.jpg", IMAGE_JPEG, 64, 48},
    {"jpeg-restart.jpg", IMAGE_JPEG, 64, 48},
    {"jpeg-restart-progressive.jpg", IMAGE_JPEG, 33, 17},
    {"jpeg-gray.jpg", IMAGE_JPEG, 64, 48},
    {"jpeg-cmyk.jpg", IMAGE_JPEG, 64, 48},
    {"jpeg-444.jpg", IMAGE_JPEG, 64, 48},
    {"jpeg-exif.jpg", IMAGE_JPEG, 48, 64},
    {"webp-1x1.webp", IMAGE_WEBP, 1, 1},
    {"webp-odd.webp", IMAGE_WEBP, 33, 17},
    {"webp-exif.webp", IMAGE_WEBP, 17, 33},
    {"webp-lossy.webp", IMAGE_WEBP, 641, 479},
    {"webp-lossless.webp", IMAGE_WEBP, 64, 48},
    {"webp-alpha.webp", IMAGE_WEBP, 64, 48},
    {"webp-lossless-alpha.webp", IMAGE_WEBP, 64, 48},
    {"webp-animated.webp", IMAGE_WEBP, 64, 48},
    {"gif-1x1.gif", IMAGE_GIF, 1, 1},
    {"gif-static.gif", IMAGE_GIF, 64, 48},
    {"gif-interlaced.gif", IMAGE_GIF, 64, 48},
    {"gif-animated.gif", IMAGE_GIF, 64, 48},
    {"gif-641x479.gif", IMAGE_GIF, 641, 479},
    {"avif-1x1.avif", IMAGE_AVIF, 1, 1},
    {"avif-8-bit.avif", IMAGE_AVIF, 641, 479},
    {"avif-10-bit.avif", IMAGE_AVIF, 64, 48},
    {"avif-alpha.avif", IMAGE_AVIF, 64, 48},
    {"avif-grid.avif", IMAGE_AVIF, 128, 128},
    {"avif-rotated.avif", IMAGE_AVIF, 48, 64},
    {"avif-animated.avif", IMAGE_AVIF, 64, 48},
};

enum { FILE_COUNT = sizeof files / sizeof *files, SMALL = 6000 };

static void every_file_is_recognised_with_its_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILE_COUNT; i++) {
        struct sample sample = sample_load(files[i].name);
        assert_accepted(&sample, files[i].format, files[i].width, files[i].height);
        sample_finish(&sample);
    }
}

/* No format needs an exception: each says somewhere how long it is or ends with a mark. */
static void every_cut_of_every_file_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILE_COUNT; i++) {
        struct sample sample = sample_load(files[i].name);
        size_t step = sample.size < 14000 ? 1 : 97;
        for (size_t size = 0; size < sample.size; size += step) {
            struct sample cut = sample_of(sample.data, size);
            struct image_info info = {0};
            struct error error;
            if (image_inspect(cut.data, cut.size, &info, &error))
                fail_msg("%s cut to %zu bytes is accepted", files[i].name, size);
            sample_finish(&cut);
        }
        sample_finish(&sample);
    }
}

/* Cut by one byte, the message says so. */
static void a_cut_is_called_one(void **state)
{
    (void)state;
    static const struct {
        const char *name, *reason;
    } cases[] = {
        {"png-rgb.png", "the PNG is damaged: it is cut off at byte"},
        {"jpeg-gray.jpg", "the JPEG is damaged: it is cut off at byte"},
        {"webp-lossy.webp", "(it is cut off)"},
        {"gif-static.gif", "the GIF is damaged: it is cut off at byte"},
        {"avif-8-bit.avif", "the AVIF is damaged: the mdat box at byte"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample sample = sample_load(cases[i].name);
        sample.size--;
        assert_refused(&sample, cases[i].reason);
        sample_finish(&sample);
    }
}

static const struct {
    const char *name;
    const char *bytes;
    size_t size;
    unsigned notes;
} trailers[] = {
#define TRAILER(name, bytes, notes)                                                                \
    {                                                                                              \
        name, bytes, sizeof(bytes) - 1, notes                                                      \
    }
    TRAILER("zeros", "\0\0\0\0\0\0\0\0\0", 0),
    TRAILER("white space", " \r\n\t\n", 0),
    TRAILER("ones", "\xff\xff\xff", 0),
    TRAILER("a letter", "x", 1U << IMAGE_NOTE_TRAILER),
    TRAILER("a page", "\0\0\n<html>", 1U << IMAGE_NOTE_TRAILER),
    TRAILER("a video",
            "\0\0\0\x18"
            "ftypmp42\0\0\0\0",
            1U << IMAGE_NOTE_VIDEO),
    TRAILER("a motion photo",
            "MotionPhoto_Data\0\0\0\x18"
            "ftypmp42",
            1U << IMAGE_NOTE_VIDEO),
    TRAILER("a word of a video", "a word ftyp", 1U << IMAGE_NOTE_TRAILER),
    TRAILER("an archive", "\nPK\3\4\x14\0", 1U << IMAGE_NOTE_ARCHIVE),
#undef TRAILER
};

static void what_stands_behind_the_end_passes_and_is_noted_unless_it_is_padding(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILE_COUNT; i++) {
        for (size_t j = 0; j < sizeof trailers / sizeof *trailers; j++) {
            struct sample sample = sample_load(files[i].name);
            sample.name = trailers[j].name;
            sample_append(&sample, trailers[j].bytes, trailers[j].size);
            assert_noted(&sample, files[i].format, files[i].width, files[i].height,
                         trailers[j].notes);
            sample_finish(&sample);
        }
    }
}

static void a_second_end_mark_is_padding(void **state)
{
    (void)state;
    static const struct {
        const char *name, *mark;
        size_t size;
    } cases[] = {
        {"jpeg-gray.jpg", "\0\0\xff\xd9\xff\xd9", 6},
        {"gif-static.gif", ";\0;", 3},
        {"png-gray.png", "\0\0\0\0IEND\xae\x42\x60\x82", 12},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample sample = sample_load(cases[i].name);
        struct image_info info = {0};
        struct error error;
        sample_append(&sample, cases[i].mark, cases[i].size);
        assert_true(image_inspect(sample.data, sample.size, &info, &error));
        assert_int_equal(info.notes, 0);
        sample_finish(&sample);
    }
}

static void every_note_has_a_sentence(void **state)
{
    (void)state;
    for (unsigned i = 0; i < IMAGE_NOTE_COUNT; i++)
        assert_non_null(strchr(image_note_text((enum image_note)i), '.'));
}

/* Every byte is changed in several ways; what matters here is that nothing is read out of bounds
 * (the sanitizers watch) and that a file is never taken for another format. */
static void a_changed_byte_never_does_harm(void **state)
{
    (void)state;
    static const unsigned char changes[] = {0x01, 0x02, 0x10, 0x80, 0xff};
    for (size_t i = 0; i < FILE_COUNT; i++) {
        struct sample sample = sample_load(files[i].name);
        for (size_t at = 0; at < sample.size && sample.size < SMALL; at++) {
            for (size_t j = 0; j < sizeof changes; j++) {
                struct image_info info = {.format = files[i].format};
                struct error error;
                sample.data[at] ^= changes[j];
                bool accepted = image_inspect(sample.data, sample.size, &info, &error);
                sample.data[at] ^= changes[j];
                assert_true(info.format == files[i].format);
                if (accepted && files[i].format == IMAGE_PNG && !info.notes)
                    fail_msg("%s with byte %zu changed is accepted without a note", files[i].name,
                             at);
            }
        }
        sample_finish(&sample);
    }
}

/* What a download that lost a block looks like. */
static void a_hole_of_zeros_is_refused_where_it_can_be_seen(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t from, to;
        const char *reason;
    } cases[] = {
        {"sample.png", 20000, 24096, "the CRC of the IDAT chunk at byte"},
        {"png-641x479.png", 5000, 5100, "the CRC of the IDAT chunk at byte"},
        {"gif-641x479.gif", 6000, 6512, "of its 641 x 479 pixels"},
        {"gif-static.gif", 3000, 3300, "of its 64 x 48 pixels"},
        {"jpeg-standard-tables.jpg", 700, 800, "the scan data has a hole of zeros at byte 700"},
        {"jpeg-restart.jpg", 700, 760, "a restart marker at byte"},
        {"avif-8-bit.avif", 0x100, 0x200, "the AVIF is damaged"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample sample = sample_load(cases[i].name);
        assert_true(cases[i].to < sample.size);
        memset(sample.data + cases[i].from, 0, cases[i].to - cases[i].from);
        assert_refused(&sample, cases[i].reason);
        sample_finish(&sample);
    }
}

static void names_and_types_belong_together(void **state)
{
    (void)state;
    static const struct {
        enum image_format format;
        const char *name, *type, *extension;
    } cases[] = {
        {IMAGE_PNG, "PNG", "image/png", "png"},     {IMAGE_JPEG, "JPEG", "image/jpeg", "jpg"},
        {IMAGE_WEBP, "WebP", "image/webp", "webp"}, {IMAGE_GIF, "GIF", "image/gif", "gif"},
        {IMAGE_AVIF, "AVIF", "image/avif", "avif"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum image_format by_extension = IMAGE_AVIF, by_type = IMAGE_AVIF;
        assert_string_equal(image_format_name(cases[i].format), cases[i].name);
        assert_string_equal(image_mime_type(cases[i].format), cases[i].type);
        assert_string_equal(image_extension(cases[i].format), cases[i].extension);
        assert_true(image_format_from_extension(cases[i].extension, &by_extension));
        assert_true(image_format_from_extension(cases[i].type, &by_type));
        assert_int_equal(by_extension, cases[i].format);
        assert_int_equal(by_type, cases[i].format);
    }
    enum image_format untouched = IMAGE_GIF;
    assert_false(image_format_from_extension("bmp", &untouched));
    assert_false(image_format_from_extension("", &untouched));
    assert_int_equal(untouched, IMAGE_GIF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_recognised_with_its_size),
        cmocka_unit_test(every_cut_of_every_file_is_refused),
        cmocka_unit_test(a_cut_is_called_one),
        cmocka_unit_test(what_stands_behind_the_end_passes_and_is_noted_unless_it_is_padding),
        cmocka_unit_test(a_second_end_mark_is_padding),
        cmocka_unit_test(every_note_has_a_sentence),
        cmocka_unit_test(a_changed_byte_never_does_harm),
        cmocka_unit_test(a_hole_of_zeros_is_refused_where_it_can_be_seen),
        cmocka_unit_test(names_and_types_belong_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
