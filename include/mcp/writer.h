/* SPDX-License-Identifier: MIT */
#ifndef MCP_WRITER_H
#define MCP_WRITER_H

#include "base/error.h"

#include <pthread.h>
#include <sys/uio.h>

/* The only code that writes stdout: one lock, one complete line a message. Whoever must decide and
 * write in one step (is this request cancelled? then say nothing) holds the lock itself. */
struct writer {
    int fd;
    struct {
        pthread_mutex_t mutex;
        bool broken; /* a write failed: nobody reads any more */
    } locked;
};

void writer_init(struct writer *writer, int fd);
void writer_finish(struct writer *writer);

void writer_lock(struct writer *writer);
void writer_unlock(struct writer *writer);

/* Writes the parts (at most WRITER_MAX_PARTS) and a newline as one line; together they must be one
 * JSON text without newlines. Blocks while the other side does not read. After a failure it does
 * nothing. */
enum { WRITER_MAX_PARTS = 8 };
void writer_send_locked(struct writer *writer, const struct iovec *parts, int count);

/* Whether a write has failed. */
bool writer_broken(struct writer *writer);

#endif
