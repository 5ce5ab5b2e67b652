/* SPDX-License-Identifier: MIT */
#ifndef BASE_BLOB_H
#define BASE_BLOB_H

#include "base/cleanup.h"
#include "base/error.h"
#include "base/sha256.h"

#include <stddef.h>

/* Immutable bytes with their SHA-256. */
struct blob {
    unsigned char *data;
    size_t size;
    unsigned char sha256[SHA256_SIZE];
};

void blob_destroy(struct blob *blob);
DEFINE_CLEANUP(struct blob *, blob_destroy)

/* Copies `size` bytes and hashes them. */
bool blob_create(const void *data, size_t size, struct blob **ret_blob,
                 struct error *error) MUST_CHECK;

/* A blob in the making: bytes are hashed as they are added, while they are still in the cache.
 * Growing never copies, and pages not written to take no memory. */
struct blob_builder {
    struct blob *blob;
    size_t capacity;
    size_t max;
    struct sha256_stream digest;
};

/* max: the largest size in bytes. */
void blob_builder_init(struct blob_builder *builder, size_t max);
/* Takes a zeroed struct. */
void blob_builder_finish(struct blob_builder *builder);

/* Makes room for `size` bytes and returns where they go, or NULL (ERROR_TOO_LARGE,
 * ERROR_NO_MEMORY). */
unsigned char *blob_builder_reserve(struct blob_builder *builder, size_t size,
                                    struct error *error) MUST_CHECK;
/* Says that `size` bytes were written to the place last reserved. */
bool blob_builder_commit(struct blob_builder *builder, size_t size, struct error *error) MUST_CHECK;

/* Ends it: the builder is empty afterwards and the blob (of 0 bytes if none came) is the caller's.
 */
bool blob_builder_end(struct blob_builder *builder, struct blob **ret_blob,
                      struct error *error) MUST_CHECK;

#endif
