/* SPDX-License-Identifier: MIT */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include "base/error.h"

#include <pthread.h>

/* OpenSSL makes its context and looks its algorithms up when they are first used, and some versions
 * crash when memory runs out meanwhile. So this is done at the start, step by step, where it is an
 * error. It takes as long as all else that is done then, and so it is done beside it. */
struct crypto_start {
    pthread_t thread;
    bool has_thread;
    struct error error; /* ERROR_NONE: it is done */
};

/* Its thread is gone when crypto_start_finish() returns; *start must last until then. */
void crypto_start_begin(struct crypto_start *start);
void crypto_start_finish(struct crypto_start *start);

/* Waits for it. ERROR_NO_MEMORY, or ERROR_INTERNAL if this OpenSSL does not have what is needed. To
 * be called before anything else of OpenSSL. */
bool crypto_start_end(struct crypto_start *start, struct error *error) MUST_CHECK;

/* What it means that an operation on an algorithm ("SHA-256") failed that was there at the start.
 * Always returns false. */
bool crypto_fail(const char *algorithm, struct error *error);

#endif
