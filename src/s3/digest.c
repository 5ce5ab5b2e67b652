/* SPDX-License-Identifier: MIT */
/* Every body is covered by the signature, which holds its SHA-256, so a second digest proves
 * nothing more. DeleteObjects and buckets with Object Lock want one all the same. Content-MD5 is
 * what every store knows; the newer x-amz-checksum-sha256 costs nothing, since the hash is there,
 * but some answer 501 to it (R2 and others knew only part of these headers). So PutObject carries
 * neither until the store asks for one. */
#include "s3/digest.h"

#include "base/blob.h"
#include "base/crypto.h"

#include <openssl/evp.h>

enum { MD5_SIZE = 16, BASE64_SIZE = (SHA256_SIZE + 2) / 3 * 4 + 1 };

bool digest_has_md5(void)
{
    unsigned char digest[MD5_SIZE];
    return EVP_Digest("", 0, digest, NULL, EVP_md5(), NULL) == 1;
}

static bool add_digest(struct fields *headers, const char *name, const unsigned char *digest,
                       int size, struct error *error)
{
    char text[BASE64_SIZE];
    int length = EVP_EncodeBlock((unsigned char *)text, digest, size);
    return fields_add(headers, name, text, (size_t)length, error);
}

bool digest_add_md5(struct fields *headers, const void *data, size_t size, struct error *error)
{
    unsigned char digest[MD5_SIZE];
    if (EVP_Digest(data, size, digest, NULL, EVP_md5(), NULL) != 1)
        return crypto_fail("MD5, which the store wants,", error);
    return add_digest(headers, "content-md5", digest, MD5_SIZE, error);
}

bool digest_add_sha256(struct fields *headers, const unsigned char *sha256, struct error *error)
{
    return add_digest(headers, "x-amz-checksum-sha256", sha256, SHA256_SIZE, error);
}
