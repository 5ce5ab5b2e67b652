/* SPDX-License-Identifier: MIT */
/* As bytes: a version; the numbers, each in as many groups of seven bits as it needs (the highest
 * bit says that more follow); the digests; the model's slug as far as it goes; and the first half
 * of an HMAC-SHA256 over all of that, which cannot be guessed. In URL-safe base64, so
 * that no one between us and us is tempted to escape anything. */
#include "tools/confirmation.h"

#include "base/base64url.h"
#include "base/cleanup.h"
#include "base/sha256.h"

#include <openssl/crypto.h>
#include <string.h>

enum {
    VERSION = 2,
    NUMBERS = 4,
    NUMBER_MAX = 9, /* bytes of 63 bits, seven in each */
    SIGNATURE_SIZE = SHA256_SIZE / 2,
    MODEL_MAX = sizeof(((struct confirmation *)0)->model) - 1,
    BODY_MAX = 1 + NUMBERS * NUMBER_MAX + CONFIRMATION_PLAN_SIZE + CONFIRMATION_ARGUMENTS_SIZE +
               MODEL_MAX,
    ALL_MAX = BODY_MAX + SIGNATURE_SIZE,
};

/* What is written, or read up to `size`. */
struct body {
    unsigned char bytes[ALL_MAX];
    size_t at, size;
};

static void body_put(struct body *body, const void *data, size_t size)
{
    memcpy(body->bytes + body->at, data, size);
    body->at += size;
}

/* The number must not be negative. */
static void put_number(struct body *body, int64_t number)
{
    for (; number > 0x7F; number >>= 7)
        body->bytes[body->at++] = (unsigned char)(0x80 | (number & 0x7F));
    body->bytes[body->at++] = (unsigned char)number;
}

static bool get_number(struct body *body, int64_t *ret_number)
{
    uint64_t number = 0;
    for (int i = 0; i < NUMBER_MAX && body->at < body->size; i++) {
        unsigned char byte = body->bytes[body->at++];
        number |= (uint64_t)(byte & 0x7F) << 7 * i;
        if (!(byte & 0x80)) {
            *ret_number = (int64_t)number;
            return true;
        }
    }
    return false;
}

static bool get(struct body *body, void *data, size_t size)
{
    if (body->size - body->at < size)
        return false;
    memcpy(data, body->bytes + body->at, size);
    body->at += size;
    return true;
}

bool confirmation_sign(const struct confirmation *confirmation,
                       const unsigned char key[CONFIRMATION_KEY_SIZE],
                       char text[CONFIRMATION_TEXT_SIZE], struct error *error)
{
    struct body body = {.bytes = {VERSION}, .at = 1};
    unsigned char mac[SHA256_SIZE];
    put_number(&body, confirmation->expires_ms / 1000);
    put_number(&body, confirmation->older_than_ms);
    put_number(&body, confirmation->keep_count + 1);
    put_number(&body, confirmation->saved_until_ms);
    body_put(&body, confirmation->plan, sizeof confirmation->plan);
    body_put(&body, confirmation->arguments, sizeof confirmation->arguments);
    body_put(&body, confirmation->model, strlen(confirmation->model));
    if (!sha256_hmac(key, CONFIRMATION_KEY_SIZE, body.bytes, body.at, mac, error))
        return false;
    body_put(&body, mac, SIGNATURE_SIZE);
    CLEANUP(buffer_finish) struct buffer encoded = BUFFER_INIT(CONFIRMATION_TEXT_SIZE - 1);
    if (!base64url_encode(body.bytes, body.at, &encoded, error))
        return false;
    memcpy(text, encoded.data, encoded.size + 1);
    return true;
}

/* *ret_valid: the text is one that this key has signed. */
static bool check_signature(const char *text, const unsigned char *key, struct body *body,
                            bool *ret_valid, struct error *error)
{
    CLEANUP(blob_destroy_cleanup) struct blob *blob = NULL;
    unsigned char mac[SHA256_SIZE];
    *ret_valid = false;
    if (!base64url_decode(text, ALL_MAX, &blob, error) || blob->size <= SIGNATURE_SIZE)
        return blob || error->code != ERROR_NO_MEMORY;
    body->size = blob->size - SIGNATURE_SIZE;
    memcpy(body->bytes, blob->data, blob->size);
    if (!sha256_hmac(key, CONFIRMATION_KEY_SIZE, body->bytes, body->size, mac, error))
        return false;
    *ret_valid = CRYPTO_memcmp(mac, body->bytes + body->size, SIGNATURE_SIZE) == 0 &&
                 body->bytes[0] == VERSION;
    return true;
}

static bool read_body(struct body *body, struct confirmation *confirmation)
{
    int64_t expires, keep;
    body->at = 1;
    if (!get_number(body, &expires) || !get_number(body, &confirmation->older_than_ms) ||
        !get_number(body, &keep) || !get_number(body, &confirmation->saved_until_ms) ||
        !get(body, confirmation->plan, sizeof confirmation->plan) ||
        !get(body, confirmation->arguments, sizeof confirmation->arguments) ||
        body->size - body->at > MODEL_MAX)
        return false;
    confirmation->expires_ms = expires * 1000;
    confirmation->keep_count = keep - 1;
    return get(body, confirmation->model, body->size - body->at);
}

bool confirmation_verify(const char *text, const unsigned char key[CONFIRMATION_KEY_SIZE],
                         int64_t now_ms, struct confirmation *ret_confirmation, struct error *error)
{
    struct body body = {.at = 0};
    struct confirmation confirmation = {0};
    bool valid;
    if (!check_signature(text, key, &body, &valid, error))
        return false;
    if (!valid || !read_body(&body, &confirmation))
        return error_set(
            error, ERROR_INVALID,
            "confirm is not a handle of a plan of this store, or it was altered: nothing was "
            "deleted; make a new plan with older_than or keep_count");
    if (now_ms >= confirmation.expires_ms)
        return error_set(
            error, ERROR_INVALID,
            "the plan behind confirm has expired: nothing was deleted; make a new one");
    *ret_confirmation = confirmation;
    return true;
}
