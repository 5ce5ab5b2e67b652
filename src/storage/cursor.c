/* SPDX-License-Identifier: MIT */
/* As bytes, before base64url: a version, the beginning of the digest of the query, the date of the
 * image (big-endian), its key, and the beginning of the SHA-256 of all that. The check is against
 * accidents; a cursor gives no rights, so there is nothing to forge. */
#include "storage/cursor.h"

#include "base/base64url.h"
#include "base/cleanup.h"

#include <string.h>

enum {
    CURSOR_VERSION = 1,
    DIGEST_SIZE = 8,
    DATE_AT = 1 + DIGEST_SIZE,
    KEY_AT = DATE_AT + 8,
    CURSOR_MAX = KEY_AT + IMAGE_KEY_MAX + DIGEST_SIZE,
};

static void put_number(unsigned char *place, int64_t value)
{
    for (int i = 7; i >= 0; i--)
        *place++ = (unsigned char)((uint64_t)value >> 8 * i);
}

static int64_t get_number(const unsigned char *place)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | place[i];
    return (int64_t)value;
}

bool cursor_format(const struct cursor *cursor, const unsigned char query[SHA256_SIZE],
                   char **ret_text, struct error *error)
{
    unsigned char bytes[CURSOR_MAX] = {CURSOR_VERSION}, check[SHA256_SIZE];
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(2 * CURSOR_MAX);
    size_t key_size = strlen(cursor->key), size = KEY_AT + key_size;
    memcpy(bytes + 1, query, DIGEST_SIZE);
    put_number(bytes + DATE_AT, cursor->modified_ms);
    memcpy(bytes + KEY_AT, cursor->key, key_size);
    if (!sha256(bytes, size, check, error))
        return false;
    memcpy(bytes + size, check, DIGEST_SIZE);
    if (!base64url_encode(bytes, size + DIGEST_SIZE, &text, error))
        return false;
    *ret_text = buffer_take(&text);
    return true;
}

static bool is_whole(const struct blob *bytes)
{
    struct error error;
    unsigned char check[SHA256_SIZE];
    if (bytes->size < KEY_AT + DIGEST_SIZE || bytes->data[0] != CURSOR_VERSION)
        return false;
    size_t size = bytes->size - DIGEST_SIZE;
    return sha256(bytes->data, size, check, &error) &&
           memcmp(bytes->data + size, check, DIGEST_SIZE) == 0;
}

static bool refuse(const char *text, enum error_reason reason, struct error *error)
{
    error_set(error, ERROR_INVALID, "%s", text);
    return error_because(error, reason);
}

bool cursor_parse(const char *text, const char *prefix, const unsigned char query[SHA256_SIZE],
                  struct cursor *ret_cursor, struct error *error)
{
    CLEANUP(blob_destroy_cleanup) struct blob *bytes = NULL;
    struct cursor cursor = {0};
    struct image_key_parts parts;
    bool decoded = base64url_decode(text, CURSOR_MAX, &bytes, error);
    if (!decoded && error->code != ERROR_INVALID)
        return false;
    if (!decoded || !is_whole(bytes))
        return refuse("the cursor is damaged", REASON_CURSOR_DAMAGED, error);
    memcpy(cursor.key, bytes->data + KEY_AT, bytes->size - KEY_AT - DIGEST_SIZE);
    cursor.modified_ms = get_number(bytes->data + DATE_AT);
    if (memcmp(bytes->data + 1, query, DIGEST_SIZE) != 0 ||
        !image_key_parse(prefix, cursor.key, &parts))
        return refuse("the cursor belongs to a listing with other filters", REASON_CURSOR_MISMATCH,
                      error);
    cursor.day_ms = parts.day_ms;
    *ret_cursor = cursor;
    return true;
}
