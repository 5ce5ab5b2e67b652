/* SPDX-License-Identifier: MIT */
#ifndef NET_CURL_HANDLE_H
#define NET_CURL_HANDLE_H

#include "base/cancel.h"
#include "base/error.h"

#include <curl/curl.h>
#include <stdint.h>

/* libcurl's handles as this program uses all of them: what is set here holds for every connection,
 * whatever it is for. */

struct curl_handle_options {
    bool https_only;
    uint32_t connect_timeout_ms; /* for name, connection and TLS; 0: CURL_HANDLE_CONNECT_MS */
    uint32_t stall_seconds; /* ends a transfer that is slower than least_speed all that time; */
    uint32_t least_speed;   /* bytes a second. 0: no such limit */
    const char *ca_file;    /* PEM bundle to trust; NULL: the system's */
    char *detail;           /* CURL_ERROR_SIZE bytes for libcurl's words about an error */
};

enum { CURL_HANDLE_CONNECT_MS = 10 * 1000 };

/* Initialise libcurl where that has not been done. NULL: ERROR_NO_MEMORY. */
CURL *curl_handle_create(struct error *error) MUST_CHECK;
CURLM *curl_handle_create_multi(struct error *error) MUST_CHECK;

/* The defaults and these options; what a transfer needs besides, or otherwise (redirects are not
 * followed), is set after. `options` is copied, but what `detail` points at must outlive the
 * transfer. */
void curl_handle_set(CURL *easy, const struct curl_handle_options *options);

/* Makes a transfer, on the calling thread. is_hopeless (NULL: none) is asked about once a second
 * and ends it by returning true. CURLE_ABORTED_BY_CALLBACK: so it did, or it was cancelled. The
 * connection is closed. */
CURLcode curl_handle_perform(CURL *easy, struct cancel *cancel, bool (*is_hopeless)(void *argument),
                             void *argument);

#endif
