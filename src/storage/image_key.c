/* SPDX-License-Identifier: MIT */
/* The layout of keys, written and read in one file, since the two must agree to the byte: whatever
 * is built here is parsed here, and nothing else is a key of an image. */
#include "storage/image_key.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <uuid/uuid.h>

enum { PREFIX_MAX = 256 };

/* Changing this renames every image: nothing stored before would be recognised. */
static const uuid_t namespace_id = {0x0d, 0x75, 0x8a, 0x47, 0x42, 0x55, 0x5a, 0xfe,
                                    0x9b, 0x16, 0x28, 0xbe, 0x84, 0xe4, 0x0c, 0x4a};

static const int64_t end_of_year_9999_ms = 253402300800000;

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The whole id; the short one is its beginning. */
static void format_id(const char *sha256, char id[IMAGE_KEY_ID_LONG + 1])
{
    uuid_t uuid;
    uuid_generate_sha1(uuid, namespace_id, sha256, strlen(sha256));
    hex_encode(uuid, sizeof uuid, id);
}

bool image_key_build(const char *prefix, int64_t timestamp_ms, const char *model,
                     const unsigned char sha256[SHA256_SIZE], const struct image_info *image,
                     int id_digits, struct image_key *ret_key, struct error *error)
{
    if (timestamp_ms < 0 || timestamp_ms >= end_of_year_9999_ms)
        return error_set(error, ERROR_INVALID, "the timestamp is not in the years 1970 to 9999");
    char day[CLOCK_TEXT_SIZE], slug[IMAGE_KEY_SLUG_MAX + 1], id[IMAGE_KEY_ID_LONG + 1];
    char digest[SHA256_HEX_SIZE];
    clock_format_day(timestamp_ms, day);
    image_key_slug(model, slug);
    hex_encode(sha256, SHA256_SIZE, digest);
    format_id(digest, id);
    id[id_digits] = '\0';

    struct image_key key;
    int length = snprintf(key.text, sizeof key.text, "%s%s%s/%s/%s_%ux%u.%s", prefix,
                          *prefix ? "/" : "", day, slug, id, image->width, image->height,
                          image_extension(image->format));
    if (length < 0 || (size_t)length >= sizeof key.text)
        return error_set(error, ERROR_INVALID, "the key prefix is too long");
    *ret_key = key;
    return true;
}

/* Where the last segment begins; slashes at the very end do not make an empty one. */
static const char *last_segment(const char *model, size_t *ret_size)
{
    size_t end = strlen(model);
    while (end > 0 && model[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && model[start - 1] != '/')
        start--;
    *ret_size = end - start;
    return model + start;
}

void image_key_slug(const char *model, char slug[IMAGE_KEY_SLUG_MAX + 1])
{
    size_t size, length = 0;
    const char *segment = last_segment(model, &size);
    for (size_t i = 0; i < size && length < IMAGE_KEY_SLUG_MAX; i++) {
        char c = segment[i];
        if (is_alphanumeric(c) || c == '.')
            slug[length++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        else if (length > 0 && slug[length - 1] != '-')
            slug[length++] = '-';
    }
    if (length > 0 && slug[length - 1] == '-')
        length--;
    slug[length] = '\0';
    if (strspn(slug, ".") == length)
        strcpy(slug, "unknown");
}

enum { DAY_LENGTH = 10 };

bool image_key_parse_day(const char *text, size_t size, int64_t *ret_day_ms)
{
    char instant[] = "YYYY-MM-DDT00:00:00Z";
    struct error error;
    if (size != DAY_LENGTH)
        return false;
    memcpy(instant, text, DAY_LENGTH);
    return clock_parse_rfc3339(instant, ret_day_ms, &error);
}

int64_t image_key_time_ms(int64_t day_ms, int64_t modified_ms)
{
    int64_t end_ms = day_ms + IMAGE_KEY_DAY_MS - 1;
    if (modified_ms < day_ms)
        return day_ms;
    return modified_ms > end_ms ? end_ms : modified_ms;
}

/* A number as printf("%u") writes it, other than 0; advances *text. */
static bool read_pixels(const char **text, uint32_t *ret_pixels)
{
    uint64_t value = 0;
    const char *at = *text;
    if (*at == '0')
        return false;
    for (; *at >= '0' && *at <= '9' && value <= UINT32_MAX; at++)
        value = value * 10 + (uint64_t)(*at - '0');
    if (at == *text || value > UINT32_MAX)
        return false;
    *text = at;
    *ret_pixels = (uint32_t)value;
    return true;
}

static bool read_char(const char **text, char c)
{
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

static bool parse_filename(const char *name, struct image_key_parts *parts)
{
    size_t digits = strspn(name, "0123456789abcdef");
    if (digits != IMAGE_KEY_ID_SHORT && digits != IMAGE_KEY_ID_LONG)
        return false;
    parts->id_size = (uint16_t)digits;
    const char *at = name + digits;
    return read_char(&at, '_') && read_pixels(&at, &parts->image.width) && read_char(&at, 'x') &&
           read_pixels(&at, &parts->image.height) && read_char(&at, '.') && !strchr(at, '/') &&
           image_format_from_extension(at, &parts->image.format);
}

bool image_key_is_filename(const char *name)
{
    struct image_key_parts parts = {0};
    return parse_filename(name, &parts);
}

bool image_key_is_of(const char *key, const char *sha256)
{
    struct image_key_parts parts;
    char id[IMAGE_KEY_ID_LONG + 1];
    const char *slash = strrchr(key, '/');
    if (!slash || !parse_filename(slash + 1, &parts))
        return false;
    format_id(sha256, id);
    return strncmp(id, slash + 1, parts.id_size) == 0;
}

static bool is_slug(const char *text, size_t size)
{
    char slug[IMAGE_KEY_SLUG_MAX + 1], again[IMAGE_KEY_SLUG_MAX + 1];
    if (size == 0 || size > IMAGE_KEY_SLUG_MAX)
        return false;
    memcpy(slug, text, size);
    slug[size] = '\0';
    image_key_slug(slug, again);
    return strcmp(slug, again) == 0;
}

bool image_key_parse(const char *prefix, const char *key, struct image_key_parts *ret_parts)
{
    struct image_key_parts parts = {0};
    size_t prefix_size = strlen(prefix);
    const char *day = key;
    if (strnlen(key, IMAGE_KEY_MAX + 1) > IMAGE_KEY_MAX)
        return false;
    if (prefix_size > 0) {
        if (strncmp(key, prefix, prefix_size) != 0 || key[prefix_size] != '/')
            return false;
        day += prefix_size + 1;
    }
    const char *day_end = strchr(day, '/');
    const char *slug_end = day_end ? strchr(day_end + 1, '/') : NULL;
    if (!slug_end || !image_key_parse_day(day, (size_t)(day_end - day), &parts.day_ms) ||
        !is_slug(day_end + 1, (size_t)(slug_end - day_end - 1)) ||
        !parse_filename(slug_end + 1, &parts))
        return false;
    parts.day = (uint16_t)(day - key);
    parts.slug = (uint16_t)(day_end + 1 - key);
    parts.slug_size = (uint16_t)(slug_end - day_end - 1);
    parts.id = (uint16_t)(slug_end + 1 - key);
    *ret_parts = parts;
    return true;
}

void image_key_copy_slug(const char *key, const struct image_key_parts *parts,
                         char slug[IMAGE_KEY_SLUG_MAX + 1])
{
    memcpy(slug, key + parts->slug, parts->slug_size);
    slug[parts->slug_size] = '\0';
}

bool image_key_sidecar(const char *key, struct image_key *ret_key, struct error *error)
{
    struct image_key sidecar;
    int length = snprintf(sidecar.text, sizeof sidecar.text, "%s.json", key);
    if (length < 0 || (size_t)length >= sizeof sidecar.text)
        return error_set(error, ERROR_INVALID, "the key \"%.100s...\" is too long", key);
    *ret_key = sidecar;
    return true;
}

static bool check_segment(const char *segment, size_t size)
{
    if (size == 0 || (size <= 2 && strspn(segment, ".") >= size))
        return false;
    for (size_t i = 0; i < size; i++)
        if (!is_alphanumeric(segment[i]) && !strchr("._-", segment[i]))
            return false;
    return true;
}

bool image_key_check_prefix(const char *prefix, struct error *error)
{
    if (!*prefix)
        return true;
    if (strlen(prefix) > PREFIX_MAX)
        return error_set(error, ERROR_INVALID, "the prefix is longer than %d bytes", PREFIX_MAX);
    for (const char *segment = prefix;; segment++) {
        size_t size = strcspn(segment, "/");
        if (!check_segment(segment, size))
            return error_set(error, ERROR_INVALID,
                             "a prefix is made of letters, digits, '.', '_' and '-', with '/' "
                             "between its parts, such as generations or team/images");
        segment += size;
        if (!*segment)
            return true;
    }
}
