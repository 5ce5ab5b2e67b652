/* SPDX-License-Identifier: MIT */
#include "tools/confirmation.h"

#include "base/base64url.h"
#include "base/cleanup.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

/* The fields one after the other, numbers big-endian, then the seal over all of them; in URL-safe
 * base64, so that no one between us and us is tempted to escape anything. */

enum { VERSION = 1, NUMBERS = 4, BODY_SIZE = 1 + NUMBERS * 8 + 2 * SHA256_SIZE + 65 };

struct body {
    unsigned char bytes[BODY_SIZE];
    size_t at;
};

static void put(struct body *body, const void *data, size_t size)
{
    memcpy(body->bytes + body->at, data, size);
    body->at += size;
}

static void put_number(struct body *body, int64_t number)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        body->bytes[body->at++] = (unsigned char)((uint64_t)number >> shift);
}

static int64_t get_number(struct body *body)
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++)
        number = number << 8 | body->bytes[body->at++];
    return (int64_t)number;
}

static void get(struct body *body, void *data, size_t size)
{
    memcpy(data, body->bytes + body->at, size);
    body->at += size;
}

static bool seal(const struct body *body, const unsigned char *key, unsigned char *mac,
                 struct error *error)
{
    unsigned length = SHA256_SIZE;
    return HMAC(EVP_sha256(), key, CONFIRMATION_KEY_SIZE, body->bytes, BODY_SIZE, mac, &length) ||
           error_set(error, ERROR_INTERNAL, "HMAC-SHA256 is not available in this OpenSSL");
}

bool confirmation_seal(const struct confirmation *confirmation,
                       const unsigned char key[CONFIRMATION_KEY_SIZE],
                       char text[CONFIRMATION_TEXT_SIZE], struct error *error)
{
    struct body body = {.bytes = {VERSION}, .at = 1};
    unsigned char all[BODY_SIZE + SHA256_SIZE];
    put_number(&body, confirmation->expires_ms);
    put_number(&body, confirmation->older_than_ms);
    put_number(&body, confirmation->keep_count);
    put_number(&body, confirmation->saved_until_ms);
    put(&body, confirmation->plan, SHA256_SIZE);
    put(&body, confirmation->arguments, SHA256_SIZE);
    put(&body, confirmation->model, sizeof confirmation->model);
    memcpy(all, body.bytes, BODY_SIZE);
    if (!seal(&body, key, all + BODY_SIZE, error))
        return false;
    CLEANUP(buffer_finish) struct buffer encoded = BUFFER_INIT(CONFIRMATION_TEXT_SIZE - 1);
    if (!base64url_encode(all, sizeof all, &encoded, error))
        return false;
    memcpy(text, encoded.data, encoded.size + 1);
    return true;
}

static bool decode(const char *text, unsigned char *all, size_t size)
{
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    struct error ignored;
    if (!base64url_decode(text, size, &blob, &ignored) || blob->size != size)
        return false;
    memcpy(all, blob->data, size);
    return true;
}

bool confirmation_open(const char *text, const unsigned char key[CONFIRMATION_KEY_SIZE],
                       int64_t now_ms, struct confirmation *ret_confirmation, struct error *error)
{
    struct body body = {.at = 1};
    struct confirmation confirmation;
    unsigned char all[BODY_SIZE + SHA256_SIZE], mac[SHA256_SIZE];
    bool good = decode(text, all, sizeof all);
    if (good) {
        memcpy(body.bytes, all, BODY_SIZE);
        if (!seal(&body, key, mac, error))
            return false;
        good = CRYPTO_memcmp(mac, all + BODY_SIZE, SHA256_SIZE) == 0 && body.bytes[0] == VERSION;
    }
    if (!good)
        return error_set(
            error, ERROR_INVALID,
            "confirm is not a handle of a plan of this store, or it was altered: nothing was "
            "deleted; make a new plan with older_than or keep_count");
    confirmation.expires_ms = get_number(&body);
    confirmation.older_than_ms = get_number(&body);
    confirmation.keep_count = get_number(&body);
    confirmation.saved_until_ms = get_number(&body);
    get(&body, confirmation.plan, SHA256_SIZE);
    get(&body, confirmation.arguments, SHA256_SIZE);
    get(&body, confirmation.model, sizeof confirmation.model);
    if (now_ms >= confirmation.expires_ms)
        return error_set(
            error, ERROR_INVALID,
            "the plan behind confirm has expired: nothing was deleted; make a new one");
    *ret_confirmation = confirmation;
    return true;
}
