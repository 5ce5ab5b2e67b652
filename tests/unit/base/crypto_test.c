/* SPDX-License-Identifier: MIT */
#include "base/crypto.h"

#include "base/cleanup.h"
#include "support/test.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

static void the_start_is_waited_for_once(void **state)
{
    (void)state;
    struct crypto_start start;
    struct error error = {0};
    crypto_start_begin(&start);
    assert_true(crypto_start_end(&start, &error));
    assert_false(start.has_thread);
    assert_true(crypto_start_end(&start, &error)); /* it is known */
    crypto_start_finish(&start);
}

static void a_failure_is_of_memory_unless_openssl_says_more(void **state)
{
    (void)state;
    struct error error = {0};
    ERR_clear_error();
    assert_false(crypto_fail("SHA-256", &error));
    assert_int_equal(error.code, ERROR_NO_MEMORY);
    ERR_raise(ERR_LIB_EVP, ERR_R_MALLOC_FAILURE);
    assert_false(crypto_fail("SHA-256", &error));
    assert_int_equal(error.code, ERROR_NO_MEMORY);
    assert_null(EVP_MD_fetch(NULL, "no such digest", NULL));
    assert_false(crypto_fail("SHA-256", &error));
    assert_int_equal(error.code, ERROR_INTERNAL);
    assert_string_equal(error.text, "SHA-256 is not available in this OpenSSL");
    assert_int_equal(ERR_peek_error(), 0); /* nothing is left for the next one */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_start_is_waited_for_once),
        cmocka_unit_test(a_failure_is_of_memory_unless_openssl_says_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
