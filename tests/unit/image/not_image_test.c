/* SPDX-License-Identifier: MIT */
#include "support/sample.h"
#include "support/test.h"

/* What is sent in place of an image is called what it is. */

#define CASE(bytes) bytes, sizeof(bytes) - 1

static void what_is_no_image_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *reason;
    } cases[] = {
        {CASE("<!DOCTYPE html><html><body>403 Forbidden</body></html>"), "an HTML page"},
        {CASE("\r\n  <HTML lang=en>"), "an HTML page"},
        {CASE("\xef\xbb\xbf<html>"), "an HTML page"},
        {CASE("<?xml version=\"1.0\"?>\n<!DOCTYPE html><html>"), "an HTML page"},
        {CASE("<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code>"), "an XML error document"},
        {CASE("<Error><Code>AccessDenied</Code></Error>"), "an XML error document"},
        {CASE("<?xml version=\"1.0\"?><feed/>"), "an XML document"},
        {CASE("<p>Not found</p>"), "an HTML or XML document"},
        {CASE("{\"error\": {\"message\": \"quota\"}}"), "a JSON error document"},
        {CASE(" {\"images\": []}"), "a JSON document"},
        {CASE("[1, 2]"), "a JSON document"},
        {CASE("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), "an SVG drawing"},
        {CASE("<?xml version=\"1.0\"?>\n<!-- x -->\n<svg>"), "an SVG drawing"},
        {CASE("data:image/png;base64,iVBORw0KGgo"), "the text of a data URL"},
        {CASE("iVBORw0KGgoAAAANSUhEUg"), "the base64 text of a PNG: it was encoded twice"},
        {CASE("/9j/4AAQSkZJRg"), "the base64 text of a JPEG"},
        {CASE("UklGRiQAAABXRUJQ"), "the base64 text of a WebP"},
        {CASE("R0lGODlhAQABAIAA"), "the base64 text of a GIF"},
        {CASE("AAAAIGZ0eXBhdmlm"), "the base64 text of an AVIF"},
        {CASE("89504E470D0A1A0A"), "the hexadecimal text of a PNG"},
        {CASE("https://example.com/image.png"), "a web address"},
        {CASE("file:///tmp/image.png"), "the address of a file"},
        {CASE("I cannot draw that."), "plain text"},
        {CASE("BMW drives"), "plain text"},
        {CASE("\xe7\x94\xbb\xe5\x83\x8f"), "plain text"},
        {CASE(" \n"), "plain text"},
        {CASE("%PDF-1.7\n%\xe2\xe3\xcf\xd3"), "a PDF document"},
        {CASE("%PDF-1.7\n\0"), "a PDF document"},
        {CASE("BM\x36\0\0\0\0\0\0\0"), "a BMP image: convert it"},
        {CASE("II*\0\x08\0\0\0"), "a TIFF image"},
        {CASE("MM\0*\0\0\0\x08"), "a TIFF image"},
        {CASE("II+\0\x08\0\0\0"), "a BigTIFF image"},
        {CASE("\0\0\0\x18"
              "ftypheic\0\0\0\0mif1heic"),
         "a HEIC image:"},
        {CASE("\0\0\0\x18"
              "ftyphevc\0\0\0\0"),
         "a HEIC image sequence"},
        {CASE("\0\0\0\x18"
              "ftypmif1\0\0\0\0mif1heic"),
         "a HEIF image without an AVIF brand"},
        {CASE("\0\0\0\x18"
              "ftypmsf1\0\0\0\0"),
         "a HEIF image sequence without an AVIF brand"},
        {CASE("\0\0\0\x18"
              "ftypmp42\0\0\0\0"),
         "an MP4 or QuickTime video"},
        {CASE("\0\0\0\x0cJXL \r\n\x87\n"), "a JPEG XL image"},
        {CASE("\xff\x0a\0\x10"), "a JPEG XL image"},
        {CASE("\0\0\0\x0cjP  \r\n\x87\n"), "a JPEG 2000 image"},
        {CASE("\0\0\1\0\1\0\x10\x10"), "a Windows icon (ICO)"},
        {CASE("\0\0\2\0\1\0\x10\x10"), "a Windows cursor (CUR)"},
        {CASE("8BPS\0\1"), "a Photoshop document"},
        {CASE("PK\3\4\x14\0"), "a ZIP archive"},
        {CASE("\x1f\x8b\x08\0"), "gzip-compressed data"},
        {CASE("RIFF\x24\0\0\0WAVEfmt "), "a WAV sound"},
        {CASE("\x1a\x45\xdf\xa3\x01"), "a WebM or Matroska video"},
        {CASE("\xff\xfe<\0h\0t\0"), "UTF-16 text"},
        {CASE("\xef\xbf\xbdPNG\r\n\x1a\n"), "a PNG damaged by a text conversion"},
        {CASE("\xc2\x89PNG\r\n\x1a\n"), "a PNG damaged by a text conversion"},
        {CASE("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\0\x10JFIF"),
         "binary data damaged by a text conversion"},
        {CASE("\xc3\xbf\xc3\x98\xc3\xbf\xc3\xa0\0\x10JFIF"), "a JPEG damaged by a text conversion"},
        {CASE(""), "the image is empty"},
        {CASE("\x01"), "it is of no known format"},
        {CASE("\x89PN"), "it is of no known format"},
        {CASE("<html>\xe9t\xe9"), "an HTML page"},
        {CASE("\0\0\0\0\0\0\0\0\0\0\0\0"), "it is of no known format"},
        {CASE("RIFF\x24\0\0\0WEB"), "is of no known format"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample sample = sample_of(cases[i].bytes, cases[i].size);
        assert_refused(&sample, cases[i].reason);
        sample_finish(&sample);
    }
}

static void text_is_text_wherever_a_character_is_cut(void **state)
{
    (void)state;
    struct sample sample = sample_of("x", 1);
    for (int i = 0; i < 600; i++) {
        sample_append(&sample, "\xc3\xa9", 2);
        assert_refused(&sample, "plain text");
    }
    sample_finish(&sample);
}

static void long_text_is_looked_at_only_at_its_start(void **state)
{
    (void)state;
    struct sample sample = sample_of("{\"a\": \"", 7);
    for (int i = 0; i < 200; i++)
        sample_append(&sample, "0123456789", 10);
    sample_append(&sample, "\0\"}", 3);
    assert_refused(&sample, "a JSON document");
    sample_finish(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_image_is_named),
        cmocka_unit_test(text_is_text_wherever_a_character_is_cut),
        cmocka_unit_test(long_text_is_looked_at_only_at_its_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
