/* SPDX-License-Identifier: MIT */
#ifndef CONFORMANCE_STORE_H
#define CONFORMANCE_STORE_H

#include "base/cleanup.h"
#include "config/config.h"
#include "storage/storage.h"
#include "support/test.h"

/* The store under test. */
extern struct store {
    struct config config;
    struct storage_provider *provider;
    struct storage *saving; /* over a provider of its own, under the same prefix */
    char prefix[300];       /* of all keys of this group of tests */
} store;

extern const struct operation no_operation;

/* For a group of tests. */
int store_set_up(void **state);
int store_tear_down(void **state);

/* The name under the prefix; good until the next call in this thread. */
char *store_key(const char *name);

/* Puts a PNG; fields: NULL for none. */
bool store_put(const char *key, const struct blob *blob, const struct fields *fields,
               bool if_absent, const struct operation *operation, struct error *error);

/* Puts it, whether it is there or not, or fails the test. */
void store_must_put(const char *key, const struct blob *blob);

/* Noise that the seed picks; the caller destroys it. */
struct blob *store_bytes(size_t size, uint32_t seed);

/* That the object is there with these bytes. */
void store_assert_content(const char *key, const struct blob *expected);

/* That there is no such object, whichever way one asks. */
void store_assert_absent(const char *key);

#endif
