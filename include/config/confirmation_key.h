/* SPDX-License-Identifier: MIT */
#ifndef CONFIG_CONFIRMATION_KEY_H
#define CONFIG_CONFIRMATION_KEY_H

#include "base/error.h"
#include "config/config.h"

/* A key of this store's own, the same in every process with this configuration and unknown to
 * callers: from the secret of the bucket's keys, or for the local provider from a file in the state
 * directory that is made when it is first needed; and from what the store is (provider, endpoint
 * and bucket or the directory itself, prefix), so that no two stores have the same one. */
enum { CONFIRMATION_KEY_BYTES = 32 };
bool confirmation_key_from_config(const struct config *config,
                                  unsigned char key[CONFIRMATION_KEY_BYTES],
                                  struct error *error) MUST_CHECK;

#endif
