/* SPDX-License-Identifier: MIT */
#ifndef S3_TRANSPORT_H
#define S3_TRANSPORT_H

#include "base/cleanup.h"
#include "base/operation.h"
#include "s3/http.h"

/* One thread that owns every connection of the process: one libcurl multi handle with its
 * connection pool, HTTP/2 multiplexing, the timers of exchanges that are to be made later, and
 * cancellation. The thread is started with the first exchange. */
struct transport;

/* At most this many exchanges are under way at once; the others wait their turn. */
enum { TRANSPORT_EXCHANGES_MAX = 32 };

/* What ca_file points at must outlive the transport. */
bool transport_create(const struct http_settings *settings, struct transport **ret_transport,
                      struct error *error) MUST_CHECK;

/* Makes one request, request->delay_ms from now, and waits for its end. True if it was made,
 * however it ended: ret_response->result and ->status say so. ERROR_CANCELLED (soon after the
 * operation's cancel token or transport_stop() asks for it), ERROR_NO_MEMORY, ERROR_INTERNAL (no
 * thread). Progress: bytes of the body, a few times a second, from this thread. */
bool transport_perform(struct transport *transport, const struct http_request *request,
                       const struct operation *operation, struct http_response *ret_response,
                       struct error *error) MUST_CHECK;

/* Ends everything that is under way, and the thread: each call of transport_perform(), now or
 * later, fails with ERROR_CANCELLED. */
void transport_stop(struct transport *transport);

/* No thread may be in transport_perform() any more. */
void transport_destroy(struct transport *transport);
DEFINE_CLEANUP(struct transport *, transport_destroy)

#endif
