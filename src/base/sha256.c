/* SPDX-License-Identifier: MIT */
/* The one place that hashes: everybody else sees bytes and digests, and no context of OpenSSL. */
#include "base/sha256.h"

#include "base/crypto.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

bool sha256(const void *data, size_t size, unsigned char digest[SHA256_SIZE], struct error *error)
{
    return EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL) ||
           crypto_fail("SHA-256", error);
}

bool sha256_begin(struct sha256_stream *stream, struct error *error)
{
    stream->context = EVP_MD_CTX_new();
    if (!stream->context)
        return error_no_memory(error);
    if (EVP_DigestInit_ex(stream->context, EVP_sha256(), NULL))
        return true;
    sha256_finish(stream);
    return crypto_fail("SHA-256", error);
}

bool sha256_add(struct sha256_stream *stream, const void *data, size_t size, struct error *error)
{
    return EVP_DigestUpdate(stream->context, data, size) || crypto_fail("SHA-256", error);
}

bool sha256_end(struct sha256_stream *stream, unsigned char digest[SHA256_SIZE],
                struct error *error)
{
    return EVP_DigestFinal_ex(stream->context, digest, NULL) || crypto_fail("SHA-256", error);
}

void sha256_finish(struct sha256_stream *stream)
{
    EVP_MD_CTX_free(stream->context);
    stream->context = NULL;
}

bool sha256_hmac(const void *key, size_t key_size, const void *data, size_t size,
                 unsigned char code[SHA256_SIZE], struct error *error)
{
    unsigned length = 0;
    return HMAC(EVP_sha256(), key, (int)key_size, data, size, code, &length) ||
           crypto_fail("HMAC-SHA256", error);
}

void hex_encode(const unsigned char *data, size_t size, char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[data[i] >> 4];
        text[2 * i + 1] = digits[data[i] & 15];
    }
    text[2 * size] = '\0';
}
