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
    int stop_fd;
    struct {
        pthread_mutex_t mutex;
        bool broken; /* a write failed or was given up: nobody reads any more */
    } locked;
};

/* Waiting for the other side to read is given up when stop_fd (-1: none) becomes readable. */
void writer_init(struct writer *writer, int fd, int stop_fd);
void writer_finish(struct writer *writer);

void writer_lock(struct writer *writer);
void writer_unlock(struct writer *writer);

/* Writes the parts (at most WRITER_MAX_PARTS) and a newline as one line; together they must be one
 * JSON text without newlines. Blocks while the other side does not read, unless it is
 * to stop. After a failure it does
 * nothing. */
enum { WRITER_MAX_PARTS = 8 };
void writer_send_locked(struct writer *writer, const struct iovec *parts, int count);

/* Whether a write has failed, or was given up. */
bool writer_broken(struct writer *writer);

#endif
