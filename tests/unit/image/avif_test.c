/* SPDX-License-Identifier: MIT */
#include "support/sample.h"
#include "support/test.h"

#include <stdlib.h>

/* AVIFs of tests/data with one box changed, and small ones put together from boxes. */

/* Changes in a file: offsets count from the box's type, so -4 is its size and 4 its body. */
struct change {
    const char *box;
    int offset;
    const char *bytes;
    size_t size;
    const char *reason; /* NULL: it still passes */
};

#define CHANGE(box, offset, bytes, reason)                                                         \
    {                                                                                              \
        box, offset, bytes, sizeof(bytes) - 1, reason                                              \
    }

static void check_changes(const char *name, uint32_t width, uint32_t height,
                          const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sample avif = sample_load(name);
        size_t box = sample_find(&avif, 0, changes[i].box, 4);
        memcpy(avif.data + (ptrdiff_t)box + changes[i].offset, changes[i].bytes, changes[i].size);
        if (changes[i].reason)
            assert_refused(&avif, changes[i].reason);
        else
            assert_accepted(&avif, IMAGE_AVIF, width, height);
        sample_finish(&avif);
    }
}

static void boxes_and_items_are_held_against_the_file(void **state)
{
    (void)state;
    static const struct change changes[] = {
        CHANGE("ftyp", 4, "mif1", NULL), /* avif is among the compatible brands */
        CHANGE("ftyp", -4, "\0\0\0\0", "neither a meta nor a moov box"),
        CHANGE("ftyp", -4, "\0\0\0\7", "the ftyp box at byte 0 has a senseless size"),
        CHANGE("meta", 0, "m\0ta", "no box at byte 32, where one should start"),
        CHANGE("meta", 0, "free", "neither a meta nor a moov box"),
        CHANGE("meta", -4, "\0\0\0\x0a", "the meta box at byte 32 ends before its content"),
        CHANGE("meta", -4, "\xff\xff\xff\xff", "the meta box at byte 32 should have 4294967295"),
        CHANGE("mdat", -4, "\0\0\0\0", NULL), /* up to the end of the file */
        CHANGE("mdat", -4, "\0\0\1\x3f", "the mdat box at byte 274 should have 319 bytes"),
        CHANGE("mdat", 0, "meta", "a second meta box at byte 274"),
        CHANGE("iprp", -4, "\0\0\0\0", "the iprp box at byte 168 has a senseless size"),
        CHANGE("iprp", -4, "\0\0\0\x6b", "the iprp box at byte 168 should have 107 bytes"),
        CHANGE("hdlr", 0, "pitm", "a second pitm box at byte 84"),
        CHANGE("pitm", 0, "free", "no pitm box in the meta box at byte 32"),
        CHANGE("iloc", 0, "free", "no iloc box in the meta box at byte 32"),
        CHANGE("iinf", 0, "free", "no iinf box in the meta box at byte 32"),
        CHANGE("iprp", 0, "free", "no iprp box in the meta box at byte 32"),
        CHANGE("pitm", 4, "\1", "the pitm box at byte 84 ends before its content"),
        CHANGE("pitm", 8, "\0\2", "the primary item 2 is no AV1 image"),
        CHANGE("infe", 12, "hvc1", "the primary item 1 is no AV1 image"),
        CHANGE("infe", 4, "\1", "the primary item 1 is no AV1 image"),
        CHANGE("infe", -4, "\0\0\0\0", "the infe box at byte 142 has a senseless size"),
        CHANGE("infe", -4, "\0\0\0\x0f", "the infe box at byte 142 ends before its content"),
        CHANGE("iinf", 8, "\0\2", "the iinf box at byte 128 announces 2 items and has 1"),
        CHANGE("mdat", 4, "\x92", "the AV1 data is damaged at byte 282"),
        CHANGE("mdat", 4, "\0\0\0\0\0\0", "the AV1 data is damaged at byte 282"),
        CHANGE("mdat", 5, "\x7f", "the AV1 data is damaged at byte"),
    };
    check_changes("avif-10-bit.avif", 64, 48, changes, sizeof changes / sizeof *changes);
}

static void locations_are_held_against_the_file(void **state)
{
    (void)state;
    static const struct change changes[] = {
        CHANGE("iloc", 4, "\3", "the iloc box at byte 98 has an unknown layout"),
        CHANGE("iloc", 8, "\x34", "the iloc box at byte 98 has an unknown layout"),
        CHANGE("iloc", 8, "\x43", "the iloc box at byte 98 has an unknown layout"),
        CHANGE("iloc", 9, "\x50", "the iloc box at byte 98 has an unknown layout"),
        CHANGE("iloc", 10, "\0\0", "the primary item 1 has no bytes"),
        CHANGE("iloc", 10, "\0\2", "the iloc box at byte 98 ends before its content"),
        CHANGE("iloc", 12, "\0\7", "the primary item 1 has no bytes"),
        CHANGE("iloc", 14, "\0\1", "item 1 is said to lie where it cannot be read"),
        CHANGE("iloc", 16, "\0\0", "the primary item 1 has no bytes"),
        CHANGE("iloc", 16, "\xff\xff", "the iloc box at byte 98 ends before its content"),
        CHANGE("iloc", 18, "\0\0\1\x1b", "item 1 lies outside of the file"),
        CHANGE("iloc", 18, "\xff\xff\xff\xff", "item 1 lies outside of the file"),
        CHANGE("iloc", 22, "\0\0\1\x37", "item 1 lies outside of the file"),
        CHANGE("iloc", 22, "\0\0\0\0", NULL), /* up to the end of the file */
    };
    check_changes("avif-10-bit.avif", 64, 48, changes, sizeof changes / sizeof *changes);
}

static void the_size_comes_from_the_properties_of_the_primary_item(void **state)
{
    (void)state;
    static const struct change changes[] = {
        CHANGE("ipco", -4, "\0\0\0\0", "the ipco box at byte 176 has a senseless size"),
        CHANGE("pixi", -4, "\0\0\0\0", "the pixi box at byte 204 has a senseless size"),
        CHANGE("ispe", 0, "ispx", "the size (ispe) of item 1 is missing"),
        CHANGE("ispe", 8, "\0\0\0\0", "the ispe box at byte 184 says 0 x 48 pixels"),
        CHANGE("ispe", 12, "\0\0\0\0", "the ispe box at byte 184 says 64 x 0 pixels"),
        CHANGE("ispe", -4, "\0\0\0\x08", "the ispe box at byte 184 ends before its content"),
        CHANGE("ipco", 0, "free", "the size (ispe) of item 1 is missing"),
        CHANGE("ipma", 0, "free", "the size (ispe) of item 1 is missing"),
        CHANGE("ipma", 8, "\0\0\0\2", "the ipma box at byte 251 ends before its content"),
        CHANGE("ipma", 8, "\xff\xff\xff\xff", "the ipma box at byte 251 ends before its content"),
        CHANGE("ipma", 12, "\0\2", "the size (ispe) of item 1 is missing"),
        CHANGE("ipma", 14, "\xff", "the ipma box at byte 251 ends before its content"),
        CHANGE("ipma", 15, "\5", "property 5 is needed, but the ipco box at byte 176 has 4"),
        CHANGE("ipma", 15, "\x81", NULL),
    };
    check_changes("avif-10-bit.avif", 64, 48, changes, sizeof changes / sizeof *changes);
}

static void a_grid_must_have_the_size_of_its_item(void **state)
{
    (void)state;
    static const struct change changes[] = {
        CHANGE("mdat", 8, "\0\x81", "the grid at byte 521 does not have the 128 x 128 pixels"),
        CHANGE("mdat", 10, "\0\x7f", "the grid at byte 521 does not have the 128 x 128 pixels"),
        CHANGE("mdat", 4, "\1", "the grid at byte 521"),
        CHANGE("ispe", 8, "\0\0\0\x40", "the grid at byte 521 does not have the 64 x 128 pixels"),
    };
    check_changes("avif-grid.avif", 128, 128, changes, sizeof changes / sizeof *changes);
}

static void the_tracks_of_an_animation_are_held_against_the_file(void **state)
{
    (void)state;
    static const struct change changes[] = {
        CHANGE("meta", 0, "free", NULL), /* then the size comes from a track */
        CHANGE("stco", 12, "\0\0\x0a\xde", "the stco box at byte 845 points to byte 2782"),
        CHANGE("stco", 8, "\0\0\0\2", "the stco box at byte 845 ends before its content"),
        CHANGE("stco", 8, "\xff\xff\xff\xff", "the stco box at byte 845"),
        CHANGE("stco", 0, "co64", "the co64 box at byte 845 ends before its content"),
        CHANGE("stsz", 8, "\0\0\4\0", "the samples announced at byte 893 have 3072 bytes"),
        CHANGE("stsz", 8, "\xff\xff\xff\xff\xff\xff\xff\xff", "the samples announced at byte 893"),
        CHANGE("stsz", 12, "\0\0\0\4", "the stsz box at byte 893 ends before its content"),
        CHANGE("stsd", 44, "\0\0", "the av01 box at byte 985 says 0 x 48 pixels"),
        CHANGE("mdhd", -4, "\0\0\0\0", "the mdhd box at byte 689 has a senseless size"),
        CHANGE("stsd", 12, "\0\0\0\0", "the av01 box at byte 985 has a senseless size"),
        CHANGE("stsd", 12, "\0\0\0\x10", "the av01 box at byte 985 ends before its content"),
        CHANGE("stsd", -4, "\0\0\0\x0c", "the stsd box at byte 969 ends before its content"),
        CHANGE("trak", -4, "\0\0\0\x07", "the trak box at byte 569 has a senseless size"),
        CHANGE("minf", -4, "\xff\xff\xff\xff", "the minf box at byte 773 should have"),
        CHANGE("trak", 0, "free", NULL), /* the alpha track is left */
        CHANGE("moov", -4, "\0\0\0\x80", "no AV1 track in the moov box at byte 441"),
    };
    check_changes("avif-animated.avif", 64, 48, changes, sizeof changes / sizeof *changes);
}

static void append_box(struct sample *sample, const char *type, const void *body, size_t size)
{
    sample_append_be32(sample, (uint32_t)size + 8);
    sample_append(sample, type, 4);
    sample_append(sample, body, size);
}

#define BYTES(bytes) bytes, sizeof(bytes) - 1

struct part {
    const char *bytes;
    size_t size;
};

/* The bodies of the boxes of a small image, 4 x 3 pixels with its data in idat. */
struct parts {
    struct part pitm, iinf, iloc, ipco, ipma, idat;
};

/* A sequence header and a frame with a byte in each. */
#define UNITS      "\x0a\1\0\x32\1\0"
#define ISPE       "\0\0\0\x14ispe\0\0\0\0\0\0\0\4\0\0\0\3"
#define WHOLE_IDAT "\1\0\0\0\0\0\0\1\0\1\0\1\0\0\0\1"

static const struct parts narrow = {
    .pitm = {BYTES("\0\0\0\0\0\1")},
    .iinf = {BYTES("\0\0\0\0\0\1\0\0\0\x14infe\2\0\0\0\0\1\0\0av01")},
    .iloc = {BYTES(WHOLE_IDAT)},
    .ipco = {BYTES(ISPE)},
    .ipma = {BYTES("\0\0\0\0\0\0\0\1\0\1\1\1")},
    .idat = {BYTES(UNITS)},
};

/* The same with the larger fields of later versions, and an item 0x10001. */
static const struct parts wide = {
    .pitm = {BYTES("\1\0\0\0\0\1\0\1")},
    .iinf = {BYTES("\1\0\0\0\0\0\0\1\0\0\0\x16infe\3\0\0\0\0\1\0\1\0\0av01")},
    .iloc = {BYTES("\2\0\0\0\x88\x80\0\0\0\1\0\1\0\1\0\1\0\0\0\0\0\0\0\0\0\1\0\1"
                   "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\6")},
    .ipco = {BYTES(ISPE)},
    .ipma = {BYTES("\1\0\0\1\0\0\0\1\0\1\0\1\1\x80\1")},
    .idat = {BYTES("\0" UNITS)},
};

static void append_part(struct sample *sample, const char *type, const struct part *part)
{
    append_box(sample, type, part->bytes, part->size);
}

static struct sample avif_of(const struct parts *parts)
{
    struct sample avif = {0}, meta = sample_of("\0\0\0", 4), properties = {0};
    append_box(&avif, "ftyp", BYTES("avif\0\0\0\0"));
    append_part(&meta, "pitm", &parts->pitm);
    append_part(&meta, "iinf", &parts->iinf);
    append_part(&meta, "iloc", &parts->iloc);
    append_part(&properties, "ipco", &parts->ipco);
    append_part(&properties, "ipma", &parts->ipma);
    append_box(&meta, "iprp", properties.data, properties.size);
    append_part(&meta, "idat", &parts->idat);
    append_box(&avif, "meta", meta.data, meta.size);
    append_box(&avif, "free", BYTES("12345678"));
    sample_finish(&properties);
    sample_finish(&meta);
    return avif;
}

static void the_wide_fields_of_later_versions_are_read(void **state)
{
    (void)state;
    struct sample avif = avif_of(&wide);
    assert_accepted(&avif, IMAGE_AVIF, 4, 3);
    sample_finish(&avif);

    struct parts other = wide; /* the high half of the number counts */
    other.pitm = (struct part){BYTES("\1\0\0\0\0\2\0\1")};
    avif = avif_of(&other);
    assert_refused(&avif, "the primary item 131073 is no AV1 image");
    sample_finish(&avif);

    other = wide;
    other.ipma = (struct part){BYTES("\1\0\0\1\0\0\0\1\0\1\0\1\1\x81\1")};
    avif = avif_of(&other);
    assert_refused(&avif, "property 257 is needed, but the ipco box");
    sample_finish(&avif);
}

#define ITEM(type)                                                                                 \
    {                                                                                              \
        BYTES("\0\0\0\0\0\1\0\0\0\x14infe\2\0\0\0\0\1\0\0" type)                                   \
    }

static void images_derived_from_others_pass(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct part iinf, iloc, idat;
        const char *reason; /* NULL: passes */
    } cases[] = {
        {"a grid", ITEM("grid"), {BYTES(WHOLE_IDAT)}, {BYTES("\0\0\0\0\0\4\0\3")}, NULL},
        {"a grid of wide fields",
         ITEM("grid"),
         {BYTES(WHOLE_IDAT)},
         {BYTES("\0\1\0\0\0\0\0\4\0\0\0\3")},
         NULL},
        {"a grid of too many tiles",
         ITEM("grid"),
         {BYTES(WHOLE_IDAT)},
         {BYTES("\0\1\0\0\0\1\0\4\0\0\0\3")},
         "the grid at"},
        {"a grid cut short",
         ITEM("grid"),
         {BYTES(WHOLE_IDAT)},
         {BYTES("\0\0\0\0\0\4\0")},
         "the grid at byte"},
        {"a grid of another size",
         ITEM("grid"),
         {BYTES(WHOLE_IDAT)},
         {BYTES("\0\0\0\0\0\4\0\4")},
         "the grid at byte"},
        {"an overlay", ITEM("iovl"), {BYTES(WHOLE_IDAT)}, {BYTES("anything")}, NULL},
        {"a copy", ITEM("iden"), {BYTES("\0\0\0\0\0\0\0\0")}, {BYTES("")}, NULL},
        {"an empty overlay",
         ITEM("iovl"),
         {BYTES("\0\0\0\0\0\0\0\0")},
         {BYTES("")},
         "has no bytes"},
        {"a text", ITEM("mime"), {BYTES(WHOLE_IDAT)}, {BYTES("anything")}, "is no AV1 image"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parts parts = narrow;
        parts.iinf = cases[i].iinf;
        parts.iloc = cases[i].iloc;
        parts.idat = cases[i].idat;
        struct sample avif = avif_of(&parts);
        avif.name = cases[i].name;
        if (cases[i].reason)
            assert_refused(&avif, cases[i].reason);
        else
            assert_accepted(&avif, IMAGE_AVIF, 4, 3);
        sample_finish(&avif);
    }
}

static void a_rotation_swaps_width_and_height(void **state)
{
    (void)state;
    for (unsigned quarters = 0; quarters < 4; quarters++) {
        struct sample list = sample_of(BYTES(ISPE));
        unsigned char angle = (unsigned char)quarters;
        append_box(&list, "irot", &angle, 1);
        struct parts parts = narrow;
        parts.iinf = (struct part)ITEM("grid");
        parts.idat = (struct part){BYTES("\0\0\0\0\0\4\0\3")};
        parts.ipco = (struct part){(const char *)list.data, list.size};
        parts.ipma = (struct part){BYTES("\0\0\0\0\0\0\0\1\0\1\2\1\x82")};
        struct sample avif = avif_of(&parts);
        assert_accepted(&avif, IMAGE_AVIF, quarters % 2 ? 3 : 4, quarters % 2 ? 4 : 3);
        sample_finish(&avif);
        sample_finish(&list);
    }
}

static void a_clean_aperture_crops_before_the_rotation(void **state)
{
    (void)state;
    static const struct {
        unsigned char width, width_by, height, height_by; /* of 4 x 3 */
        signed char left;                                 /* from the middle */
        unsigned char left_by;
        uint32_t shown_width, shown_height;
    } cases[] = {
        {2, 1, 1, 1, 0, 1, 2, 1},  {8, 2, 3, 1, 0, 1, 4, 3}, {2, 1, 3, 1, 1, 1, 2, 3},
        {2, 1, 3, 1, -1, 1, 2, 3}, {3, 1, 3, 1, 1, 2, 3, 3}, {3, 1, 3, 1, -1, 2, 3, 3},
        {3, 1, 3, 1, 0, 1, 4, 3},  {2, 1, 3, 1, 2, 1, 4, 3}, {2, 1, 3, 1, -2, 1, 4, 3},
        {5, 1, 3, 1, 0, 1, 4, 3},  {0, 1, 3, 1, 0, 1, 4, 3}, {5, 2, 3, 1, 0, 1, 4, 3},
        {2, 0, 3, 1, 0, 1, 4, 3},  {2, 1, 3, 1, 0, 0, 4, 3}, {2, 1, 2, 1, 0, 1, 4, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char sign = cases[i].left < 0 ? 0xff : 0, clap[32] = {
                                                               [3] = cases[i].width,
                                                               [7] = cases[i].width_by,
                                                               [11] = cases[i].height,
                                                               [15] = cases[i].height_by,
                                                               [16] = sign,
                                                               [17] = sign,
                                                               [18] = sign,
                                                               [19] = (unsigned char)cases[i].left,
                                                               [23] = cases[i].left_by,
                                                               [31] = 1,
                                                           };
        struct sample list = sample_of(BYTES(ISPE));
        append_box(&list, "clap", clap, sizeof clap);
        append_box(&list, "irot", "\1", 1);
        struct parts parts = narrow;
        parts.iinf = (struct part)ITEM("grid");
        parts.idat = (struct part){BYTES("\0\0\0\0\0\4\0\3")};
        parts.ipco = (struct part){(const char *)list.data, list.size};
        parts.ipma = (struct part){BYTES("\0\0\0\0\0\0\0\1\0\1\3\1\x82\x83")};
        struct sample avif = avif_of(&parts);
        assert_accepted(&avif, IMAGE_AVIF, cases[i].shown_height, cases[i].shown_width);
        sample_finish(&avif);
        sample_finish(&list);
    }
}

static void only_an_animation_may_do_without_a_primary_item(void **state)
{
    (void)state;
    struct sample avif = sample_load("avif-animated.avif");
    memcpy(avif.data + sample_find(&avif, 0, "pitm", 4), "free", 4);
    assert_accepted(&avif, IMAGE_AVIF, 64, 48);
    sample_finish(&avif);
    avif = sample_load("avif-10-bit.avif");
    memcpy(avif.data + sample_find(&avif, 0, "pitm", 4), "free", 4);
    assert_refused(&avif, "no pitm box in the meta box at byte 32");
    sample_finish(&avif);
}

static void every_layout_of_locations_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t size;
        const char *reason; /* NULL: passes */
    } cases[] = {
        {"one extent", BYTES("\1\0\0\0\x44\0\0\1\0\1\0\1\0\0\0\1\0\0\0\0\0\0\0\6"), NULL},
        {"length 0 for all the rest", BYTES("\1\0\0\0\x44\0\0\1\0\1\0\1\0\0\0\1\0\0\0\0\0\0\0\0"),
         NULL},
        {"no fields", BYTES("\1\0\0\0\0\0\0\1\0\1\0\1\0\0\0\1"), NULL},
        {"version 2", BYTES("\2\0\0\0\x44\0\0\0\0\1\0\0\0\1\0\1\0\0\0\1\0\0\0\0\0\0\0\6"), NULL},
        {"a base offset", BYTES("\1\0\0\0\x44\4\0\1\0\1\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\6"),
         NULL},
        {"two extents", BYTES("\1\0\0\0\x44\0\0\1\0\1\0\1\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\3\0\0\0\3"),
         NULL},
        {"an extent too long", BYTES("\1\0\0\0\x44\0\0\1\0\1\0\1\0\0\0\1\0\0\0\0\0\0\0\7"),
         "7 bytes at 0, where there are 6"},
        {"an extent behind the end", BYTES("\1\0\0\0\x44\0\0\1\0\1\0\1\0\0\0\1\0\0\0\7\0\0\0\0"),
         "lies outside of the file"},
        {"a second extent too long",
         BYTES("\1\0\0\0\x44\0\0\1\0\1\0\1\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\4\0\0\0\3"),
         "3 bytes at 4, where there are 6"},
        {"a base at the end of numbers",
         BYTES("\1\0\0\0\x04\x80\0\1\0\1\0\1\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\1\0\0\0\6"),
         "lies outside of the file"},
        {"base and offset past the end of numbers",
         BYTES("\1\0\0\0\x84\x80\0\1\0\1\0\1\0\0\0\0\0\0\0\0\0\3\0\1"
               "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\6"),
         "lies outside of the file"},
        {"a length past the end of numbers",
         BYTES("\1\0\0\0\x48\0\0\1\0\1\0\1\0\0\0\1\0\0\0\1\xff\xff\xff\xff\xff\xff\xff\xff"),
         "lies outside of the file"},
        {"more items than bytes",
         BYTES("\2\0\0\0\x44\0\xff\xff\xff\xff\0\0\0\1\0\1\0\0\0\1\0\0\0\0\0\0\0\6"),
         "ends before its content does"},
        {"another file", BYTES("\1\0\0\0\0\0\0\1\0\1\0\1\0\0\xff\xff"),
         "lie where it cannot be read"},
        {"construction by items", BYTES("\1\0\0\0\0\0\0\1\0\1\0\1\0\0\0\2"),
         "lie where it cannot be read"},
        {"a base behind the end",
         BYTES("\1\0\0\0\x44\x40\0\1\0\1\0\1\0\0\0\0\0\3\0\1\0\0\0\4\0\0\0\0"),
         "0 bytes at 7, where there are 6"},
        {"an extent over the end",
         BYTES("\1\0\0\0\x44\x40\0\1\0\1\0\1\0\0\0\0\0\3\0\1\0\0\0\2\0\0\0\2"),
         "2 bytes at 5, where there are 6"},
        {"an item in the file", BYTES("\1\0\0\0\x44\0\0\1\0\1\0\2\0\0\0\1\0\0\0\0\0\0\0\6"),
         "has no bytes"},
        {"a method that is none", BYTES("\1\0\0\0\x44\0\0\1\0\1\0\3\0\0\0\1\0\0\0\0\0\0\0\6"),
         "lie where it cannot be read"},
        {"cut", BYTES("\1\0\0\0\x44\0\0"), "has an unknown layout"},
        {"empty", BYTES(""), "has an unknown layout"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parts parts = narrow;
        parts.iloc = (struct part){cases[i].bytes, cases[i].size};
        struct sample avif = avif_of(&parts);
        avif.name = cases[i].name;
        if (cases[i].reason)
            assert_refused(&avif, cases[i].reason);
        else
            assert_accepted(&avif, IMAGE_AVIF, 4, 3);
        sample_finish(&avif);
    }
    struct sample avif = avif_of(&narrow);
    assert_patch_refused(&avif, sample_find(&avif, 0, "idat", 4), "free", 4,
                         "lie where it cannot be read");
    sample_finish(&avif);
}

static void the_units_of_a_picture_are_walked(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t size;
        const char *reason; /* NULL: passes */
    } cases[] = {
        {"a temporal delimiter", BYTES("\x12\0" UNITS), NULL}, /* a temporal delimiter in front */
        {"no length on the last", BYTES("\x0a\1\0\x30\0\0\0"),
         NULL},                                                   /* the last without a length */
        {"an extension byte", BYTES("\x0a\1\0\x36\0\1\0"), NULL}, /* an extension byte */
        {"frame header and tile group", BYTES("\x0a\1\0\x1a\1\0\x22\1\0"),
         NULL}, /* frame header and tile group */
        {"a length in two bytes", BYTES("\x0a\x81\0\0\x32\1\0"), NULL}, /* a length in two bytes */
        {"a sequence header alone", BYTES("\x0a\1\0"), "holds no picture"},
        {"a frame alone", BYTES("\x32\1\0"), "holds no picture"},
        {"nothing", BYTES(""), "holds no picture"},
        {"a frame cut", BYTES("\x0a\1\0\x32\2\0"), "the AV1 data is damaged at byte"},
        {"a length cut", BYTES("\x0a\1\0\x32"), "the AV1 data is damaged at byte"},
        {"a forbidden bit", BYTES("\x0a\1\0\0\0\0"), "the AV1 data is damaged at byte"},
        {"a length that does not end", BYTES("\x0a\x80\x80\x80\x80\x80\x80\x80\x80\0"),
         "the AV1 data is damaged at byte"},
        {"a length past all numbers", BYTES("\x0a\xff\xff\xff\xff\xff\xff\xff\x7f\0"),
         "the AV1 data is damaged at byte"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parts parts = narrow;
        parts.idat = (struct part){cases[i].bytes, cases[i].size};
        struct sample avif = avif_of(&parts);
        avif.name = cases[i].name;
        if (cases[i].reason)
            assert_refused(&avif, cases[i].reason);
        else
            assert_accepted(&avif, IMAGE_AVIF, 4, 3);
        sample_finish(&avif);
    }
}

static void a_box_may_have_a_64_bit_size(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t size;
        const char *reason; /* NULL: passes */
    } cases[] = {
        {"exact", BYTES("\0\0\0\1free\0\0\0\0\0\0\0\x12xx"), NULL},
        {"too long", BYTES("\0\0\0\1free\0\0\0\0\0\0\0\x13xx"),
         "the free box at byte 592 should have 19"},
        {"past all numbers", BYTES("\0\0\0\1free\xff\xff\xff\xff\xff\xff\xff\xffxx"),
         "18446744073709551615 bytes"},
        {"shorter than its head", BYTES("\0\0\0\1free\0\0\0\0\0\0\0\x0fxx"),
         "has a senseless size"},
        {"cut", BYTES("\0\0\0\1free\0\0\0\0"), "no box at byte 592"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample avif = sample_load("avif-10-bit.avif");
        avif.name = cases[i].name;
        sample_append(&avif, cases[i].bytes, cases[i].size);
        if (cases[i].reason)
            assert_refused(&avif, cases[i].reason);
        else
            assert_accepted(&avif, IMAGE_AVIF, 64, 48);
        sample_finish(&avif);
    }
}

static void a_meta_box_without_content_is_refused(void **state)
{
    (void)state;
    struct sample avif = {0};
    append_box(&avif, "ftyp", BYTES("avif\0\0\0\0"));
    append_box(&avif, "meta", BYTES("\0\0\0"));
    assert_refused(&avif, "the meta box at byte 16 ends before its content");
    sample_finish(&avif);
}

static void chunks_of_a_track_may_have_64_bit_offsets(void **state)
{
    (void)state;
    static const char *const path[] = {"stbl", "minf", "mdia", "trak", "moov"};
    static const unsigned char entry[78] = {[25] = 4, [27] = 3};
    static const struct {
        const char *offset;
        const char *reason; /* NULL: passes */
    } cases[] = {
        {"\0\0\0\0\0\0\0\x10", NULL},
        {"\0\0\0\1\0\0\0\x10", "points to byte 4294967312, past the end"},
        {"\xff\xff\xff\xff\xff\xff\xff\xff", "points to byte 18446744073709551615, past the end"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample avif = {0}, description = sample_of("\0\0\0\0\0\0\0\1", 8);
        struct sample offsets = sample_of("\0\0\0\0\0\0\0\1", 8), boxes = {0};
        append_box(&description, "av01", entry, sizeof entry);
        sample_append(&offsets, cases[i].offset, 8);
        append_box(&boxes, "stsd", description.data, description.size);
        append_box(&boxes, "co64", offsets.data, offsets.size);
        for (size_t j = 0; j < sizeof path / sizeof *path; j++) {
            struct sample outer = {0};
            append_box(&outer, path[j], boxes.data, boxes.size);
            sample_finish(&boxes);
            boxes = outer;
        }
        append_box(&avif, "ftyp", BYTES("avis\0\0\0\0"));
        sample_append(&avif, boxes.data, boxes.size);
        if (cases[i].reason)
            assert_refused(&avif, cases[i].reason);
        else
            assert_accepted(&avif, IMAGE_AVIF, 4, 3);
        sample_finish(&description);
        sample_finish(&offsets);
        sample_finish(&boxes);
        sample_finish(&avif);
    }
}

/* `count` empty boxes in a row, or each inside of the one before. */
static struct sample many_boxes(size_t count, bool nested, const char *first, const char *type)
{
    struct sample boxes = {.data = calloc(count, 8), .size = count * 8};
    if (!boxes.data)
        abort();
    for (size_t i = 0; i < count; i++) {
        size_t size = nested ? (count - i) * 8 : 8;
        unsigned char *at = boxes.data + i * 8;
        for (unsigned j = 0; j < 4; j++)
            at[j] = (unsigned char)(size >> (24 - 8 * j));
        memcpy(at + 4, i == 0 ? first : type, 4);
    }
    return boxes;
}

static void deep_nesting_ends_where_the_known_boxes_end(void **state)
{
    (void)state;
    static const char *const inner[] = {"moov", "trak", "mdia", "stbl", "meta"};
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++) {
        struct sample avif = {0}, boxes = many_boxes(100000, true, "moov", inner[i]);
        append_box(&avif, "ftyp", BYTES("avis\0\0\0\0"));
        sample_append(&avif, boxes.data, boxes.size);
        assert_refused(&avif, "no AV1 track in the moov box");
        sample_finish(&boxes);
        sample_finish(&avif);
    }
}

static void a_list_of_more_properties_than_can_be_named_is_refused(void **state)
{
    (void)state;
    struct sample avif = {0}, meta = sample_of("\0\0\0", 4), properties = {0};
    struct sample list = many_boxes(0x8000, false, "free", "free");
    append_box(&properties, "ipco", list.data, list.size);
    append_box(&meta, "pitm", BYTES("\0\0\0\0\0\1"));
    append_box(&meta, "iinf",
               BYTES("\0\0\0\0\0\1\0\0\0\x14"
                     "infe\2\0\0\0\0\1\0\0av01"));
    append_box(&meta, "iloc", BYTES("\0\0\0\0\0\0\0\1\0\1\0\0\0\1"));
    append_box(&meta, "iprp", properties.data, properties.size);
    append_box(&avif, "ftyp", BYTES("avif\0\0\0\0"));
    append_box(&avif, "meta", meta.data, meta.size);
    assert_refused(&avif, "has too many entries");
    sample_finish(&list);
    sample_finish(&properties);
    sample_finish(&meta);
    sample_finish(&avif);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_and_items_are_held_against_the_file),
        cmocka_unit_test(locations_are_held_against_the_file),
        cmocka_unit_test(the_size_comes_from_the_properties_of_the_primary_item),
        cmocka_unit_test(a_grid_must_have_the_size_of_its_item),
        cmocka_unit_test(the_tracks_of_an_animation_are_held_against_the_file),
        cmocka_unit_test(the_wide_fields_of_later_versions_are_read),
        cmocka_unit_test(images_derived_from_others_pass),
        cmocka_unit_test(a_rotation_swaps_width_and_height),
        cmocka_unit_test(a_clean_aperture_crops_before_the_rotation),
        cmocka_unit_test(only_an_animation_may_do_without_a_primary_item),
        cmocka_unit_test(every_layout_of_locations_is_read),
        cmocka_unit_test(the_units_of_a_picture_are_walked),
        cmocka_unit_test(a_box_may_have_a_64_bit_size),
        cmocka_unit_test(a_meta_box_without_content_is_refused),
        cmocka_unit_test(chunks_of_a_track_may_have_64_bit_offsets),
        cmocka_unit_test(deep_nesting_ends_where_the_known_boxes_end),
        cmocka_unit_test(a_list_of_more_properties_than_can_be_named_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
