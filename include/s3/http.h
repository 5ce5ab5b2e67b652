/* SPDX-License-Identifier: MIT */
#ifndef S3_HTTP_H
#define S3_HTTP_H

#include "base/blob.h"
#include "base/buffer.h"
#include "base/field.h"
#include "base/speed_floor.h"

#include <stdatomic.h>
#include <stdint.h>

/* One HTTP request and what came back, and the libcurl handle that carries it. A transfer belongs
 * to one thread (the transport's) and is used again and again: its connections are the multi
 * handle's. */

struct http_request {
    const char *method;
    const char *url;
    const struct fields *headers; /* lower-case names; "host" is libcurl's to send */
    const void *body;             /* sent from where it is; NULL: none, not even an empty one */
    size_t body_size;
    size_t response_max;   /* the largest body of a 2xx answer */
    bool response_is_data; /* a 2xx body goes into response->data */
    uint32_t delay_ms;     /* how long to wait before it is made */
    bool fresh_connection; /* not on a connection that was used before */
};

enum http_fault {
    HTTP_FAULT_NONE,
    HTTP_FAULT_HEADERS_TOO_LARGE,
    HTTP_FAULT_BODY_TOO_LARGE,
    HTTP_FAULT_NO_MEMORY,
};

struct http_response {
    int result;               /* CURLcode; 0: a whole response came */
    char detail[256];         /* libcurl's own words about a result that is not 0 */
    enum http_fault fault;    /* why we broke it off ourselves */
    long status;              /* 0: none came */
    struct fields headers;    /* those that mean something to us, names in lower case */
    struct buffer body;       /* of an error: at most HTTP_ERROR_MAX */
    struct blob_builder data; /* the bytes of an object */
};

enum { HTTP_HEADERS_MAX = 64 * 1024, HTTP_ERROR_MAX = 64 * 1024 };

/* Takes a zeroed struct. */
void http_response_finish(struct http_response *response);

struct http_settings {
    const char *ca_file;         /* PEM bundle to trust; NULL: the system's */
    uint32_t connect_timeout_ms; /* for name, connection and TLS */
    uint32_t stall_seconds;      /* ends a transfer that is slower than this all that time: nothing
                                  * moves, or drips */
    uint32_t least_speed;        /* bytes a second */
    const struct speed_floor *floor; /* of each body on average: bursts keep the limit before from
                                      * ending it; NULL: none */
};

extern const struct http_settings http_settings_default;

struct http_transfer {
    void *easy;  /* CURL */
    void *lines; /* struct curl_slist: the request's headers */
    const struct http_request *request;
    struct http_response *response;
    atomic_size_t *sent; /* bytes of the request's body handed to the connection */
    size_t header_bytes;
    uint64_t body_bytes;     /* of the response, so far */
    int64_t moving_since_ms; /* when the first byte of a body went out or came in */
    bool body_begun;
    bool body_is_data;
    char detail[256];           /* CURL_ERROR_SIZE */
    struct http_transfer *next; /* the pool's */
};

void http_transfer_destroy(struct http_transfer *transfer);

/* A few transfers that are kept for reuse: each has its buffers. */
enum { HTTP_POOL_MAX = 4 };

struct http_pool {
    struct http_transfer *first;
    unsigned count;
};

/* A kept one, or a new one. NULL: ERROR_NO_MEMORY. */
struct http_transfer *http_pool_take(struct http_pool *pool, struct error *error) MUST_CHECK;
/* Keeps it, or destroys it. */
void http_pool_give(struct http_pool *pool, struct http_transfer *transfer);
void http_pool_finish(struct http_pool *pool);

/* Makes the handle ready for a request. Everything stays the caller's and must last until
 * http_transfer_end(). */
bool http_transfer_begin(struct http_transfer *transfer, const struct http_settings *settings,
                         const struct http_request *request, atomic_size_t *sent,
                         struct http_response *response, struct error *error) MUST_CHECK;
/* Whether a body, in either direction, has moved more slowly than that so far. */
bool http_transfer_too_slow(const struct http_transfer *transfer, const struct speed_floor *floor);

/* Completes the response and makes the handle ready for the next. result: CURLcode. */
void http_transfer_end(struct http_transfer *transfer, int result);

#endif
