/* SPDX-License-Identifier: MIT */
/* The provider is the one that the environment configures, as the server would have it. A group of
 * tests works under its own prefix, <S3_PREFIX>/<random>, so that it finds nothing of earlier ones.
 */
#include "conformance/store.h"

#include "base/cleanup.h"
#include "base/crypto.h"
#include "config/config_storage.h"
#include "storage/image_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct store store;
const struct operation no_operation;

static bool configure(void)
{
    struct buffer problems = BUFFER_INIT(4096);
    if (config_load(getenv, &store.config, &problems))
        return true;
    fprintf(stderr, "%s", problems.data);
    buffer_finish(&problems);
    return false;
}

static bool set_up_prefix(void)
{
    unsigned char random[6];
    char run[2 * sizeof random + 1];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return false;
    hex_encode(random, sizeof random, run);
    snprintf(store.prefix, sizeof store.prefix, "%s%s%s", store.config.s3_prefix,
             *store.config.s3_prefix ? "/" : "", run);
    return true;
}

int store_set_up(void **state)
{
    (void)state;
    struct error error = {0};
    struct storage_provider *second = NULL;
    bool ready = configure() && set_up_prefix() &&
                 storage_provider_from_config(&store.config, &store.provider, &error) &&
                 storage_provider_from_config(&store.config, &second, &error) &&
                 storage_create(second, store.prefix, &store.saving, &error);
    if (!ready)
        fprintf(stderr, "%s\n", error.text);
    return ready ? 0 : -1;
}

int store_tear_down(void **state)
{
    (void)state;
    storage_destroy(store.saving);
    storage_provider_destroy(store.provider);
    config_finish(&store.config);
    return 0;
}

char *store_key(const char *name)
{
    static _Thread_local char key[IMAGE_KEY_MAX + 1];
    snprintf(key, sizeof key, "%s/%s", store.prefix, name);
    return key;
}

bool store_put(const char *key, const struct blob *blob, const struct fields *fields,
               bool if_absent, const struct operation *operation, struct error *error)
{
    static const struct fields none;
    struct object_put request = {
        .key = key,
        .data = blob->data,
        .size = blob->size,
        .sha256 = blob->sha256,
        .content_type = "image/png",
        .cache_control = "public, max-age=31536000, immutable",
        .fields = fields ? fields : &none,
        .if_absent = if_absent,
    };
    return store.provider->ops->put(store.provider, operation, &request, error);
}

void store_must_put(const char *key, const struct blob *blob)
{
    struct error error;
    if (!store_put(key, blob, NULL, false, &no_operation, &error))
        fail_msg("%s", error.text);
}

struct blob *store_bytes(size_t size, uint32_t seed)
{
    CLEANUP(free_cleanup) unsigned char *data = malloc(size ? size : 1);
    struct blob *blob;
    struct error error;
    uint32_t noise = seed * 2654435761u + 1;
    for (size_t i = 0; i < size; i++) {
        noise = noise * 1664525u + 1013904223u;
        data[i] = (unsigned char)(noise >> 24);
    }
    if (!blob_create(data, size, &blob, &error))
        fail_msg("%s", error.text);
    return blob;
}

void store_assert_content(const char *key, const struct blob *expected)
{
    CLEANUP(blob_destroy_cleanup) struct blob *stored = NULL;
    struct error error;
    if (!store.provider->ops->get(store.provider, &no_operation, key, expected->size, &stored,
                                  &error))
        fail_msg("%s", error.text);
    assert_int_equal(stored->size, expected->size);
    assert_memory_equal(stored->data, expected->data, expected->size);
    assert_memory_equal(stored->sha256, expected->sha256, SHA256_SIZE);
}

void store_assert_absent(const char *key)
{
    struct object_info info;
    struct blob *blob = NULL;
    struct error error;
    assert_false(store.provider->ops->head(store.provider, &no_operation, key, &info, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_false(store.provider->ops->get(store.provider, &no_operation, key, 10, &blob, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    assert_null(blob);
}
