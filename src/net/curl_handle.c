/* SPDX-License-Identifier: MIT */
/* One place for what every connection has in common, so that a store, a public URL and an image on
 * the internet are trusted and given up by the same rules. Redirects are off because a signature is
 * for one host; paths go out as they were written; QUICK_EXIT keeps a cancelled transfer from
 * waiting for the name resolver.
 *
 * A single transfer has a multi handle of its own, because only that can be woken from another
 * thread: a cancellation takes effect at once. */
#include "net/curl_handle.h"

#include <pthread.h>

enum {
    IDLE_MS = 60 * 1000, /* libcurl wakes up when it has something to do */
    CHECK_MS = 1000,
};

static void init_library(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT); /* counted, and safe beside others (libcurl 7.84) */
}

static void init_library_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_library);
}

CURL *curl_handle_create(struct error *error)
{
    init_library_once();
    CURL *easy = curl_easy_init();
    if (!easy)
        error_no_memory(error);
    return easy;
}

CURLM *curl_handle_create_multi(struct error *error)
{
    init_library_once();
    CURLM *multi = curl_multi_init();
    if (!multi)
        error_no_memory(error);
    return multi;
}

void curl_handle_set(CURL *easy, const struct curl_handle_options *options)
{
    uint32_t connect_ms = options->connect_timeout_ms;
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, options->https_only ? "https" : "http,https");
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "image-storage-mcp");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(connect_ms ? connect_ms : CURL_HANDLE_CONNECT_MS));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)options->least_speed);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)options->stall_seconds);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, options->detail);
    if (options->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
}

static void wake_multi(void *multi)
{
    curl_multi_wakeup(multi);
}

CURLcode curl_handle_perform(CURL *easy, struct cancel *cancel, bool (*is_hopeless)(void *argument),
                             void *argument)
{
    int running = 1, left;
    struct error ignored;
    CURLM *multi = curl_handle_create_multi(&ignored);
    if (!multi || curl_multi_add_handle(multi, easy) != CURLM_OK) {
        curl_multi_cleanup(multi);
        return CURLE_OUT_OF_MEMORY;
    }
    struct cancel_waiter waiter = {.wake = wake_multi, .argument = multi};
    cancel_add_waiter(cancel, &waiter);
    while (!cancel_requested(cancel)) {
        if (curl_multi_perform(multi, &running) != CURLM_OK || !running ||
            (is_hopeless && is_hopeless(argument)))
            break;
        curl_multi_poll(multi, NULL, 0, is_hopeless ? CHECK_MS : IDLE_MS, NULL);
    }
    cancel_remove_waiter(cancel, &waiter);
    const CURLMsg *message = curl_multi_info_read(multi, &left);
    CURLcode result = message ? message->data.result : CURLE_ABORTED_BY_CALLBACK;
    curl_multi_remove_handle(multi, easy);
    curl_multi_cleanup(multi);
    return result;
}
