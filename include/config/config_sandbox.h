/* SPDX-License-Identifier: MIT */
#ifndef CONFIG_CONFIG_SANDBOX_H
#define CONFIG_CONFIG_SANDBOX_H

#include "config/config.h"

/* The sandbox (base/sandbox.h) of the server: it opens the store, the directories that images may
 * be read from, what it keeps for itself, and what libcurl, OpenSSL and the C library need to reach
 * a host. The store's directory and its own are made if they are missing, since only what is there
 * can be let through. To be entered before there are other threads that stay. */
bool config_sandbox_enter(const struct config *config, struct error *error) MUST_CHECK;

#endif
