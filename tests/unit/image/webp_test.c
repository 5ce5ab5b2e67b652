/* SPDX-License-Identifier: MIT */
#include "support/sample.h"
#include "support/test.h"

#include <stdlib.h>

/* WebPs put together from chunks; a frame is its header and the least of data, nothing looks at
 * what that is. */

static const unsigned char vp8_4x3[] = {0x30, 0, 0, 0x9d, 0x01, 0x2a, 4, 0, 3, 0, 1, 2};
static const unsigned char vp8l_4x3[] = {0x2f, 3, 0x80, 0, 0, 1, 2, 3};
static const unsigned char extended_4x3[] = {0x10, 0, 0, 0, 3, 0, 0, 2, 0, 0};
static const unsigned char animated_4x3[] = {0x02, 0, 0, 0, 3, 0, 0, 2, 0, 0};
static const unsigned char frame_4x3[16] = {[6] = 3, [9] = 2};
static const unsigned char frame_2x2_at_2_0[16] = {[0] = 1, [6] = 1, [9] = 1};
static const unsigned char vp8_2x2[] = {0x30, 0, 0, 0x9d, 0x01, 0x2a, 2, 0, 2, 0, 1, 2};

static void append_chunk(struct sample *webp, const char *type, const void *body, size_t size)
{
    sample_append(webp, type, 4);
    sample_append_le32(webp, (uint32_t)size);
    sample_append(webp, body, size);
    if (size % 2)
        sample_append(webp, "", 1);
}

/* Writes the length of the whole into the head. */
static void complete(struct sample *webp)
{
    uint32_t size = (uint32_t)webp->size - 8;
    for (unsigned i = 0; i < 4; i++)
        webp->data[4 + i] = (unsigned char)(size >> 8 * i);
}

static void append_animation_frame(struct sample *webp, const unsigned char head[16],
                                   const void *frame, size_t size)
{
    struct sample body = sample_of(head, 16);
    append_chunk(&body, "ALPH", "\1", 1);
    append_chunk(&body, "VP8 ", frame, size);
    append_chunk(webp, "ANMF", body.data, body.size);
    sample_finish(&body);
}

/* The chunks named: E extended head, N the same of an animation, V and L frames, A alpha, M the
 * animation's head, F and G animation frames, x metadata, ? unknown. */
static struct sample webp_of(const char *chunks)
{
    struct sample webp = sample_of("RIFF\0\0\0\0WEBP", 12);
    for (; *chunks; chunks++) {
        switch (*chunks) {
        case 'E':
            append_chunk(&webp, "VP8X", extended_4x3, sizeof extended_4x3);
            break;
        case 'N':
            append_chunk(&webp, "VP8X", animated_4x3, sizeof animated_4x3);
            break;
        case 'V':
            append_chunk(&webp, "VP8 ", vp8_4x3, sizeof vp8_4x3);
            break;
        case 'L':
            append_chunk(&webp, "VP8L", vp8l_4x3, sizeof vp8l_4x3);
            break;
        case 'A':
            append_chunk(&webp, "ALPH", "\1", 1);
            break;
        case 'M':
            append_chunk(&webp, "ANIM", "\0\0\0\0\0", 6);
            break;
        case 'F':
            append_animation_frame(&webp, frame_4x3, vp8_4x3, sizeof vp8_4x3);
            break;
        case 'G':
            append_animation_frame(&webp, frame_2x2_at_2_0, vp8_2x2, sizeof vp8_2x2);
            break;
        case 'x':
            append_chunk(&webp, "XMP ", "<x/>!", 5);
            break;
        default:
            append_chunk(&webp, "abcd", "", 0);
        }
    }
    complete(&webp);
    return webp;
}

static void chunks_in_a_right_order_pass(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "V", "L", "V?x", "EV", "EL", "EAV", "E?xAV", "EVx?", "NMF", "NMFGF", "NxMF?Gx",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample webp = webp_of(cases[i]);
        webp.name = cases[i];
        assert_accepted(&webp, IMAGE_WEBP, 4, 3);
        sample_finish(&webp);
    }
}

static void chunks_in_a_wrong_order_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *chunks, *reason;
    } cases[] = {
        {"", "no image in it up to its end at byte 12"},
        {"E", "no image in it up to its end at byte 30"},
        {"EAx", "no image in it"},
        {"NM", "no image in it"},
        {"NMV", "no image in it"},
        {"NMFV", "no image in it"},
        {"x", "the XMP  chunk at byte 12 is out of place"},
        {"AV", "the ALPH chunk at byte 12 is out of place"},
        {"VV", "the VP8  chunk at byte 32 is out of place"},
        {"EVL", "the VP8L chunk at byte 50 is out of place"},
        {"EVA", "the ALPH chunk at byte 50 is out of place"},
        {"EAAV", "the ALPH chunk at byte 40 is out of place"},
        {"EAL", "the VP8L chunk at byte 40 is out of place"},
        {"EEV", "the VP8X chunk at byte 30 is out of place"},
        {"VE", "the VP8X chunk at byte 32 is out of place"},
        {"EMV", "the ANIM chunk at byte 30 is out of place"},
        {"NF", "the ANMF chunk at byte 30 is out of place"},
        {"NMMF", "the ANIM chunk at byte 44 is out of place"},
        {"EF", "the ANMF chunk at byte 30 is out of place"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample webp = webp_of(cases[i].chunks);
        webp.name = cases[i].chunks;
        assert_refused(&webp, cases[i].reason);
        sample_finish(&webp);
    }
}

static void headers_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *chunks;
        size_t offset;
        const char *bytes;
        size_t size;
        const char *reason;
    } cases[] = {
        {"V", 4, "\x19", 1, "its RIFF header at byte 4 says 33 bytes, but there are 32"},
        {"V", 4, "\xff\xff\xff\xff", 4, "says 4294967303 bytes, but there are 32 (it is cut off)"},
        {"V", 4, "\x15", 1, "the VP8  chunk at byte 12 should have 12 bytes, but there are 9"},
        {"V", 4, "\0", 1, "no image in it up to its end at byte 8"},
        {"V", 16, "\x0d", 1, "the VP8  chunk at byte 12 should have 13 bytes, but there are 12"},
        {"V", 16, "\xff\xff\xff\xff", 4, "should have 4294967295 bytes, but there are 12"},
        {"V", 16, "\x09", 1, "the VP8  chunk at byte 12 is too short"},
        {"V", 20, "\x11", 1, "does not begin with a frame"},
        {"V", 20, "\x00", 1, "does not begin with a frame"},
        {"V", 20, "\x18", 1, "does not begin with a frame"},
        {"V", 23, "\x9c", 1, "does not begin with a frame"},
        {"V", 20, "\x70", 1, "the first partition in the VP8 chunk at byte 12"},
        {"V", 20, "\x50", 1, "the VP8 chunk at byte 12 has no data"},
        {"V", 20, "\x10", 1, "the VP8 chunk at byte 12 has no data"},
        {"V", 26, "\0\xc0", 2, "says 0 x 3 pixels"},
        {"V", 28, "\0", 1, "says 4 x 0 pixels"},
        {"V", 14, "\x1f", 1, "the VP?  chunk at byte 12 is out of place"},
        {"V", 14, "\x80", 1, "the VP?  chunk at byte 12 is out of place"},
        {"L", 16, "\4", 1, "the VP8L chunk at byte 12 is too short"},
        {"L", 16, "\7", 1, "the VP8L chunk at byte 12 has no data"},
        {"L", 20, "\x2e", 1, "does not begin with its signature"},
        {"L", 24, "\x20", 1, "does not begin with its signature"},
        {"EV", 24, "\4", 1, "says 4 x 3 pixels, the header before it 5 x 3"},
        {"EV", 44, "\5", 1, "says 5 x 3 pixels, the header before it 4 x 3"},
        {"EL", 27, "\3", 1, "says 4 x 3 pixels, the header before it 4 x 4"},
        {"EV", 16, "\x08", 1, "the VP8X chunk at byte 12 is too short"},
        {"EV", 24, "\xff\xff\xff\xff\xff\xff", 6, "says 16777216 x 16777216 pixels"},
        {"EAV", 38, "\2", 1, "the ALPH chunk at byte 30 has an unknown compression"},
        {"EAV", 38, "\0", 1, "the ALPH chunk at byte 30 is too short for 4 x 3 pixels"},
        {"EAV", 34, "\0", 1, "the ALPH chunk at byte 30 is too short"},
        {"NMF", 34, "\4", 1, "the ANIM chunk at byte 30 is too short"},
        {"NMF", 48, "\x0e", 1, "the ANMF chunk at byte 44 is too short"},
        {"NMF", 48, "\x10", 1, "the ANMF chunk at byte 44 holds no image"},
        {"NMF", 48, "\x13", 1, "no chunk at byte 68"},
        {"NMF", 52, "\1", 1, "the ANMF chunk at byte 44 reaches out of the canvas of 4 x 3"},
        {"NMF", 54, "\xff", 1, "the ANMF chunk at byte 44 reaches out of the canvas of 4 x 3"},
        {"NMF", 58, "\2", 1, "says 4 x 3 pixels, the header before it 3 x 3"},
        {"NMF", 82, "\x0d", 1, "the VP8  chunk at byte 78 should have 13 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample webp = webp_of(cases[i].chunks);
        webp.name = cases[i].chunks;
        assert_patch_refused(&webp, cases[i].offset, cases[i].bytes, cases[i].size,
                             cases[i].reason);
        sample_finish(&webp);
    }
}

static void chunks_of_any_name_are_stepped_over(void **state)
{
    (void)state;
    static const char *const names[] = {"XMP\0", "\x7f\xff\1\2", "\0\0\0\0", "exif"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct sample webp = webp_of("EV");
        append_chunk(&webp, names[i], "<x/>", 4);
        complete(&webp);
        assert_accepted(&webp, IMAGE_WEBP, 4, 3);
        sample_finish(&webp);
    }
}

static void exif_data_turns_the_canvas(void **state)
{
    (void)state;
    static const char turned[] = "MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\10\0\0";
    static const char *const cases[] = {"EV", "EAV", "NMF"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample webp = webp_of(cases[i]);
        webp.name = cases[i];
        append_chunk(&webp, "EXIF", turned, sizeof turned);
        append_chunk(&webp, "EXIF", "MM\0*\0\0\0\10\0\0", 10);
        complete(&webp);
        assert_accepted(&webp, IMAGE_WEBP, 3, 4);
        sample_finish(&webp);
    }
    struct sample webp = webp_of("");
    append_chunk(&webp, "EXIF", turned, sizeof turned);
    complete(&webp);
    assert_refused(&webp, "the EXIF chunk at byte 12 is out of place");
    sample_finish(&webp);
}

static void a_missing_padding_byte_passes_at_the_very_end_only(void **state)
{
    (void)state;
    struct sample webp = webp_of("EVx");
    webp.size--;
    complete(&webp);
    assert_accepted(&webp, IMAGE_WEBP, 4, 3);
    sample_append(&webp, "abcd\0\0\0\0", 8);
    complete(&webp);
    assert_refused(&webp, "no chunk at byte");
    sample_finish(&webp);
}

static void a_million_chunks_are_a_matter_of_a_moment(void **state)
{
    (void)state;
    enum { SIZE = 8 << 20 };
    struct sample webp = webp_of("V");
    size_t head = webp.size;
    unsigned char *grown = realloc(webp.data, head + SIZE);
    if (!grown)
        abort();
    webp.data = grown;
    webp.size = head + SIZE;
    for (size_t at = head; at < webp.size; at += 8)
        memcpy(webp.data + at, "abcd\0\0\0\0", 8);
    complete(&webp);
    assert_accepted(&webp, IMAGE_WEBP, 4, 3);
    sample_finish(&webp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_in_a_right_order_pass),
        cmocka_unit_test(chunks_in_a_wrong_order_are_refused),
        cmocka_unit_test(headers_that_contradict_each_other_are_refused),
        cmocka_unit_test(chunks_of_any_name_are_stepped_over),
        cmocka_unit_test(exif_data_turns_the_canvas),
        cmocka_unit_test(a_missing_padding_byte_passes_at_the_very_end_only),
        cmocka_unit_test(a_million_chunks_are_a_matter_of_a_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
