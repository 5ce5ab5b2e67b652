/* SPDX-License-Identifier: MIT */
#include "support/sample.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

/* JPEGs of tests/data with one thing changed. */

enum { DQT = 0xdb, DHT = 0xc4, SOF0 = 0xc0, SOF2 = 0xc2, SOS = 0xda, DRI = 0xdd, EOI = 0xd9 };

static size_t find_marker(const struct sample *jpeg, unsigned marker)
{
    const unsigned char bytes[] = {0xff, (unsigned char)marker};
    return sample_find(jpeg, 0, bytes, 2);
}

/* Takes bytes out of the sample. */
static void cut_out(struct sample *sample, size_t offset, size_t size)
{
    memmove(sample->data + offset, sample->data + offset + size, sample->size - offset - size);
    sample->size -= size;
}

static void insert(struct sample *sample, size_t offset, const void *bytes, size_t size)
{
    struct sample tail = sample_of(sample->data + offset, sample->size - offset);
    sample->size = offset;
    sample_append(sample, bytes, size);
    sample_append(sample, tail.data, tail.size);
    sample_finish(&tail);
}

/* The segment at `offset`, its marker included, is taken out. */
static void cut_out_segment(struct sample *jpeg, size_t offset)
{
    cut_out(jpeg, offset, 2 + (size_t)bytes_be16(jpeg->data + offset + 2));
}

static void a_frame_header_that_no_viewer_shows_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t offset; /* from the marker */
        const char *bytes;
        size_t size;
        const char *reason;
    } cases[] = {
        {"12 bits a sample", 4, "\x0c", 1, "says 12 bits a sample"},
        {"no height", 5, "\0\0", 2, "says 64 x 0 pixels"},
        {"no width", 7, "\0\0", 2, "says 0 x 48 pixels"},
        {"no components", 9, "\0", 1, "has a length that does not fit"},
        {"a component too many", 9, "\4", 1, "has a length that does not fit"},
        {"factors 5 x 1", 11, "\x51", 1, "component 1 in the SOF segment"},
        {"factors 1 x 5", 11, "\x15", 1, "component 1 in the SOF segment"},
        {"factor 0 across", 11, "\x02", 1, "component 1 in the SOF segment"},
        {"factor 2 x 5", 11, "\x25", 1, "component 1 in the SOF segment"},
        {"table number 4", 12, "\x04", 1, "component 1 in the SOF segment"},
        {"a table that is not defined", 12, "\x03", 1,
         "needs quantization table 3, which is not defined"},
        {"65535 x 65535", 5, "\xff\xff\xff\xff", 4, "but 65535 x 65535 pixels need at least"},
        {"a component that no scan has", 10, "\x77", 1,
         "names a component or table that is not there"},
        {"lossless", 1, "\xc3", 1, "of a kind that viewers do not show"},
        {"differential", 1, "\xc5", 1, "of a kind that viewers do not show"},
        {"arithmetic and differential", 1, "\xcf", 1, "of a kind that viewers do not show"},
        {"hierarchical", 1, "\xde", 1, "of a kind that viewers do not show"},
        {"an extension marker", 1, "\xf0", 1, "the marker 0xf0 at byte"},
        {"JPEG-LS", 1, "\xf7", 1, "of a kind that viewers do not show"},
        {"a second start", 1, "\xd8", 1, "the marker 0xd8 at byte"},
        {"a restart marker", 1, "\xd0", 1, "the marker 0xd0 at byte"},
        {"no marker", 1, "\0", 1, "a scan (SOS) at byte"},
        {"no marker byte", 0, "\xfe", 1, "a scan (SOS) at byte"},
        {"length 0", 2, "\0\0", 2, "has a length that does not fit"},
        {"length 1", 2, "\0\1", 2, "has a length that does not fit"},
        {"length 65535", 2, "\xff\xff", 2,
         "it is cut off at byte 867, in the segment 0xc0 at byte"},
    };
    struct sample jpeg = sample_load("jpeg-444.jpg");
    size_t frame = find_marker(&jpeg, SOF0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jpeg.name = cases[i].name;
        assert_patch_refused(&jpeg, frame + cases[i].offset, cases[i].bytes, cases[i].size,
                             cases[i].reason);
    }
    sample_finish(&jpeg);
}

static void the_largest_sampling_factor_passes(void **state)
{
    (void)state;
    struct sample jpeg = sample_load("jpeg-gray.jpg");
    jpeg.data[find_marker(&jpeg, SOF0) + 11] = 0x44;
    assert_accepted(&jpeg, IMAGE_JPEG, 64, 48);
    sample_finish(&jpeg);
}

static void a_frame_without_components_is_refused(void **state)
{
    (void)state;
    struct sample jpeg = sample_load("jpeg-gray.jpg");
    size_t frame = find_marker(&jpeg, SOF0);
    cut_out(&jpeg, frame + 10, 3);
    jpeg.data[frame + 3] -= 3;
    jpeg.data[frame + 9] = 0;
    assert_refused(&jpeg, "says 0 components");
    sample_finish(&jpeg);
}

static void what_a_scan_needs_must_come_before_it(void **state)
{
    (void)state;
    struct sample jpeg = sample_load("jpeg-gray.jpg");
    cut_out_segment(&jpeg, find_marker(&jpeg, SOF0));
    assert_refused(&jpeg, "a scan (SOS) at byte");
    sample_finish(&jpeg);

    jpeg = sample_load("jpeg-gray.jpg");
    cut_out_segment(&jpeg, find_marker(&jpeg, DQT));
    assert_refused(&jpeg, "needs quantization table 0, which is not defined");
    sample_finish(&jpeg);

    jpeg = sample_load("jpeg-gray.jpg");
    size_t frame = find_marker(&jpeg, SOF0);
    struct sample copy = sample_of(jpeg.data + frame, 13);
    insert(&jpeg, frame, copy.data, copy.size);
    assert_refused(&jpeg, "a second frame header (SOF) at byte");
    sample_finish(&copy);
    sample_finish(&jpeg);
}

static void tables_that_are_none_are_refused(void **state)
{
    (void)state;
    struct sample jpeg = sample_load("jpeg-gray.jpg");
    size_t quantization = find_marker(&jpeg, DQT), huffman = find_marker(&jpeg, DHT);
    assert_patch_refused(&jpeg, quantization + 4, "\x20", 1, "no quantization table at byte");
    assert_patch_refused(&jpeg, quantization + 4, "\x04", 1, "no quantization table at byte");
    assert_patch_refused(&jpeg, quantization + 4, "\x10", 1, "the DQT segment at byte");
    assert_patch_refused(&jpeg, huffman + 4, "\x20", 1, "no Huffman table at byte");
    assert_patch_refused(&jpeg, huffman + 4, "\x04", 1, "no Huffman table at byte");
    assert_patch_refused(&jpeg, huffman + 5, "\3", 1, "no Huffman table at byte");
    assert_patch_refused(&jpeg, huffman + 20, "\x40", 1, "the DHT segment at byte");
    sample_finish(&jpeg);
}

static void a_scan_header_that_does_not_fit_the_frame_is_refused(void **state)
{
    (void)state;
    struct sample jpeg = sample_load("jpeg-444.jpg");
    size_t scan = find_marker(&jpeg, SOS);
    assert_patch_refused(&jpeg, scan + 4, "\0", 1, "the SOS segment at byte");
    assert_patch_refused(&jpeg, scan + 4, "\4", 1, "the SOS segment at byte");
    assert_patch_refused(&jpeg, scan + 5, "\x63", 1, "names a component or table");
    assert_patch_refused(&jpeg, scan + 6, "\x40", 1, "names a component or table");
    assert_patch_refused(&jpeg, scan + 6, "\x04", 1, "names a component or table");
    sample_finish(&jpeg);

    jpeg = sample_load("jpeg-progressive.jpg");
    scan = find_marker(&jpeg, SOS); /* the first: all three DCs */
    static const unsigned char ranges[][2] = {{0, 5}, {1, 5}, {6, 5}, {1, 64}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        assert_patch_refused(&jpeg, scan + 11, ranges[i], 2, "an impossible range of coefficients");
    sample_finish(&jpeg);
}

static void a_component_without_a_scan_is_refused(void **state)
{
    (void)state;
    struct sample jpeg = sample_load("jpeg-444.jpg");
    cut_out(&jpeg, find_marker(&jpeg, SOS), jpeg.size - 2 - find_marker(&jpeg, SOS));
    assert_refused(&jpeg, "before all of the image was there");
    sample_finish(&jpeg);

    jpeg = sample_load("jpeg-progressive.jpg");
    size_t first = find_marker(&jpeg, SOS);
    size_t second = sample_find(&jpeg, first + 2, "\xff\xc4", 2);
    cut_out(&jpeg, first, second - first);
    assert_refused(&jpeg, "before all of the image was there");
    sample_finish(&jpeg);
}

static void a_scan_with_too_little_data_is_refused(void **state)
{
    (void)state;
    struct sample jpeg = sample_load("jpeg-baseline.jpg");
    size_t data = find_marker(&jpeg, SOS) + 14;
    cut_out(&jpeg, data + 800, jpeg.size - 2 - data - 800);
    assert_refused(&jpeg, "has 800 bytes of data, but 641 x 479 pixels need at least");
    sample_finish(&jpeg);
}

static void restart_markers_must_count_on(void **state)
{
    (void)state;
    struct sample jpeg = sample_load("jpeg-restart.jpg");
    size_t data = find_marker(&jpeg, SOS) + 14;
    size_t second = sample_find(&jpeg, data, "\xff\xd1", 2);
    size_t third = sample_find(&jpeg, data, "\xff\xd2", 2);
    assert_patch_refused(&jpeg, second + 1, "\xd2", 1, "a restart marker at byte");
    assert_patch_refused(&jpeg, find_marker(&jpeg, DRI) + 4, "\0\0", 2, "a restart marker at byte");
    assert_patch_refused(&jpeg, find_marker(&jpeg, DRI) + 4, "\0\1", 2,
                         "restart markers, its size");
    assert_patch_refused(&jpeg, find_marker(&jpeg, DRI) + 2, "\0\5", 2, "the DRI segment at byte");

    struct sample lost = sample_of(jpeg.data, jpeg.size);
    cut_out(&lost, second, third - second);
    assert_refused(&lost, "a restart marker at byte");
    sample_finish(&lost);

    struct sample short_of_the_last = sample_of(jpeg.data, jpeg.size);
    cut_out(&short_of_the_last, second, jpeg.size - 2 - second);
    assert_refused(&short_of_the_last, "has 1 restart markers, its size asks for 5");
    sample_finish(&short_of_the_last);

    /* Some encoders end the last interval with one too. */
    insert(&jpeg, jpeg.size - 2, "\xff\xd5", 2);
    assert_accepted(&jpeg, IMAGE_JPEG, 64, 48);
    sample_finish(&jpeg);
}

static void zeros_that_an_encoder_writes_are_no_hole(void **state)
{
    (void)state;
    struct sample jpeg = sample_load("jpeg-gray.jpg");
    static const unsigned char zeros[1000];
    /* In a table where the code of zeros ends a block they are a flat area, */
    size_t table = sample_find(&jpeg, 0, "\xff\xc4", 2);
    while (jpeg.data[table + 4] >> 4 != 1)
        table = sample_find(&jpeg, table + 2, "\xff\xc4", 2);
    unsigned char *first_symbol = jpeg.data + table + 21;
    size_t data = find_marker(&jpeg, SOS) + 10;
    *first_symbol = 0x00;
    insert(&jpeg, data, zeros, sizeof zeros);
    assert_accepted(&jpeg, IMAGE_JPEG, 64, 48);
    /* elsewhere they are none. */
    jpeg.data[table + 21] = 0x01;
    char reason[64];
    snprintf(reason, sizeof reason, "the scan data has a hole of zeros at byte %zu", data);
    assert_refused(&jpeg, reason);
    /* A run that a few unlucky blocks could make is left alone. */
    cut_out(&jpeg, data, sizeof zeros - 63);
    assert_accepted(&jpeg, IMAGE_JPEG, 64, 48);
    sample_finish(&jpeg);
}

/* In a progressive file only the first AC scans are of that kind. */
static void zeros_are_no_hole_where_bits_are_raw(void **state)
{
    (void)state;
    static const unsigned char zeros[1000];
    struct sample jpeg = sample_load("jpeg-progressive.jpg");
    for (size_t at = 0; at + 21 < jpeg.size; at++) /* the codes of zeros become coefficients */
        if (jpeg.data[at] == 0xff && jpeg.data[at + 1] == DHT && jpeg.data[at + 4] >> 4 == 1)
            jpeg.data[at + 21] = 0x01;
    unsigned first_scans = 0, others = 0;
    for (size_t at = 0; at + 14 < jpeg.size; at++) {
        if (jpeg.data[at] != 0xff || jpeg.data[at + 1] != SOS)
            continue;
        const unsigned char *range = jpeg.data + at + 5 + 2 * (size_t)jpeg.data[at + 4];
        bool first_ac = range[0] > 0 && range[2] >> 4 == 0;
        struct sample filled = sample_of(jpeg.data, jpeg.size);
        insert(&filled, at + 2 + bytes_be16(jpeg.data + at + 2), zeros, sizeof zeros);
        if (first_ac)
            assert_refused(&filled, "the scan data has a hole of zeros at byte");
        else
            assert_accepted(&filled, IMAGE_JPEG, 641, 479);
        sample_finish(&filled);
        *(first_ac ? &first_scans : &others) += 1;
    }
    assert_true(first_scans > 0 && others > 1);
    sample_finish(&jpeg);
}

static void fill_bytes_before_a_marker_pass(void **state)
{
    (void)state;
    struct sample jpeg = sample_load("jpeg-gray.jpg");
    insert(&jpeg, find_marker(&jpeg, DQT), "\xff\xff\xff\xff", 4);
    insert(&jpeg, jpeg.size - 2, "\xff\xff", 2);
    assert_accepted(&jpeg, IMAGE_JPEG, 64, 48);
    sample_finish(&jpeg);
}

static void further_images_behind_the_first_are_no_trailer(void **state)
{
    (void)state;
    struct sample jpeg = sample_load("jpeg-baseline.jpg"), preview = sample_load("jpeg-gray.jpg");
    sample_append(&jpeg, "\0\0\0\0", 4);
    sample_append(&jpeg, preview.data, preview.size);
    assert_accepted(&jpeg, IMAGE_JPEG, 641, 479);
    sample_append(&jpeg,
                  "\0\0\0\x18"
                  "ftypmp42",
                  12);
    assert_noted(&jpeg, IMAGE_JPEG, 641, 479, 1U << IMAGE_NOTE_VIDEO);
    sample_finish(&preview);
    sample_finish(&jpeg);
}

/* The ids stand in SOF and, one a component, in SOS. */
static void components_may_have_equal_ids(void **state)
{
    (void)state;
    static const char *const names[] = {"jpeg-444.jpg", "jpeg-progressive.jpg", "jpeg-cmyk.jpg"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct sample jpeg = sample_load(names[i]);
        struct image_info info = {0};
        struct error error;
        for (size_t at = 2; at + 4 < jpeg.size; at++) {
            const unsigned char *bytes = jpeg.data + at;
            bool frame = bytes[0] == 0xff && (bytes[1] == SOF0 || bytes[1] == SOF2);
            bool scan = bytes[0] == 0xff && bytes[1] == SOS;
            unsigned count = frame ? bytes[9] : scan ? bytes[4] : 0;
            for (unsigned j = 0; j < count; j++)
                jpeg.data[at + (frame ? 10 + 3 * (size_t)j : 5 + 2 * (size_t)j)] = 1;
        }
        if (!image_inspect(jpeg.data, jpeg.size, &info, &error))
            fail_msg("%s: %s", names[i], error.text);
        sample_finish(&jpeg);
    }
}

static void bytes_between_segments_are_noted(void **state)
{
    (void)state;
    struct sample jpeg = sample_load("jpeg-gray.jpg");
    insert(&jpeg, find_marker(&jpeg, DQT), "a\0\xff\0z", 5);
    assert_noted(&jpeg, IMAGE_JPEG, 64, 48, 1U << IMAGE_NOTE_CHUNK);
    sample_finish(&jpeg);

    jpeg = sample_load("jpeg-gray.jpg");
    memset(jpeg.data + find_marker(&jpeg, DHT), 0, 2);
    assert_refused(&jpeg, "needs a Huffman table that is not defined");
    sample_finish(&jpeg);
}

static void huffman_tables_may_be_left_out_all_together(void **state)
{
    (void)state;
    struct sample jpeg = sample_load("jpeg-standard-tables.jpg");
    cut_out_segment(&jpeg, find_marker(&jpeg, DHT));
    assert_refused(&jpeg, "needs a Huffman table that is not defined");
    for (int i = 0; i < 3; i++)
        cut_out_segment(&jpeg, find_marker(&jpeg, DHT));
    assert_accepted(&jpeg, IMAGE_JPEG, 64, 48);
    sample_finish(&jpeg);
}

static void the_orientation_is_read_as_viewers_do(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *tiff;
        size_t size;
        bool turned;
    } cases[] = {
#define TIFF(name, bytes, turned) {name, bytes, sizeof(bytes) - 1, turned}
        TIFF("upside down", "II*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0\4\0\0\0", false),
        TIFF("turned", "II*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0\5\0\0\0", true),
        TIFF("turned, most significant byte first", "MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\10\0\0",
             true),
        TIFF("orientation 9", "MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\11\0\0", false),
        TIFF("a directory further on", "MM\0*\0\0\0\12zz\0\1\1\22\0\3\0\0\0\1\0\7\0\0", true),
        TIFF("the second entry",
             "II*\0\10\0\0\0\2\0\1\1\3\0\1\0\0\0\1\0\0\0\22\1\3\0\1\0\0\0\6\0\0\0", true),
        TIFF("of another type", "II*\0\10\0\0\0\1\0\22\1\2\0\1\0\0\0\6\0\0\0", false),
        TIFF("more entries than there are", "II*\0\10\0\0\0\xff\xff\22\1\3\0", false),
        TIFF("a directory outside", "II*\0\xff\xff\xff\xff\1\0\22\1\3\0\1\0\0\0\6\0\0\0", false),
        TIFF("a byte order that is none", "IM*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0\6\0\0\0", false),
        TIFF("cut", "II", false),
#undef TIFF
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample jpeg = sample_load("jpeg-gray.jpg");
        jpeg.name = cases[i].name;
        unsigned char head[10] = {0xff, 0xe1, 0,   (unsigned char)(8 + cases[i].size),
                                  'E',  'x',  'i', 'f'};
        insert(&jpeg, 2, cases[i].tiff, cases[i].size);
        insert(&jpeg, 2, head, sizeof head);
        bool turned = cases[i].turned;
        assert_accepted(&jpeg, IMAGE_JPEG, turned ? 48 : 64, turned ? 64 : 48);
        sample_finish(&jpeg);
    }
}

/* Every scan of this file has its own number of blocks, and a restart marker after each. */
static void restart_markers_are_counted_by_the_size_of_each_scan(void **state)
{
    (void)state;
    struct sample jpeg = sample_load("jpeg-restart-progressive.jpg");
    unsigned scans = 0;
    for (size_t at = 0; at + 2 < jpeg.size; at++) {
        if (jpeg.data[at] != 0xff || jpeg.data[at + 1] != SOS)
            continue;
        size_t end = at + 4;
        while (jpeg.data[end] != 0xff || jpeg.data[end + 1] == 0 || jpeg.data[end + 1] >> 3 == 0x1a)
            end++;
        struct sample less = sample_of(jpeg.data, jpeg.size);
        size_t last = end - 2;
        while (less.data[last] != 0xff || less.data[last + 1] >> 3 != 0x1a)
            last--;
        cut_out(&less, last, 2);
        assert_refused(&less, "restart markers, its size asks for");
        sample_finish(&less);
        scans++;
    }
    assert_true(scans > 5);
    sample_finish(&jpeg);
}

/* Each would take hours if anything were looked at again from the start. */
static void megabytes_of_tiny_parts_are_a_matter_of_a_moment(void **state)
{
    (void)state;
    enum { SIZE = 8 << 20 };
    static const struct {
        const char *part;
        size_t size;
    } cases[] = {
        {"\xff\xfe\0\2", 4},
        {"\xff\xff", 2},
        {"\xff\1", 2},
        {"\xff\xdd\0\4\0\1", 6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample jpeg = sample_load("jpeg-gray.jpg"),
                      filler = {.data = malloc(SIZE), .size = SIZE};
        assert_non_null(filler.data);
        for (size_t at = 0; at < SIZE; at++)
            filler.data[at] = (unsigned char)cases[i].part[at % cases[i].size];
        filler.size -= SIZE % cases[i].size;
        insert(&jpeg, 2, filler.data, filler.size);
        if (cases[i].part[1] == '\xdd')
            assert_refused(&jpeg, "has 0 restart markers, its size asks for 47");
        else
            assert_accepted(&jpeg, IMAGE_JPEG, 64, 48);
        sample_finish(&filler);
        sample_finish(&jpeg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_header_that_no_viewer_shows_is_refused),
        cmocka_unit_test(the_largest_sampling_factor_passes),
        cmocka_unit_test(a_frame_without_components_is_refused),
        cmocka_unit_test(what_a_scan_needs_must_come_before_it),
        cmocka_unit_test(tables_that_are_none_are_refused),
        cmocka_unit_test(a_scan_header_that_does_not_fit_the_frame_is_refused),
        cmocka_unit_test(a_component_without_a_scan_is_refused),
        cmocka_unit_test(a_scan_with_too_little_data_is_refused),
        cmocka_unit_test(restart_markers_must_count_on),
        cmocka_unit_test(restart_markers_are_counted_by_the_size_of_each_scan),
        cmocka_unit_test(zeros_that_an_encoder_writes_are_no_hole),
        cmocka_unit_test(zeros_are_no_hole_where_bits_are_raw),
        cmocka_unit_test(fill_bytes_before_a_marker_pass),
        cmocka_unit_test(further_images_behind_the_first_are_no_trailer),
        cmocka_unit_test(components_may_have_equal_ids),
        cmocka_unit_test(bytes_between_segments_are_noted),
        cmocka_unit_test(huffman_tables_may_be_left_out_all_together),
        cmocka_unit_test(the_orientation_is_read_as_viewers_do),
        cmocka_unit_test(megabytes_of_tiny_parts_are_a_matter_of_a_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
