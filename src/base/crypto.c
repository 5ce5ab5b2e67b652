/* SPDX-License-Identifier: MIT */
/* Once an algorithm has been looked up, OpenSSL keeps it for good, although we let go of it here:
 * EVP_sha256() and HMAC() find it then without making anything but their own contexts. */
#include "base/crypto.h"

#include "base/thread.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

bool crypto_fail(const char *algorithm, struct error *error)
{
    unsigned long reason = ERR_peek_last_error();
    ERR_clear_error();
    if (reason == 0 || ERR_GET_REASON(reason) == ERR_R_MALLOC_FAILURE)
        return error_no_memory(error); /* an error that found no memory leaves no trace */
    return error_set(error, ERROR_INTERNAL, "%s is not available in this OpenSSL", algorithm);
}

static bool look_up(const char *algorithm, struct error *error)
{
    EVP_MD *digest = EVP_MD_fetch(NULL, algorithm, NULL);
    EVP_MD_free(digest);
    return digest || crypto_fail(algorithm, error);
}

static bool look_everything_up(struct error *error)
{
    unsigned char code[EVP_MAX_MD_SIZE] = {0};
    if (!OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) || !OSSL_LIB_CTX_get0_global_default())
        return error_no_memory(error);
    if (!look_up("SHA256", error))
        return false;
    bool done = HMAC(EVP_sha256(), code, 1, code, 1, code, NULL);
    ERR_clear_error();
    return done || error_no_memory(error); /* who has the digest has its HMAC */
}

static void *run(void *argument)
{
    struct crypto_start *start = argument;
    if (look_everything_up(&start->error))
        start->error.code = ERROR_NONE;
    return NULL;
}

void crypto_start_begin(struct crypto_start *start)
{
    struct error ignored;
    start->has_thread = thread_start("crypto", run, start, &start->thread, &ignored);
    if (!start->has_thread)
        run(start);
}

void crypto_start_finish(struct crypto_start *start)
{
    if (start->has_thread)
        pthread_join(start->thread, NULL);
    start->has_thread = false;
}

bool crypto_start_end(struct crypto_start *start, struct error *error)
{
    crypto_start_finish(start);
    if (start->error.code != ERROR_NONE)
        *error = start->error;
    return start->error.code == ERROR_NONE;
}
