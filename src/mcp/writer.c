/* SPDX-License-Identifier: MIT */
/* Results can be images of many megabytes. They are written piece by piece, encoded on the way, so
 * that no second copy of them is made; the lock is held for a whole line, since a line is a
 * message. */
#include "mcp/writer.h"

#include "base/array.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

void writer_init(struct writer *writer, int fd, int stop_fd)
{
    *writer = (struct writer){.fd = fd, .stop_fd = stop_fd};
    pthread_mutex_init(&writer->locked.mutex, NULL);
}

void writer_finish(struct writer *writer)
{
    pthread_mutex_destroy(&writer->locked.mutex);
}

void writer_lock(struct writer *writer)
{
    pthread_mutex_lock(&writer->locked.mutex);
}

void writer_unlock(struct writer *writer)
{
    pthread_mutex_unlock(&writer->locked.mutex);
}

bool writer_broken(struct writer *writer)
{
    writer_lock(writer);
    bool broken = writer->locked.broken;
    writer_unlock(writer);
    return broken;
}

/* Waits until a piece can be written without blocking; false when the wait is to be given up. */
static bool wait_writable(const struct writer *writer)
{
    struct pollfd fds[] = {{.fd = writer->fd, .events = POLLOUT},
                           {.fd = writer->stop_fd, .events = POLLIN}};
    while (poll(fds, LENGTH(fds), -1) < 0)
        if (errno != EINTR)
            return false;
    return fds[0].revents != 0;
}

/* What goes out next. It is written when it is as large as a pipe that is ready takes for certain:
 * if nobody reads, we must wait in poll(), where a signal reaches us, and not in write(). */
struct piece {
    char data[PIPE_BUF];
    size_t size;
};

static void flush_locked(struct writer *writer, struct piece *piece)
{
    size_t done = 0;
    while (done < piece->size && !writer->locked.broken) {
        writer->locked.broken = !wait_writable(writer);
        if (writer->locked.broken)
            break;
        ssize_t written = write(writer->fd, piece->data + done, piece->size - done);
        if (written >= 0)
            done += (size_t)written;
        else
            writer->locked.broken = errno != EINTR && errno != EAGAIN;
    }
    piece->size = 0;
}

static void put_text_locked(struct writer *writer, struct piece *piece, const char *text,
                            size_t size)
{
    while (size > 0) {
        size_t room = sizeof piece->data - piece->size, step = size < room ? size : room;
        memcpy(piece->data + piece->size, text, step);
        piece->size += step;
        text += step;
        size -= step;
        if (piece->size == sizeof piece->data)
            flush_locked(writer, piece);
    }
}

static void put_bytes_locked(struct writer *writer, struct piece *piece, const unsigned char *bytes,
                             size_t size)
{
    enum { STEP = PIPE_BUF / 4 * 3 };
    char text[STEP / 3 * 4 + 1];
    while (size > 0) {
        size_t step = size < STEP ? size : STEP;
        int length = EVP_EncodeBlock((unsigned char *)text, bytes, (int)step);
        put_text_locked(writer, piece, text, (size_t)length);
        bytes += step;
        size -= step;
    }
}

void writer_send_locked(struct writer *writer, const struct writer_part *parts, size_t count)
{
    struct piece piece;
    piece.size = 0;
    for (size_t i = 0; i < count && !writer->locked.broken; i++) {
        if (parts[i].is_bytes)
            put_bytes_locked(writer, &piece, parts[i].data, parts[i].size);
        else
            put_text_locked(writer, &piece, parts[i].data, parts[i].size);
    }
    put_text_locked(writer, &piece, "\n", 1);
    flush_locked(writer, &piece);
}
