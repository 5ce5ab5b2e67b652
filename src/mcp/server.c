/* SPDX-License-Identifier: MIT */
/* The main thread: it reads, dispatches, and waits for one of three things: input, a signal, or a
 * request that has gone. Work is taken on until the list of requests is full; then nothing is read
 * until there is room, and the client feels that through the pipe. */
#include "mcp/server.h"

#include "base/array.h"
#include "base/log.h"
#include "mcp/dispatch.h"
#include "mcp/message_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>

enum {
    READ_SIZE = 256 * 1024,
    PIPE_SIZE = 1024 * 1024,
    MAX_TEXT = 8 * 1024 * 1024,
};

enum event { EVENT_INPUT, EVENT_WAKE, EVENT_SIGNAL };

/* Waits for input (unless input is -1), for a request to go, or for a signal. */
static enum event wait_for_event(struct server *server, int input, int signals)
{
    struct pollfd fds[] = {{.fd = signals, .events = POLLIN},
                           {.fd = server->requests.wake_fd, .events = POLLIN},
                           {.fd = input, .events = POLLIN}};
    for (;;) {
        if (poll(fds, LENGTH(fds), -1) < 0)
            continue; /* EINTR, ENOMEM: there is nothing better to do than to wait */
        if (fds[0].revents)
            return EVENT_SIGNAL;
        if (fds[1].revents) {
            request_list_clear_wake(&server->requests);
            return EVENT_WAKE;
        }
        if (fds[2].revents)
            return EVENT_INPUT;
    }
}

/* True when reading is over, for the reason in *end. */
static bool wait_for_input(struct server *server, int input, int signals, enum server_end *end)
{
    for (;;) {
        if (writer_broken(&server->writer)) {
            *end = SERVER_OUTPUT_ENDED;
            return true;
        }
        switch (
            wait_for_event(server, request_list_is_full(&server->requests) ? -1 : input, signals)) {
        case EVENT_SIGNAL:
            *end = SERVER_STOPPED;
            return true;
        case EVENT_WAKE:
            break;
        case EVENT_INPUT:
            return false;
        }
    }
}

/* Takes what was read apart; between two messages it waits until there is room for the next. */
static bool take_input(struct server *server, struct message_reader *reader, const char *data,
                       size_t size, int signals, enum server_end *end)
{
    while (size > 0) {
        struct message *message;
        size_t used = message_reader_push(reader, data, size, &message);
        data += used;
        size -= used;
        if (!message)
            continue;
        dispatch_message(server, message);
        while (size > 0 && request_list_is_full(&server->requests)) {
            if (wait_for_event(server, -1, signals) == EVENT_SIGNAL) {
                *end = SERVER_STOPPED;
                return false;
            }
        }
    }
    return true;
}

static enum server_end read_everything(struct server *server, struct message_reader *reader,
                                       char *chunk, int signals)
{
    const int input = server->config->input;
    enum server_end end;
    for (;;) {
        if (wait_for_input(server, input, signals, &end))
            return end;
        ssize_t size = read(input, chunk, READ_SIZE);
        if (size < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (size <= 0)
            break;
        if (!take_input(server, reader, chunk, (size_t)size, signals, &end))
            return end;
    }
    struct message *message;
    message_reader_end(reader, &message);
    if (message)
        dispatch_message(server, message);
    return SERVER_INPUT_ENDED;
}

/* Finishes what was accepted, or cancels it; returns how it went. */
static enum server_end drain(struct server *server, enum server_end end, int signals)
{
    if (end != SERVER_INPUT_ENDED)
        request_list_cancel_all(&server->requests);
    while (!request_list_is_empty(&server->requests)) {
        enum event event = wait_for_event(server, -1, end == SERVER_STOPPED ? -1 : signals);
        if (event == EVENT_SIGNAL)
            end = SERVER_STOPPED;
        else if (writer_broken(&server->writer))
            end = SERVER_OUTPUT_ENDED;
        if (end != SERVER_INPUT_ENDED)
            request_list_cancel_all(&server->requests);
    }
    return writer_broken(&server->writer) ? SERVER_OUTPUT_ENDED : end;
}

static int block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum server_end serve(struct server *server, struct message_reader *reader, char *chunk,
                             int signals)
{
    const struct resource_set *resources = &server->config->resources;
    const struct resource_watcher watcher = subscriptions_watcher(&server->subscriptions);
    fcntl(server->config->input, F_SETPIPE_SZ, PIPE_SIZE); /* only pipes can; fewer, larger reads */
    resources->ops->watch(resources->context, &watcher);
    enum server_end end = read_everything(server, reader, chunk, signals);
    end = drain(server, end, signals);
    resources->ops->watch(resources->context, NULL);
    subscriptions_end(&server->subscriptions);
    return end;
}

bool server_run(const struct server_config *config, enum server_end *ret_end, struct error *error)
{
    struct server server;
    CLEANUP(close_cleanup) int signals = block_signals();
    CLEANUP(message_reader_destroy_cleanup) struct message_reader *reader = NULL;
    CLEANUP(free_cleanup) char *chunk = malloc(READ_SIZE);
    struct message_limits limits = {.text = MAX_TEXT, .lifted = config->max_bytes};
    bool good = server_init(&server, config, signals, error);
    if (signals < 0)
        good = error_set(error, ERROR_INTERNAL, "no file descriptors are left");
    else if (!chunk)
        good = error_no_memory(error);
    if (good && message_reader_create(&limits, &reader, error))
        *ret_end = serve(&server, reader, chunk, signals);
    else
        good = false;
    server_finish(&server);
    return good;
}
