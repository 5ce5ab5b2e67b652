/* SPDX-License-Identifier: MIT */
#include "base/uri.h"
#include "config/config_value.h"
#include "storage/image_key.h"
#include "storage/image_name.h"

#include "fuzz.h"

#include <stdio.h>

/* Keys, and what images are called by: taken apart and put together again they are the same, and
 * nothing leads out of the prefix. The first byte picks what the rest is: a key ('k'), a name
 * ('n'), what a key is built from ('b'), or a text to be percent-encoded ('u'); of the first three
 * a prefix comes first, and a NUL. */

static void check_clean(const char *key)
{
    check(*key != '/' && !strstr(key, "//") && !strstr(key, "/../") && !strstr(key, "/./"));
    check(strncmp(key, "../", 3) != 0 && strncmp(key, "./", 2) != 0);
    for (; *key; key++)
        check(*key > ' ' && *key < 127);
}

static void try_key(const char *prefix, const char *key)
{
    struct image_key_parts parts;
    struct image_key again, sidecar;
    struct error error = {0};
    char slug[IMAGE_KEY_SLUG_MAX + 1];
    int64_t day_ms;
    if (!image_key_parse(prefix, key, &parts))
        return;
    check_clean(key);
    image_key_copy_slug(key, &parts, slug);
    snprintf(again.text, sizeof again.text, "%s%s%.10s/%s/%.*s_%ux%u.%s", prefix,
             *prefix ? "/" : "", key + parts.day, slug, parts.id_size, key + parts.id,
             parts.image.width, parts.image.height, strrchr(key, '.') + 1);
    check(strcmp(again.text, key) == 0);
    check(image_key_parse_day(key + parts.day, 10, &day_ms) && day_ms == parts.day_ms);
    check(image_key_is_filename(image_key_filename(key, &parts)) && parts.image.width &&
          parts.image.height);
    check(image_key_time_ms(day_ms, 0) == day_ms);
    if (image_key_sidecar(key, &sidecar, &error))
        check(!image_key_parse(prefix, sidecar.text, &parts));
}

static void try_build(const char *prefix, struct input *input)
{
    unsigned char digest[SHA256_SIZE] = {take_byte(input)};
    struct image_info image = {.width = 1u + take_byte(input), .height = 1u + take_byte(input)};
    image.format = take_byte(input) % 5;
    int64_t timestamp_ms = take_number(input) >> 16;
    int digits = take_byte(input) % 2 ? IMAGE_KEY_ID_SHORT : IMAGE_KEY_ID_LONG;
    char *model = take_text(input), slug[IMAGE_KEY_SLUG_MAX + 1], again[IMAGE_KEY_SLUG_MAX + 1];
    struct image_key key;
    struct image_key_parts parts;
    struct error error = {0};
    image_key_slug(model, slug);
    image_key_slug(slug, again);
    check(*slug && strcmp(slug, again) == 0);
    if (image_key_build(prefix, timestamp_ms, model, digest, &image, digits, &key, &error)) {
        check(image_key_parse(prefix, key.text, &parts) && parts.slug_size == strlen(slug) &&
              memcmp(key.text + parts.slug, slug, parts.slug_size) == 0);
        check(parts.image.width == image.width && parts.image.height == image.height);
        check(parts.day_ms <= timestamp_ms && timestamp_ms < parts.day_ms + IMAGE_KEY_DAY_MS);
        check(image_key_time_ms(parts.day_ms, timestamp_ms) == timestamp_ms);
        try_key(prefix, key.text);
    }
    free(model);
}

static void check_named(const struct image_name_origin *origin, const char *base, const char *key)
{
    struct buffer url = BUFFER_INIT(SIZE_MAX / 4);
    struct image_name name;
    struct error error = {0};
    check(buffer_append_string(&url, base, &error));
    check(uri_encode(&url, key, strlen(key), URI_PATH, &error));
    check(buffer_append_string(&url, "?X-Amz-Expires=1", &error));
    check(image_name_parse(origin, url.data, &name, &error));
    check(name.kind == IMAGE_NAME_KEY && strcmp(name.text, key) == 0);
    buffer_finish(&url);
}

static void try_name(const char *prefix, const char *text)
{
    static const char *const bases[] = {"https://cdn.example.com/i%20mg/", "file:///srv/images/"};
    const struct image_name_origin origin = {prefix, bases, 2};
    struct image_name name = {0};
    struct image_key_parts parts;
    struct error error = {0};
    if (!image_name_parse(&origin, text, &name, &error)) {
        check(error.code == ERROR_INVALID && error.text[0]);
        return;
    }
    if (name.kind == IMAGE_NAME_FILENAME) {
        check(image_key_is_filename(name.text) && !strchr(name.text, '/'));
        return;
    }
    check(image_key_parse(prefix, name.text, &parts));
    check_clean(name.text);
    check_named(&origin, bases[0], name.text);
    check_named(&origin, bases[1], name.text);
    check_named(&origin, IMAGE_NAME_RESOURCE, name.text);
}

static void check_encoded(const char *text, enum uri_part part)
{
    struct error error = {0};
    char *encoded = uri_encoded(text, part, &error), *decoded = NULL;
    check(encoded && strlen(encoded) == uri_encoded_length(text, strlen(text), part));
    for (const char *at = encoded; *at; at++)
        check(*at > ' ' && *at < 127 && !strchr("?#&+=\"<>\\", *at));
    check(uri_decode(encoded, &decoded, &error) && strcmp(decoded, text) == 0);
    free(decoded);
    free(encoded);
}

static void try_encoding(const char *text)
{
    struct error error = {0};
    char *decoded = NULL;
    check_encoded(text, URI_COMPONENT);
    check_encoded(text, URI_PATH);
    if (uri_decode(text, &decoded, &error)) {
        check(strlen(decoded) <= strlen(text));
        check_encoded(decoded, URI_COMPONENT);
        free(decoded);
    } else {
        check(error.code == ERROR_INVALID && strchr(text, '%'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t kind = take_byte(&input);
    char *text = take_text(&input), *prefix = NULL;
    struct error error = {0};
    if (kind == 'u') {
        try_encoding(text);
    } else if (config_value_prefix(text, &prefix, &error)) {
        check(image_key_check_prefix(prefix, &error));
        check_clean(prefix);
        char *rest = kind == 'b' ? NULL : take_text(&input);
        if (kind == 'b')
            try_build(prefix, &input);
        else if (kind == 'k')
            try_key(prefix, rest);
        else
            try_name(prefix, rest);
        free(rest);
    }
    free(prefix);
    free(text);
    return 0;
}
