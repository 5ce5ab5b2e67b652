/* SPDX-License-Identifier: MIT */
#include "base/blob.h"

#include <openssl/evp.h>
#include <string.h>

enum { BLOB_FIRST_CAPACITY = 256 * 1024 };

void blob_destroy(struct blob *blob)
{
    if (!blob)
        return;
    free(blob->data);
    free(blob);
}

bool blob_create(const void *data, size_t size, struct blob **ret_blob, struct error *error)
{
    CLEANUP(blob_destroy_cleanup) struct blob *blob = calloc(1, sizeof *blob);
    if (!blob || !(blob->data = malloc(size ? size : 1)))
        return error_no_memory(error);
    if (size > 0)
        memcpy(blob->data, data, size);
    blob->size = size;
    if (!sha256(data, size, blob->sha256, error))
        return false;
    *ret_blob = TAKE(blob);
    return true;
}

void blob_builder_init(struct blob_builder *builder, size_t max)
{
    *builder = (struct blob_builder){.max = max};
}

void blob_builder_finish(struct blob_builder *builder)
{
    blob_destroy(builder->blob);
    EVP_MD_CTX_free(builder->digest);
    *builder = (struct blob_builder){.max = builder->max};
}

static bool blob_builder_start(struct blob_builder *builder, struct error *error)
{
    if (builder->digest)
        return true;
    if (!builder->blob && !(builder->blob = calloc(1, sizeof *builder->blob)))
        return error_no_memory(error);
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    if (!digest)
        return error_no_memory(error);
    if (!EVP_DigestInit_ex(digest, EVP_sha256(), NULL)) {
        EVP_MD_CTX_free(digest);
        return error_set(error, ERROR_INTERNAL, "SHA-256 is not available in this OpenSSL");
    }
    builder->digest = digest;
    return true;
}

unsigned char *blob_builder_reserve(struct blob_builder *builder, size_t size, struct error *error)
{
    if (!blob_builder_start(builder, error))
        return NULL;
    struct blob *blob = builder->blob;
    if (size > builder->max || blob->size > builder->max - size) {
        error_set(error, ERROR_TOO_LARGE, "the limit of %zu bytes is exceeded", builder->max);
        return NULL;
    }
    if (blob->size + size > builder->capacity) {
        size_t capacity = builder->capacity ? builder->capacity : BLOB_FIRST_CAPACITY;
        while (capacity < blob->size + size)
            capacity *= 2;
        unsigned char *data = realloc(blob->data, capacity);
        if (!data) {
            error_no_memory(error);
            return NULL;
        }
        blob->data = data;
        builder->capacity = capacity;
    }
    return blob->data + blob->size;
}

bool blob_builder_commit(struct blob_builder *builder, size_t size, struct error *error)
{
    struct blob *blob = builder->blob;
    if (!EVP_DigestUpdate(builder->digest, blob->data + blob->size, size))
        return error_set(error, ERROR_INTERNAL, "SHA-256 failed");
    blob->size += size;
    return true;
}

bool blob_builder_end(struct blob_builder *builder, struct blob **ret_blob, struct error *error)
{
    if (!blob_builder_reserve(builder, 0, error))
        return false;
    if (!EVP_DigestFinal_ex(builder->digest, builder->blob->sha256, NULL))
        return error_set(error, ERROR_INTERNAL, "SHA-256 failed");
    *ret_blob = TAKE(builder->blob);
    blob_builder_finish(builder);
    return true;
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

bool sha256(const void *data, size_t size, unsigned char digest[SHA256_SIZE], struct error *error)
{
    if (!EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL))
        return error_set(error, ERROR_INTERNAL, "SHA-256 is not available in this OpenSSL");
    return true;
}
