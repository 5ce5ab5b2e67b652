/* SPDX-License-Identifier: MIT */
#ifndef SOURCE_SOURCE_URL_H
#define SOURCE_SOURCE_URL_H

#include "base/blob.h"
#include "base/operation.h"
#include "base/speed_floor.h"

/* Images from the public internet, at a caller's word: https only, and no connection to anything
 * but a public address (source/public_address.h) of another machine (source/own_address.h),
 * whatever names and redirects say. */

struct source_url_settings {
    int connect_timeout_ms;          /* one connection, TLS included */
    int timeout_ms;                  /* all of it, redirects included */
    const struct speed_floor *floor; /* of what comes after the headers */
};

extern const struct source_url_settings source_url_settings_default;

/* Fetches what is at `url`, up to `max` bytes; whether they are an image is for others to find out.
 * ERROR_INVALID (a URL that is not fetched, or says the server has no such thing), ERROR_DENIED (an
 * address that is not public, or the server wants a login), ERROR_NOT_FOUND, ERROR_UNAVAILABLE,
 * ERROR_TOO_LARGE, ERROR_CANCELLED. The texts name the host and never the rest of the URL, which
 * may hold a signature. */
bool source_url_fetch(const struct source_url_settings *settings, const char *url, size_t max,
                      const struct operation *operation, struct blob **ret_blob,
                      struct error *error) MUST_CHECK;

#endif
