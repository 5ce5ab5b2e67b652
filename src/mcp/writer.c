/* SPDX-License-Identifier: MIT */
#include "mcp/writer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

void writer_init(struct writer *writer, int fd)
{
    *writer = (struct writer){.fd = fd};
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

/* stdout may have been handed to us non-blocking. */
static bool wait_writable(int fd)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLOUT};
    return poll(&pollfd, 1, -1) >= 0 || errno == EINTR;
}

void writer_send_locked(struct writer *writer, const struct iovec *parts, int count)
{
    struct iovec line[WRITER_MAX_PARTS + 1], *rest = line;
    memcpy(line, parts, (size_t)count * sizeof *parts);
    char newline[] = "\n";
    line[count++] = (struct iovec){newline, 1};
    advance(&rest, &count, 0);
    while (count > 0 && !writer->locked.broken) {
        ssize_t written = writev(writer->fd, rest, count);
        if (written >= 0)
            advance(&rest, &count, (size_t)written);
        else if (errno == EAGAIN)
            writer->locked.broken = !wait_writable(writer->fd);
        else if (errno != EINTR)
            writer->locked.broken = true;
    }
}
