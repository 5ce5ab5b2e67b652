/* SPDX-License-Identifier: MIT */
#ifndef MCP_WRITER_H
#define MCP_WRITER_H

#include "base/error.h"

#include <pthread.h>
#include <stddef.h>

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

/* A piece of a message: JSON text, or bytes that are written as base64 (the quotes around them
 * belong to the text), so that a large payload is never copied, nor seen by the JSON encoder. */
struct writer_part {
    const void *data;
    size_t size;
    bool is_bytes;
};

/* Writes the parts and a newline as one line; together they must be one JSON text without newlines.
 * Blocks while the other side does not read, unless it is to stop. After a failure it does nothing.
 */
void writer_send_locked(struct writer *writer, const struct writer_part *parts, size_t count);

/* Whether a write has failed, or was given up. */
bool writer_broken(struct writer *writer);

#endif
