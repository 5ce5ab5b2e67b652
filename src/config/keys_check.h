/* SPDX-License-Identifier: MIT */
#ifndef CONFIG_KEYS_CHECK_H
#define CONFIG_KEYS_CHECK_H

#include <stdbool.h>

/* Whether an access key stands where its secret should, and the other way round, as far as the form
 * of the keys of well-known services tells. */
bool keys_check_swapped(const char *access_key, const char *secret_key);

#endif
