/* SPDX-License-Identifier: MIT */
/* Names what was sent in place of an image. Models paste error pages, encode twice, and pass text
 * where bytes are meant; people have formats that no browser shows. Each case gets the sentence
 * that helps: what it is, and what to do about it. Only the first bytes are looked at. */
#include "image/formats.h"

#include "base/array.h"

#include "image/bytes.h"

#include "base/utf8.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

enum { LOOK_AT = 1024 }; /* bytes of text */

enum advice { ADVICE_CONVERT, ADVICE_ERROR_PAGE, ADVICE_ENCODED, ADVICE_MANGLED, ADVICE_BYTES };

static const char *const advices[] = {
    [ADVICE_CONVERT] = "convert it to PNG, JPEG, WebP, GIF or AVIF first",
    [ADVICE_ERROR_PAGE] = "such a document is often an error message of the image's source, or a "
                          "page that shows the image; look at it, and give the image itself",
    [ADVICE_ENCODED] = "it was encoded twice; decode it once and send that",
    [ADVICE_MANGLED] = "its bytes were once read as text and cannot be restored; get the image "
                       "again and keep it binary",
    [ADVICE_BYTES] = "send the bytes of a PNG, JPEG, WebP, GIF or AVIF image",
};

static bool refuse(struct error *error, const char *what, enum advice advice)
{
    return error_set(error, ERROR_INVALID, "this is not an image that can be stored but %s: %s",
                     what, advices[advice]);
}

#define MAGIC(offset, bytes) offset, sizeof(bytes) - 1, bytes

/* Binary formats by the bytes at an offset. */
static const struct {
    unsigned char offset;
    unsigned char length;
    const char *bytes;
    const char *name;
    enum advice advice;
} binaries[] = {
    {MAGIC(0, "\xef\xbf\xbdPNG"), "a PNG damaged by a text conversion", ADVICE_MANGLED},
    {MAGIC(0, "\xc2\x89PNG"), "a PNG damaged by a text conversion", ADVICE_MANGLED},
    {MAGIC(0, "?PNG\r\n"), "a PNG damaged by a text conversion", ADVICE_MANGLED},
    {MAGIC(0, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"), "binary data damaged by a text conversion",
     ADVICE_MANGLED},
    {MAGIC(0, "\xc3\xbf\xc3\x98\xc3\xbf"), "a JPEG damaged by a text conversion", ADVICE_MANGLED},
    {MAGIC(4, "ftyphei"), "a HEIC image", ADVICE_CONVERT},
    {MAGIC(4, "ftyphe"), "a HEIC image sequence", ADVICE_CONVERT},
    {MAGIC(4, "ftypmif1"), "a HEIF image without an AVIF brand", ADVICE_CONVERT},
    {MAGIC(4, "ftypmsf1"), "a HEIF image sequence without an AVIF brand", ADVICE_CONVERT},
    {MAGIC(4, "ftypcrx"), "a Canon raw image", ADVICE_CONVERT},
    {MAGIC(4, "ftyp"), "an MP4 or QuickTime video", ADVICE_BYTES},
    {MAGIC(0, "\0\0\0\x0cJXL \r\n\x87\n"), "a JPEG XL image", ADVICE_CONVERT},
    {MAGIC(0, "\xff\x0a"), "a JPEG XL image", ADVICE_CONVERT},
    {MAGIC(0, "\0\0\0\x0cjP  \r\n\x87\n"), "a JPEG 2000 image", ADVICE_CONVERT},
    {MAGIC(0, "\xff\x4f\xff\x51"), "a JPEG 2000 image", ADVICE_CONVERT},
    {MAGIC(0, "BM"), "a BMP image", ADVICE_CONVERT},
    {MAGIC(0, "II*\0"), "a TIFF image", ADVICE_CONVERT},
    {MAGIC(0, "MM\0*"), "a TIFF image", ADVICE_CONVERT},
    {MAGIC(0, "II+\0"), "a BigTIFF image", ADVICE_CONVERT},
    {MAGIC(0, "MM\0+"), "a BigTIFF image", ADVICE_CONVERT},
    {MAGIC(0, "\0\0\x01\0"), "a Windows icon (ICO)", ADVICE_CONVERT},
    {MAGIC(0, "\0\0\x02\0"), "a Windows cursor (CUR)", ADVICE_CONVERT},
    {MAGIC(0, "8BPS"), "a Photoshop document", ADVICE_CONVERT},
    {MAGIC(0, "gimp xcf"), "a GIMP image", ADVICE_CONVERT},
    {MAGIC(0, "\x76\x2f\x31\x01"), "an OpenEXR image", ADVICE_CONVERT},
    {MAGIC(0, "#?RADIANCE"), "a Radiance HDR image", ADVICE_CONVERT},
    {MAGIC(0, "DDS "), "a DirectDraw surface", ADVICE_CONVERT},
    {MAGIC(0, "qoif"), "a QOI image", ADVICE_CONVERT},
    {MAGIC(0, "\x8aMNG"), "an MNG animation", ADVICE_CONVERT},
    {MAGIC(0, "\x8bJNG"), "a JNG image", ADVICE_CONVERT},
    {MAGIC(0, "%PDF"), "a PDF document", ADVICE_CONVERT},
    {MAGIC(8, "WAVE"), "a WAV sound", ADVICE_BYTES},
    {MAGIC(8, "AVI "), "an AVI video", ADVICE_BYTES},
    {MAGIC(0, "\x1a\x45\xdf\xa3"), "a WebM or Matroska video", ADVICE_BYTES},
    {MAGIC(0, "OggS"), "an Ogg file", ADVICE_BYTES},
    {MAGIC(0, "PK\x03\x04"), "a ZIP archive (or an Office document)", ADVICE_BYTES},
    {MAGIC(0, "PK\x05\x06"), "an empty ZIP archive", ADVICE_BYTES},
    {MAGIC(0, "\x1f\x8b"), "gzip-compressed data", ADVICE_BYTES},
    {MAGIC(0, "\x28\xb5\x2f\xfd"), "zstd-compressed data", ADVICE_BYTES},
    {MAGIC(0, "7z\xbc\xaf\x27\x1c"), "a 7z archive", ADVICE_BYTES},
    {MAGIC(0, "\xff\xfe"), "UTF-16 text", ADVICE_BYTES},
    {MAGIC(0, "\xfe\xff"), "UTF-16 text", ADVICE_BYTES},
};

/* Texts by how they begin, blanks skipped and in any case, and where `holds` is given by what is
 * found behind. The order matters: the first that fits is taken. */
static const struct {
    const char *begin;
    const char *holds;
    const char *name;
    enum advice advice;
} texts[] = {
    {"%PDF", NULL, "a PDF document", ADVICE_CONVERT},
    {"%!PS", NULL, "a PostScript document", ADVICE_CONVERT},
    {"<svg", NULL, "an SVG drawing", ADVICE_CONVERT},
    {"<!doctype svg", NULL, "an SVG drawing", ADVICE_CONVERT},
    {"<!doctype html", NULL, "an HTML page", ADVICE_ERROR_PAGE},
    {"<html", NULL, "an HTML page", ADVICE_ERROR_PAGE},
    {"<?xml", "<svg", "an SVG drawing", ADVICE_CONVERT},
    {"<?xml", "<html", "an HTML page", ADVICE_ERROR_PAGE},
    {"<?xml", "<error", "an XML error document", ADVICE_ERROR_PAGE},
    {"<?xml", NULL, "an XML document", ADVICE_ERROR_PAGE},
    {"<error", NULL, "an XML error document", ADVICE_ERROR_PAGE},
    {"<!--", "<svg", "an SVG drawing", ADVICE_CONVERT},
    {"<", "</", "an HTML or XML document", ADVICE_ERROR_PAGE},
    {"{", "\"error\"", "a JSON error document", ADVICE_ERROR_PAGE},
    {"{", "\"", "a JSON document", ADVICE_ERROR_PAGE},
    {"[", "]", "a JSON document", ADVICE_ERROR_PAGE},
    {"data:", NULL, "the text of a data URL", ADVICE_ENCODED},
    {"iVBORw0KGgo", NULL, "the base64 text of a PNG", ADVICE_ENCODED},
    {"/9j/", NULL, "the base64 text of a JPEG", ADVICE_ENCODED},
    {"UklGR", NULL, "the base64 text of a WebP", ADVICE_ENCODED},
    {"R0lGOD", NULL, "the base64 text of a GIF", ADVICE_ENCODED},
    {"AAAA", "Z0eXBhdml", "the base64 text of an AVIF", ADVICE_ENCODED},
    {"89504e47", NULL, "the hexadecimal text of a PNG", ADVICE_ENCODED},
    {"ffd8ff", NULL, "the hexadecimal text of a JPEG", ADVICE_ENCODED},
    {"http://", NULL, "a web address", ADVICE_BYTES},
    {"https://", NULL, "a web address", ADVICE_BYTES},
    {"file://", NULL, "the address of a file", ADVICE_BYTES},
};

static const char byte_order_mark[] = "\xef\xbb\xbf";

static bool find_binary(const unsigned char *data, size_t size, struct error *error)
{
    for (size_t i = 0; i < LENGTH(binaries); i++) {
        size_t offset = binaries[i].offset, length = binaries[i].length;
        if (size < offset + length || memcmp(data + offset, binaries[i].bytes, length) != 0)
            continue;
        refuse(error, binaries[i].name, binaries[i].advice);
        return true;
    }
    return false;
}

/* Binary data has control characters early; text of any encoding but UTF-16 has none. */
static bool may_be_text(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (iscntrl((unsigned char)text[i]) && !isspace((unsigned char)text[i]))
            return false;
    return true;
}

static bool find_text(const char *text, struct error *error)
{
    if (bytes_begin((const unsigned char *)text, strlen(text), byte_order_mark))
        text += strlen(byte_order_mark);
    while (isspace((unsigned char)*text))
        text++;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        if (strncasecmp(text, texts[i].begin, strlen(texts[i].begin)) != 0 ||
            (texts[i].holds && !strcasestr(text, texts[i].holds)))
            continue;
        refuse(error, texts[i].name, texts[i].advice);
        return true;
    }
    return false;
}

/* None of the bytes is shown: who asks may not be allowed to read the file that they are from. */
static bool refuse_unknown(struct error *error)
{
    return error_set(error, ERROR_INVALID,
                     "this is not an image that can be stored: it is of no known format; %s",
                     advices[ADVICE_BYTES]);
}

bool not_image_refuse(const unsigned char *data, size_t size, struct error *error)
{
    if (size == 0)
        return error_set(error, ERROR_INVALID, "the image is empty: there are no bytes in it");
    char text[LOOK_AT + 1];
    size_t length = size < LOOK_AT ? size : LOOK_AT;
    memcpy(text, data, length);
    text[length] = '\0';
    bool text_like = may_be_text(text, length);
    if (text_like ? find_text(text, error) : find_binary(data, size, error))
        return false;
    utf8_mend(text);
    size_t cut_character = size > LOOK_AT ? 3 : 0;
    if (text_like && strlen(text) + cut_character >= length)
        return refuse(error, "plain text", ADVICE_BYTES);
    return refuse_unknown(error);
}
