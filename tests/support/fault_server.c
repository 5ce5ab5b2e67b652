/* SPDX-License-Identifier: MIT */
/* One thread that polls: what arrives takes its step of the script in the order of arrival,
 * whatever connection it comes on. It speaks just enough HTTP for a client that is under test, with
 * plain system calls, because what it must do best is to break the protocol. */
#include "support/fault_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

static void fault_server_send(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, text, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        size -= (size_t)sent;
    }
}

static void fault_server_reset(int fd)
{
    struct linger linger = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* Byte by byte, so that nothing of what follows the head is taken. False at the end of input. */
static bool fault_server_read_head(int fd, char head[FAULT_HEAD_SIZE])
{
    size_t size = 0;
    while (size < FAULT_HEAD_SIZE - 1) {
        if (recv(fd, head + size, 1, 0) != 1)
            return false;
        head[++size] = '\0';
        if (size >= 4 && memcmp(head + size - 4, "\r\n\r\n", 4) == 0)
            return true;
    }
    return false;
}

static void fault_server_read_body(struct fault_server *server, int fd, const char *head)
{
    static char sink[256 * 1024];
    const char *length = strcasestr(head, "\r\ncontent-length:");
    size_t left = length ? strtoul(length + strlen("\r\ncontent-length:"), NULL, 10) : 0, kept = 0;
    while (left > 0) {
        ssize_t got = recv(fd, sink, left < sizeof sink ? left : sizeof sink, 0);
        if (got <= 0)
            return;
        left -= (size_t)got;
        pthread_mutex_lock(&server->locked.mutex);
        server->locked.body_bytes += (size_t)got;
        size_t room = FAULT_BODY_SIZE - 1 - kept;
        size_t size = (size_t)got < room ? (size_t)got : room;
        memcpy(server->locked.body + kept, sink, size);
        server->locked.body[kept += size] = '\0';
        pthread_mutex_unlock(&server->locked.mutex);
    }
}

static const struct fault_step *fault_server_note(struct fault_server *server, const char *head)
{
    pthread_mutex_lock(&server->locked.mutex);
    size_t index = server->locked.requests++;
    if (index < FAULT_HEADS)
        memcpy(server->locked.heads[index], head, strlen(head) + 1);
    pthread_cond_broadcast(&server->locked.arrived);
    pthread_mutex_unlock(&server->locked.mutex);
    return &server->steps[index < server->step_count ? index : server->step_count - 1];
}

static void fault_server_send_gzip(int fd, const char *response)
{
    static const char coding[] = "\r\nContent-Encoding: gzip\r\n\r\n";
    unsigned char packed[4096];
    const char *body = strstr(response, "\r\n\r\n") + 4;
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)body,
                       .avail_in = (unsigned)strlen(body),
                       .next_out = packed,
                       .avail_out = sizeof packed};
    if (deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK ||
        deflate(&stream, Z_FINISH) != Z_STREAM_END)
        abort();
    deflateEnd(&stream);
    fault_server_send(fd, response, (size_t)(body - response) - 4);
    fault_server_send(fd, coding, sizeof coding - 1);
    fault_server_send(fd, (const char *)packed, stream.total_out);
}

static void fault_server_drip(int fd)
{
    struct pollfd end = {.fd = fd, .events = POLLRDHUP};
    while (poll(&end, 1, 50) == 0 && send(fd, "x", 1, MSG_NOSIGNAL) == 1)
        ;
}

/* One request; false when the connection is to be closed. */
static bool fault_server_serve(struct fault_server *server, struct pollfd *connection)
{
    char head[FAULT_HEAD_SIZE];
    int fd = connection->fd;
    if (connection->events == POLLRDHUP || !fault_server_read_head(fd, head))
        return false;
    const struct fault_step *step = fault_server_note(server, head);
    if (step->fault == FAULT_STALL) { /* from now on only its end is looked for */
        connection->events = POLLRDHUP;
        return true;
    }
    if (step->fault != FAULT_EARLY)
        fault_server_read_body(server, fd, head);
    if (step->fault == FAULT_RESET) {
        fault_server_reset(fd);
        return false;
    }
    if (step->fault == FAULT_ANSWER_GZIP) {
        fault_server_send_gzip(fd, step->response);
        return false;
    }
    fault_server_send(fd, step->response, strlen(step->response));
    if (step->fault == FAULT_DRIP)
        fault_server_drip(fd);
    if (step->fault == FAULT_ENDLESS) {
        static const char filler[] =
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
        while (send(fd, filler, sizeof filler - 1, MSG_NOSIGNAL) > 0)
            ;
        return false;
    }
    return step->fault == FAULT_ANSWER;
}

static void fault_server_accept(struct fault_server *server)
{
    int fd = accept(server->listener, NULL, NULL);
    for (size_t i = 2; i < 2 + FAULT_CONNECTIONS; i++) {
        if (server->polls[i].fd >= 0)
            continue;
        server->polls[i] = (struct pollfd){.fd = fd, .events = POLLIN};
        pthread_mutex_lock(&server->locked.mutex);
        server->locked.connections++;
        pthread_mutex_unlock(&server->locked.mutex);
        return;
    }
    close(fd);
}

static void *fault_server_main(void *argument)
{
    struct fault_server *server = argument;
    for (;;) {
        while (poll(server->polls, 2 + FAULT_CONNECTIONS, -1) < 0 && errno == EINTR)
            ;
        if (server->polls[0].revents)
            return NULL;
        if (server->polls[1].revents)
            fault_server_accept(server);
        for (size_t i = 2; i < 2 + FAULT_CONNECTIONS; i++) {
            struct pollfd *connection = &server->polls[i];
            if (connection->fd < 0 || !connection->revents)
                continue;
            if (!fault_server_serve(server, connection)) {
                close(connection->fd);
                connection->fd = -1;
            }
        }
    }
}

void fault_server_start(struct fault_server *server, const struct fault_step *steps,
                        size_t step_count)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    memset(server, 0, sizeof *server);
    server->steps = steps;
    server->step_count = step_count;
    pthread_mutex_init(&server->locked.mutex, NULL);
    pthread_cond_init(&server->locked.arrived, NULL);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    server->wake = eventfd(0, EFD_CLOEXEC);
    if (server->listener < 0 || server->wake < 0 ||
        bind(server->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(server->listener, 64) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &size) != 0)
        abort();
    server->port = ntohs(address.sin_port);
    server->polls[0] = (struct pollfd){.fd = server->wake, .events = POLLIN};
    server->polls[1] = (struct pollfd){.fd = server->listener, .events = POLLIN};
    for (size_t i = 2; i < 2 + FAULT_CONNECTIONS; i++)
        server->polls[i].fd = -1;
    if (pthread_create(&server->thread, NULL, fault_server_main, server) != 0)
        abort();
}

void fault_server_stop(struct fault_server *server)
{
    if (eventfd_write(server->wake, 1) != 0)
        abort();
    pthread_join(server->thread, NULL);
    for (size_t i = 2; i < 2 + FAULT_CONNECTIONS; i++)
        if (server->polls[i].fd >= 0)
            close(server->polls[i].fd);
    close(server->listener);
    close(server->wake);
    pthread_cond_destroy(&server->locked.arrived);
    pthread_mutex_destroy(&server->locked.mutex);
}

size_t fault_server_requests(struct fault_server *server)
{
    pthread_mutex_lock(&server->locked.mutex);
    size_t requests = server->locked.requests;
    pthread_mutex_unlock(&server->locked.mutex);
    return requests;
}

size_t fault_server_connections(struct fault_server *server)
{
    pthread_mutex_lock(&server->locked.mutex);
    size_t connections = server->locked.connections;
    pthread_mutex_unlock(&server->locked.mutex);
    return connections;
}

void fault_server_wait_for(struct fault_server *server, size_t requests)
{
    pthread_mutex_lock(&server->locked.mutex);
    while (server->locked.requests < requests)
        pthread_cond_wait(&server->locked.arrived, &server->locked.mutex);
    pthread_mutex_unlock(&server->locked.mutex);
}

bool fault_server_asked(struct fault_server *server, size_t request, const char *beginning)
{
    pthread_mutex_lock(&server->locked.mutex);
    bool asked = strncmp(server->locked.heads[request], beginning, strlen(beginning)) == 0;
    if (!asked)
        fprintf(stderr, "request %zu is %.200s", request, server->locked.heads[request]);
    pthread_mutex_unlock(&server->locked.mutex);
    return asked;
}

const char *fault_server_header(struct fault_server *server, size_t request, const char *name)
{
    static char value[FAULT_HEAD_SIZE];
    char line[128];
    snprintf(line, sizeof line, "\r\n%s:", name);
    pthread_mutex_lock(&server->locked.mutex);
    const char *place = strcasestr(server->locked.heads[request], line);
    if (place) {
        place += strlen(line);
        place += strspn(place, " ");
        size_t size = strcspn(place, "\r");
        memcpy(value, place, size);
        value[size] = '\0';
    }
    pthread_mutex_unlock(&server->locked.mutex);
    return place ? value : NULL;
}
