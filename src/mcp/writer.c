/* SPDX-License-Identifier: MIT */
#include "mcp/writer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

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

/* Takes `size` bytes off the front of the parts. */
static void advance(struct iovec **parts, int *count, size_t size)
{
    while (*count > 0 && size >= (*parts)->iov_len) {
        size -= (*parts)->iov_len;
        (*parts)++;
        (*count)--;
    }
    if (*count > 0) {
        (*parts)->iov_base = (char *)(*parts)->iov_base + size;
        (*parts)->iov_len -= size;
    }
}

/* Waits until a piece can be written without blocking; false when the wait is to be given up. */
static bool wait_writable(const struct writer *writer)
{
    struct pollfd fds[] = {{.fd = writer->fd, .events = POLLOUT},
                           {.fd = writer->stop_fd, .events = POLLIN}};
    while (poll(fds, sizeof fds / sizeof *fds, -1) < 0)
        if (errno != EINTR)
            return false;
    return fds[0].revents != 0;
}

/* Writes as much of the parts as a pipe that is ready takes for certain: if nobody reads, we must
 * wait in poll(), where a signal reaches us, and not in write(). */
static ssize_t write_piece(int fd, const struct iovec *parts, int count)
{
    struct iovec piece[WRITER_MAX_PARTS + 1];
    size_t room = PIPE_BUF;
    int used = 0;
    for (; used < count && room > 0; used++) {
        piece[used] = parts[used];
        if (piece[used].iov_len > room)
            piece[used].iov_len = room;
        room -= piece[used].iov_len;
    }
    return writev(fd, piece, used);
}

void writer_send_locked(struct writer *writer, const struct iovec *parts, int count)
{
    struct iovec line[WRITER_MAX_PARTS + 1], *rest = line;
    memcpy(line, parts, (size_t)count * sizeof *parts);
    char newline[] = "\n";
    line[count++] = (struct iovec){newline, 1};
    advance(&rest, &count, 0);
    while (count > 0 && !writer->locked.broken) {
        writer->locked.broken = !wait_writable(writer);
        if (writer->locked.broken)
            break;
        ssize_t written = write_piece(writer->fd, rest, count);
        if (written >= 0)
            advance(&rest, &count, (size_t)written);
        else
            writer->locked.broken = errno != EINTR && errno != EAGAIN;
    }
}
