/* SPDX-License-Identifier: MIT */
#include "support/sample.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

/* PNGs put together chunk by chunk, with right CRCs, so that each is wrong in one way only. */

static void append_chunk(struct sample *png, const char *type, const void *body, uint32_t size)
{
    sample_append_be32(png, size);
    size_t start = png->size;
    sample_append(png, type, 4);
    sample_append(png, body, size);
    sample_append_be32(png, (uint32_t)crc32(0, png->data + start, size + 4));
}

struct header {
    uint32_t width, height;
    unsigned char depth, colour_type, compression, filter, interlace;
};

static const struct header plain = {4, 3, 8, 2, 0, 0, 0};

/* 100 zeros, packed: enough for 4 x 3 pixels of any kind. */
static const unsigned char pixels[] = {0x78, 0xda, 0x63, 0x60, 0xa0, 0x3d,
                                       0x00, 0x00, 0x00, 0x64, 0x00, 0x01};

static struct sample png_begin(void)
{
    return sample_of("\x89PNG\r\n\x1a\n", 8);
}

static void append_header(struct sample *png, const struct header *header)
{
    struct sample body = {0};
    sample_append_be32(&body, header->width);
    sample_append_be32(&body, header->height);
    const unsigned char modes[] = {header->depth, header->colour_type, header->compression,
                                   header->filter, header->interlace};
    sample_append(&body, modes, sizeof modes);
    append_chunk(png, "IHDR", body.data, (uint32_t)body.size);
    sample_finish(&body);
}

/* The chunks named after a good header of the colour type: a P is a palette of two, D image data, E
 * the end, t a text chunk, H a second header. */
static struct sample png_of(unsigned char colour_type, const char *chunks)
{
    struct sample png = png_begin();
    struct header header = plain;
    header.colour_type = colour_type;
    append_header(&png, &header);
    for (; *chunks; chunks++) {
        switch (*chunks) {
        case 'P':
            append_chunk(&png, "PLTE", "\1\2\3\4\5\6", 6);
            break;
        case 'D':
            append_chunk(&png, "IDAT", pixels, sizeof pixels);
            break;
        case 'E':
            append_chunk(&png, "IEND", "", 0);
            break;
        case 't':
            append_chunk(&png, "tEXt", "Title\0x", 7);
            break;
        default:
            append_header(&png, &plain);
        }
    }
    return png;
}

static void chunks_in_a_right_order_pass(void **state)
{
    (void)state;
    static const struct {
        unsigned char colour_type;
        const char *chunks;
    } cases[] = {
        {2, "DE"}, {2, "tDE"}, {2, "DDDtE"}, {2, "PDE"}, {3, "PDE"}, {3, "tPtDtE"}, {0, "PDE"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample png = png_of(cases[i].colour_type, cases[i].chunks);
        png.name = cases[i].chunks;
        assert_accepted(&png, IMAGE_PNG, 4, 3);
        sample_finish(&png);
    }
}

static void chunks_in_a_wrong_order_are_refused(void **state)
{
    (void)state;
    static const struct {
        unsigned char colour_type;
        const char *chunks, *reason;
    } cases[] = {
        {2, "", "it is cut off at byte 33, before IEND"},
        {2, "D", "it is cut off at byte 57, before IEND"},
        {2, "E", "no image data (IDAT) before IEND at byte 33"},
        {2, "DtDE", "the IDAT chunk at byte 76 is separated from those before it"},
        {2, "HDE", "a second IHDR chunk at byte 33"},
        {2, "DPE", "a PLTE chunk out of place at byte 57"},
        {2, "PPDE", "a PLTE chunk out of place at byte 51"},
        {3, "DE", "image data at byte 33, but no PLTE chunk"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample png = png_of(cases[i].colour_type, cases[i].chunks);
        png.name = cases[i].chunks;
        assert_refused(&png, cases[i].reason);
        sample_finish(&png);
    }
}

static void only_the_depths_of_each_colour_type_pass(void **state)
{
    (void)state;
    static const char *const depths[] = {
        [0] = "1 2 4 8 16 ", [2] = "8 16 ", [3] = "1 2 4 8 ",
        [4] = "8 16 ",       [6] = "8 16 ", [255] = NULL,
    };
    for (unsigned type = 0; type < 256; type++) {
        char passed[1024] = "";
        for (unsigned depth = 0; depth < 256; depth++) {
            struct sample png = png_begin();
            struct header header = plain;
            header.colour_type = (unsigned char)type;
            header.depth = (unsigned char)depth;
            append_header(&png, &header);
            append_chunk(&png, "PLTE", "\1\2\3", 3);
            append_chunk(&png, "IDAT", pixels, sizeof pixels);
            append_chunk(&png, "IEND", "", 0);
            struct image_info info;
            struct error error;
            if (image_inspect(png.data, png.size, &info, &error))
                snprintf(passed + strlen(passed), 8, "%u ", depth);
            sample_finish(&png);
        }
        assert_string_equal(passed, depths[type] ? depths[type] : "");
    }
}

static void a_senseless_header_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct header header;
        const char *reason;
    } cases[] = {
        {{0, 3, 8, 2, 0, 0, 0}, "says 0 x 3 pixels"},
        {{4, 0, 8, 2, 0, 0, 0}, "says 4 x 0 pixels"},
        {{0x80000000, 3, 8, 2, 0, 0, 0}, "says 2147483648 x 3 pixels"},
        {{4, 0xffffffff, 8, 2, 0, 0, 0}, "says 4 x 4294967295 pixels"},
        {{4, 3, 8, 2, 1, 0, 0}, "an unknown compression, filter or interlace method"},
        {{4, 3, 8, 2, 0, 1, 0}, "an unknown compression, filter or interlace method"},
        {{4, 3, 8, 2, 0, 0, 2}, "an unknown compression, filter or interlace method"},
        {{4, 3, 7, 2, 0, 0, 0}, "combines colour type 2 with 7 bits"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample png = png_begin();
        append_header(&png, &cases[i].header);
        assert_refused(&png, cases[i].reason);
        sample_finish(&png);
    }
}

static void the_largest_palette_passes(void **state)
{
    (void)state;
    static const unsigned char palette[768];
    struct sample png = png_begin();
    append_header(&png, &plain);
    append_chunk(&png, "PLTE", palette, sizeof palette);
    append_chunk(&png, "IDAT", pixels, sizeof pixels);
    append_chunk(&png, "IEND", "", 0);
    assert_accepted(&png, IMAGE_PNG, 4, 3);
    sample_finish(&png);
}

/* A PNG of this header with rows of zeros that unpack to `size` bytes, in chunks of at most `step`
 * bytes, with an empty one in front. */
static struct sample png_of_data(const struct header *header, size_t size, size_t step)
{
    unsigned char *raw = calloc(size + 1, 1);
    uLongf packed_size = compressBound(size);
    unsigned char *packed = malloc(packed_size);
    if (!raw || !packed || compress2(packed, &packed_size, raw, size, 9) != Z_OK)
        abort();
    struct sample png = png_begin();
    append_header(&png, header);
    if (header->colour_type == 3)
        append_chunk(&png, "PLTE", "\1\2\3", 3);
    append_chunk(&png, "IDAT", "", 0);
    for (size_t at = 0; at < packed_size; at += step)
        append_chunk(&png, "IDAT", packed + at,
                     (uint32_t)(packed_size - at < step ? packed_size - at : step));
    append_chunk(&png, "IEND", "", 0);
    free(raw);
    free(packed);
    return png;
}

/* The sizes are those of PNG third edition, sections 7.2 and 8. */
static void the_data_has_to_unpack_to_all_pixels(void **state)
{
    (void)state;
    static const struct {
        struct header header;
        size_t size;
    } cases[] = {
        {{4, 3, 8, 2, 0, 0, 0}, 3 * (1 + 12)},
        {{4, 3, 16, 6, 0, 0, 0}, 3 * (1 + 32)},
        {{4, 3, 8, 4, 0, 0, 0}, 3 * (1 + 8)},
        {{9, 2, 1, 0, 0, 0, 0}, 2 * (1 + 2)},
        {{5, 2, 2, 3, 0, 0, 0}, 2 * (1 + 2)},
        {{1, 1, 8, 2, 0, 0, 1}, 4},
        {{3, 5, 8, 0, 0, 0, 1},
         (1 + 1) + 0 + (1 + 1) + 2 * (1 + 1) + (1 + 2) + 3 * (1 + 1) + 2 * (1 + 3)},
        {{8, 8, 8, 0, 0, 0, 1}, 2 + 2 + 3 + 2 * 3 + 2 * 5 + 4 * 5 + 4 * 9},
        {{1449, 1024, 8, 2, 0, 0, 0}, 1024 * (1 + 3 * 1449)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct header *header = &cases[i].header;
        for (size_t step = 1; step < 100000; step *= 316) {
            struct sample png = png_of_data(header, cases[i].size, step);
            assert_accepted(&png, IMAGE_PNG, header->width, header->height);
            sample_finish(&png);
            png = png_of_data(header, cases[i].size - 1, step);
            assert_refused(&png, "(its last block comes too early)");
            sample_finish(&png);
        }
    }
}

static void data_that_is_no_packed_image_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        uint32_t size;
        const char *reason;
    } cases[] = {
        {"", 0, "unpacks to 0 bytes, but 4 x 3 pixels need 39 (it ends too early)"},
        {"\0\0\0\0", 4, "(it does not begin as a zlib stream does)"},
        {"data", 4, "(it does not begin as a zlib stream does)"},
        {"\x78\x9c", 2, "(it ends too early)"},
        {"\x78\x9c\x07", 3, "(it holds a block of an unknown kind)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample png = png_of(2, "");
        append_chunk(&png, "IDAT", cases[i].bytes, cases[i].size);
        append_chunk(&png, "IEND", "", 0);
        assert_refused(&png, cases[i].reason);
        sample_finish(&png);
    }
    struct sample png = png_begin();
    struct header header = plain;
    header.width = header.height = 0x7fffffff;
    header.depth = 16;
    header.colour_type = 6;
    append_header(&png, &header);
    append_chunk(&png, "IDAT", pixels, sizeof pixels);
    append_chunk(&png, "IEND", "", 0);
    assert_refused(&png, "2147483647 x 2147483647 pixels need 18446744073709551615");
    sample_finish(&png);
}

static void a_damaged_ancillary_chunk_is_noted(void **state)
{
    (void)state;
    struct sample png = png_of(2, "tDE");
    png.data[33 + 8 + 3] ^= 1;
    assert_noted(&png, IMAGE_PNG, 4, 3, 1U << IMAGE_NOTE_CHUNK);
    sample_finish(&png);
}

static void the_orientation_of_the_first_whole_exif_chunk_counts(void **state)
{
    (void)state;
    static const char turned[] = "II*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0\6\0\0";
    for (unsigned behind = 0; behind < 2; behind++) {
        struct sample png = png_of(2, behind ? "D" : "");
        size_t at = png.size;
        append_chunk(&png, "eXIf", turned, sizeof turned);
        append_chunk(&png, "eXIf", "II*\0", 4);
        if (!behind)
            append_chunk(&png, "IDAT", pixels, sizeof pixels);
        append_chunk(&png, "IEND", "", 0);
        assert_accepted(&png, IMAGE_PNG, 3, 4);
        png.data[at + 8 + 19] ^= 1;
        assert_noted(&png, IMAGE_PNG, 4, 3, 1U << IMAGE_NOTE_CHUNK);
        sample_finish(&png);
    }
}

static void chunks_of_a_wrong_length_are_refused(void **state)
{
    (void)state;
    static const unsigned char bytes[1000];
    static const struct {
        const char *type;
        uint32_t size;
        const char *reason;
    } cases[] = {
        {"IHDR", 12, "the IHDR chunk at byte 8 has 12 bytes, not 13"},
        {"IHDR", 14, "the IHDR chunk at byte 8 has 14 bytes, not 13"},
        {"PLTE", 0, "the PLTE chunk at byte 33 has 0 bytes, which is no palette"},
        {"PLTE", 7, "the PLTE chunk at byte 33 has 7 bytes, which is no palette"},
        {"PLTE", 771, "the PLTE chunk at byte 33 has 771 bytes, which is no palette"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample png = png_begin();
        if (strcmp(cases[i].type, "IHDR") != 0)
            append_header(&png, &plain);
        append_chunk(&png, cases[i].type, bytes, cases[i].size);
        assert_refused(&png, cases[i].reason);
        sample_finish(&png);
    }
    struct sample png = png_of(2, "D");
    append_chunk(&png, "IEND", "x", 1);
    assert_refused(&png, "the IEND chunk at byte 57 is not empty");
    sample_finish(&png);
}

static void an_unknown_chunk_passes_only_when_it_is_marked_as_optional(void **state)
{
    (void)state;
    struct sample png = png_of(2, "");
    append_chunk(&png, "abCd", "x", 1);
    append_chunk(&png, "IDAT", pixels, sizeof pixels);
    append_chunk(&png, "IEND", "", 0);
    assert_accepted(&png, IMAGE_PNG, 4, 3);
    sample_finish(&png);

    png = png_of(2, "");
    append_chunk(&png, "AbCd", "x", 1);
    assert_refused(&png, "the chunk AbCd at byte 33 is unknown and marked as critical");
    sample_finish(&png);

    png = png_of(2, "");
    append_chunk(&png, "ID\0T", "x", 1);
    assert_refused(&png, "no chunk at byte 33, where one should start");
    sample_finish(&png);

    png = png_of(2, "");
    append_chunk(&png, "IDA{", "x", 1);
    assert_refused(&png, "no chunk at byte 33, where one should start");
    sample_finish(&png);

    png = png_begin();
    append_chunk(&png, "CgBI", "abcd", 4);
    assert_refused(&png, "the first chunk is CgBI, not IHDR");
    sample_finish(&png);
}

static void a_length_beyond_the_file_is_refused(void **state)
{
    (void)state;
    struct sample png = png_of(2, "DE");
    assert_patch_refused(&png, 33, "\xff\xff\xff\xff", 4, "at byte 33 has a senseless length");
    assert_patch_refused(&png, 33, "\x80\0\0\0", 4, "at byte 33 has a senseless length");
    assert_patch_refused(&png, 33, "\x7f\xff\xff\xff", 4,
                         "at byte 33 should have 2147483647 bytes, but the file ends at byte 69");
    assert_patch_refused(&png, 33, "\0\0\0\x19", 4, "at byte 33 should have 25 bytes");
    assert_patch_refused(&png, 33, "\0\0\0\x18", 4, "the CRC of the IDAT chunk at byte 33");
    sample_finish(&png);
}

static void a_wrong_crc_is_refused_with_its_chunk(void **state)
{
    (void)state;
    struct sample png = png_of(3, "PDE");
    assert_patch_refused(&png, 29, "abcd", 4, "the CRC of the IHDR chunk at byte 8 does not match");
    assert_patch_refused(&png, 43, "z", 1, "the CRC of the PLTE chunk at byte 33 does not match");
    assert_patch_refused(&png, 60, "z", 1, "the CRC of the IDAT chunk at byte 51 does not match");
    assert_patch_refused(&png, 86, "z", 1, "the CRC of the IEND chunk at byte 75 does not match");
    sample_finish(&png);
}

static void a_converted_line_end_in_the_signature_is_called_that(void **state)
{
    (void)state;
    struct sample png = png_of(2, "DE");
    assert_patch_refused(&png, 4, "\n\x1a\n\0", 4, "its signature is wrong in bytes 4 to 7");
    sample_finish(&png);
}

static void a_million_chunks_are_a_matter_of_a_moment(void **state)
{
    (void)state;
    enum { COUNT = 1000000 };
    struct sample png = png_of(2, ""), chunk = {0};
    append_chunk(&chunk, "abCd", "", 0);
    size_t head = png.size;
    png.size += COUNT * chunk.size;
    png.data = realloc(png.data, png.size);
    if (!png.data)
        abort();
    for (size_t i = 0; i < COUNT; i++)
        memcpy(png.data + head + i * chunk.size, chunk.data, chunk.size);
    append_chunk(&png, "IDAT", pixels, sizeof pixels);
    append_chunk(&png, "IEND", "", 0);
    assert_accepted(&png, IMAGE_PNG, 4, 3);
    sample_finish(&chunk);
    sample_finish(&png);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_in_a_right_order_pass),
        cmocka_unit_test(chunks_in_a_wrong_order_are_refused),
        cmocka_unit_test(only_the_depths_of_each_colour_type_pass),
        cmocka_unit_test(a_senseless_header_is_refused),
        cmocka_unit_test(the_largest_palette_passes),
        cmocka_unit_test(the_data_has_to_unpack_to_all_pixels),
        cmocka_unit_test(data_that_is_no_packed_image_is_refused),
        cmocka_unit_test(a_damaged_ancillary_chunk_is_noted),
        cmocka_unit_test(the_orientation_of_the_first_whole_exif_chunk_counts),
        cmocka_unit_test(chunks_of_a_wrong_length_are_refused),
        cmocka_unit_test(an_unknown_chunk_passes_only_when_it_is_marked_as_optional),
        cmocka_unit_test(a_length_beyond_the_file_is_refused),
        cmocka_unit_test(a_wrong_crc_is_refused_with_its_chunk),
        cmocka_unit_test(a_converted_line_end_in_the_signature_is_called_that),
        cmocka_unit_test(a_million_chunks_are_a_matter_of_a_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
