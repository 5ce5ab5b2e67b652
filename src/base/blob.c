/* SPDX-License-Identifier: MIT */
/* Bytes of images are large and short-lived, so they are mapped and unmapped as a whole instead of
 * going through the heap, where they would leave holes. A range of addresses costs nothing until
 * it is written to. */
#include "base/blob.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/* The bytes live in a mapping of their own. Its whole address range, as large as the blob may
 * become, is reserved when the first byte comes, so that growing never copies or moves anything;
 * only pages that are written to take memory, and what is left over is unmapped in the end. Beyond
 * the first HUGE_PAGE bytes the kernel is asked for huge pages: page faults are a quarter of the
 * time that a 10 MB image takes. */
enum { PAGE = 4096, HUGE_PAGE = 2 * 1024 * 1024 };

static size_t round_up(size_t size, size_t unit)
{
    return (size + unit - 1) / unit * unit;
}

void blob_destroy(struct blob *blob)
{
    if (!blob)
        return;
    if (blob->data)
        munmap(blob->data, round_up(blob->size ? blob->size : 1, PAGE));
    free(blob);
}

bool blob_create(const void *data, size_t size, struct blob **ret_blob, struct error *error)
{
    struct blob_builder builder;
    blob_builder_init(&builder, size);
    unsigned char *place = blob_builder_reserve(&builder, size, error);
    if (place && size > 0)
        memcpy(place, data, size);
    bool good = place && blob_builder_commit(&builder, size, error) &&
                blob_builder_end(&builder, ret_blob, error);
    blob_builder_finish(&builder);
    return good;
}

void blob_builder_init(struct blob_builder *builder, size_t max)
{
    *builder = (struct blob_builder){.max = max};
}

void blob_builder_finish(struct blob_builder *builder)
{
    if (builder->blob && builder->blob->data) {
        munmap(builder->blob->data, builder->capacity);
        builder->blob->data = NULL;
    }
    blob_destroy(builder->blob);
    sha256_finish(&builder->digest);
    *builder = (struct blob_builder){.max = builder->max};
}

static bool map(struct blob_builder *builder, struct error *error)
{
    size_t capacity = round_up(builder->max ? builder->max : 1, PAGE);
    unsigned char *data = mmap(NULL, capacity, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED)
        return error_no_memory(error);
    if (capacity > 2 * HUGE_PAGE) /* advice: nothing is lost if it is not taken */
        madvise(data + HUGE_PAGE, capacity - HUGE_PAGE, MADV_HUGEPAGE);
    builder->blob->data = data;
    builder->capacity = capacity;
    return true;
}

static bool blob_builder_start(struct blob_builder *builder, struct error *error)
{
    if (builder->digest.context)
        return true;
    if (!builder->blob && !(builder->blob = calloc(1, sizeof *builder->blob)))
        return error_no_memory(error);
    if (!builder->blob->data && !map(builder, error))
        return false;
    return sha256_begin(&builder->digest, error);
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
    return blob->data + blob->size;
}

bool blob_builder_commit(struct blob_builder *builder, size_t size, struct error *error)
{
    struct blob *blob = builder->blob;
    if (!sha256_add(&builder->digest, blob->data + blob->size, size, error))
        return false;
    blob->size += size;
    return true;
}

bool blob_builder_end(struct blob_builder *builder, struct blob **ret_blob, struct error *error)
{
    if (!blob_builder_reserve(builder, 0, error) ||
        !sha256_end(&builder->digest, builder->blob->sha256, error))
        return false;
    struct blob *blob = TAKE(builder->blob);
    size_t used = round_up(blob->size ? blob->size : 1, PAGE);
    if (used < builder->capacity)
        munmap(blob->data + used, builder->capacity - used);
    *ret_blob = blob;
    blob_builder_finish(builder);
    return true;
}
