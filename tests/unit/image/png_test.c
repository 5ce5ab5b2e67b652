/* SPDX-License-Identifier: MIT */
#include "unit/image/sample.h"

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
            append_chunk(&png, "IDAT", "data", 4);
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
        {2, "D", "it is cut off at byte 49, before IEND"},
        {2, "E", "no image data (IDAT) before IEND at byte 33"},
        {2, "DtDE", "the IDAT chunk at byte 68 is separated from those before it"},
        {2, "HDE", "a second IHDR chunk at byte 33"},
        {2, "DPE", "a PLTE chunk out of place at byte 49"},
        {2, "PPDE", "a PLTE chunk out of place at byte 51"},
        {3, "DE", "image data at byte 33, but no PLTE chunk"},
        {2, "DEE", "12 bytes follow the IEND chunk, from byte 61"},
        {2, "DEt", "19 bytes follow the IEND chunk, from byte 61"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample png = png_of(cases[i].colour_type, cases[i].chunks);
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
            append_chunk(&png, "IDAT", "data", 4);
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

static void the_largest_header_and_palette_pass(void **state)
{
    (void)state;
    static const unsigned char palette[768];
    struct sample png = png_begin();
    struct header header = plain;
    header.width = header.height = 0x7fffffff;
    append_header(&png, &header);
    append_chunk(&png, "PLTE", palette, sizeof palette);
    append_chunk(&png, "IDAT", "data", 4);
    append_chunk(&png, "IEND", "", 0);
    assert_accepted(&png, IMAGE_PNG, 0x7fffffff, 0x7fffffff);
    sample_finish(&png);
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
    assert_refused(&png, "the IEND chunk at byte 49 is not empty");
    sample_finish(&png);
}

static void an_unknown_chunk_passes_only_when_it_is_marked_as_optional(void **state)
{
    (void)state;
    struct sample png = png_of(2, "");
    append_chunk(&png, "abCd", "x", 1);
    append_chunk(&png, "IDAT", "data", 4);
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
                         "at byte 33 should have 2147483647 bytes, but the file ends at byte 61");
    assert_patch_refused(&png, 33, "\0\0\0\x11", 4, "at byte 33 should have 17 bytes");
    assert_patch_refused(&png, 33, "\0\0\0\x10", 4, "the CRC of the IDAT chunk at byte 33");
    sample_finish(&png);
}

static void a_wrong_crc_is_refused_with_its_chunk(void **state)
{
    (void)state;
    struct sample png = png_of(3, "PDE");
    assert_patch_refused(&png, 29, "abcd", 4, "the CRC of the IHDR chunk at byte 8 does not match");
    assert_patch_refused(&png, 43, "z", 1, "the CRC of the PLTE chunk at byte 33 does not match");
    assert_patch_refused(&png, 60, "z", 1, "the CRC of the IDAT chunk at byte 51 does not match");
    assert_patch_refused(&png, 78, "z", 1, "the CRC of the IEND chunk at byte 67 does not match");
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
    append_chunk(&png, "IDAT", "data", 4);
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
        cmocka_unit_test(the_largest_header_and_palette_pass),
        cmocka_unit_test(chunks_of_a_wrong_length_are_refused),
        cmocka_unit_test(an_unknown_chunk_passes_only_when_it_is_marked_as_optional),
        cmocka_unit_test(a_length_beyond_the_file_is_refused),
        cmocka_unit_test(a_wrong_crc_is_refused_with_its_chunk),
        cmocka_unit_test(a_converted_line_end_in_the_signature_is_called_that),
        cmocka_unit_test(a_million_chunks_are_a_matter_of_a_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
