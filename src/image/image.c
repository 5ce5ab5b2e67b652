/* SPDX-License-Identifier: MIT */
#include "image/image.h"

#include "image/formats.h"

#include <strings.h>

enum { MAGIC_SIZE = 12 }; /* what is looked at to tell formats apart */

static bool is_png(const unsigned char *data, size_t size)
{
    (void)size;
    return memcmp(data, "\x89PNG\r\n\x1A\n", 8) == 0;
}

static bool is_jpeg(const unsigned char *data, size_t size)
{
    (void)size;
    return memcmp(data, "\xFF\xD8\xFF", 3) == 0;
}

static bool is_webp(const unsigned char *data, size_t size)
{
    (void)size;
    return memcmp(data, "RIFF", 4) == 0 && memcmp(data + 8, "WEBP", 4) == 0;
}

static bool is_gif(const unsigned char *data, size_t size)
{
    (void)size;
    return memcmp(data, "GIF87a", 6) == 0 || memcmp(data, "GIF89a", 6) == 0;
}

/* The major brand, or one of the compatible ones after it and its version. */
static bool is_avif(const unsigned char *data, size_t size)
{
    if (memcmp(data + 4, "ftyp", 4) != 0)
        return false;
    size_t end = read_be32(data) < size ? read_be32(data) : size;
    for (size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4)
        if (memcmp(data + at, "avif", 4) == 0 || memcmp(data + at, "avis", 4) == 0)
            return true;
    return false;
}

static const struct {
    const char *mime_type;
    const char *extension;
    bool (*is)(const unsigned char *data, size_t size);
    bool (*inspect)(const unsigned char *data, size_t size, struct image_info *info,
                    struct error *error);
} formats[] = {
    [IMAGE_PNG] = {"image/png", "png", is_png, png_inspect},
    [IMAGE_JPEG] = {"image/jpeg", "jpg", is_jpeg, jpeg_inspect},
    [IMAGE_WEBP] = {"image/webp", "webp", is_webp, webp_inspect},
    [IMAGE_GIF] = {"image/gif", "gif", is_gif, gif_inspect},
    [IMAGE_AVIF] = {"image/avif", "avif", is_avif, avif_inspect},
};

enum { FORMAT_COUNT = sizeof formats / sizeof *formats };

/* What else may arrive; text is looked at after white space and a byte order mark, without case. */
static const struct {
    size_t offset;
    const char *magic;
    size_t size;
    bool text;
    const char *what;
} others[] = {
#define MAGIC(offset, magic, text, what)                                                           \
    {                                                                                              \
        offset, magic, sizeof(magic) - 1, text, what                                               \
    }
    MAGIC(0, "<!doctype html", true, "an HTML page"),
    MAGIC(0, "<html", true, "an HTML page"),
    MAGIC(0, "<svg", true, "an SVG drawing"),
    MAGIC(0, "<?xml", true, "an XML document (an error of a store, or an SVG drawing)"),
    MAGIC(0, "<error", true, "an XML error document"),
    MAGIC(0, "{", true, "a JSON document"),
    MAGIC(0, "data:", true, "the text of a data URL, encoded once more"),
    MAGIC(0, "iVBORw0KGgo", true, "a PNG in base64, encoded once more"),
    MAGIC(0, "/9j/", true, "a JPEG in base64, encoded once more"),
    MAGIC(0, "http://", true, "a URL"),
    MAGIC(0, "https://", true, "a URL"),
    MAGIC(0, "%PDF-", false, "a PDF"),
    MAGIC(0, "BM", false, "a BMP image"),
    MAGIC(0, "II*\0", false, "a TIFF image"),
    MAGIC(0, "MM\0*", false, "a TIFF image"),
    MAGIC(4, "ftypheic", false, "a HEIC image"),
    MAGIC(4, "ftypheix", false, "a HEIC image"),
    MAGIC(4, "ftypmif1", false, "a HEIF image"),
    MAGIC(4, "ftyp", false, "a video"),
    MAGIC(0, "\xFF\x0A", false, "a JPEG XL image"),
    MAGIC(0, "\0\0\0\x0CJXL ", false, "a JPEG XL image"),
    MAGIC(0, "\0\0\0\x0CjP  ", false, "a JPEG 2000 image"),
    MAGIC(0, "\0\0\1\0", false, "an icon (ICO)"),
    MAGIC(0, "8BPS", false, "a Photoshop document"),
    MAGIC(0, "PK\3\4", false, "a ZIP archive"),
    MAGIC(0, "\x1F\x8B", false, "gzip data"),
    MAGIC(0, "\x1A\x45\xDF\xA3", false, "a video"),
#undef MAGIC
};

static size_t skip_space(const unsigned char *data, size_t size)
{
    size_t start = size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (start < size && data[start] && strchr(" \t\r\n", data[start]))
        start++;
    return start;
}

static bool is_text(const unsigned char *data, size_t size)
{
    for (size_t i = 0; i < size && i < 256; i++)
        if (data[i] == 0x7F || (data[i] < ' ' && !strchr("\t\r\n", data[i])))
            return false;
    return true;
}

static const char *name_other(const unsigned char *data, size_t size)
{
    size_t space = skip_space(data, size);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        size_t start = others[i].text ? space : others[i].offset;
        const char *at = (const char *)data + start;
        if (start > size || size - start < others[i].size)
            continue;
        if (others[i].text ? strncasecmp(at, others[i].magic, others[i].size) == 0
                           : memcmp(at, others[i].magic, others[i].size) == 0)
            return others[i].what;
    }
    return is_text(data, size) ? "plain text" : "nothing that is known";
}

bool image_inspect(const unsigned char *data, size_t size, struct image_info *ret_info,
                   struct error *error)
{
    if (size == 0)
        return error_set(error, ERROR_INVALID, "the image is empty (0 bytes)");
    for (size_t format = 0; size >= MAGIC_SIZE && format < FORMAT_COUNT; format++) {
        struct image_info info = {.format = (enum image_format)format};
        if (!formats[format].is(data, size))
            continue;
        if (!formats[format].inspect(data, size, &info, error))
            return false;
        *ret_info = info;
        return true;
    }
    return error_set(
        error, ERROR_INVALID,
        "this is not an image that can be stored (PNG, JPEG, WebP, GIF or AVIF): its %zu "
        "bytes are %s",
        size, name_other(data, size));
}

const char *image_mime_type(enum image_format format)
{
    return formats[format].mime_type;
}

const char *image_extension(enum image_format format)
{
    return formats[format].extension;
}
