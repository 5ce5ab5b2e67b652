/* SPDX-License-Identifier: MIT */
#include "mcp/server_state.h"

#include "base/json_text.h"
#include "base/log.h"
#include "mcp/message_reader.h"
#include "mcp/subscriptions.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

/* The main thread: it reads, dispatches, and waits for one of three things: input, a signal, or a
 * worker that has finished something. Work is taken on until its bytes or its number reach a cap;
 * then nothing is read until some of it is done, and the client feels that through the pipe. */

enum {
    READ_SIZE = 256 * 1024,
    PIPE_SIZE = 1024 * 1024,
    MAX_TEXT = 8 * 1024 * 1024,
    MAX_WORKERS = 16,
    MAX_FETCHERS = 8,
    MAX_REQUESTS = 256,
    MAX_FETCHES = 128, /* of the requests */
    MAX_BYTES = 32 * 1024 * 1024,
};

void server_add(struct server *server, struct request *request)
{
    request->size = message_size(request->message);
    pthread_mutex_lock(&server->locked.mutex);
    request->next = server->locked.requests;
    if (request->next)
        request->next->previous = request;
    server->locked.requests = request;
    server->locked.count++;
    server->locked.bytes += request->size;
    pthread_mutex_unlock(&server->locked.mutex);
}

static void uncount_locked(struct server *server, struct request *request)
{
    server->locked.count--;
    server->locked.bytes -= request->size;
    request->size = 0;
}

void server_keep_open_locked(struct server *server, struct request *request)
{
    uncount_locked(server, request);
    server->open_requests++;
}

static void wake(struct server *server)
{
    uint64_t one = 1;
    if (write(server->wake_fd, &one, sizeof one) < 0)
        return; /* the counter is full: it is awake */
}

void server_remove(struct server *server, struct request *request)
{
    pthread_mutex_lock(&server->locked.mutex);
    if (request->next)
        request->next->previous = request->previous;
    if (request->previous)
        request->previous->next = request->next;
    else
        server->locked.requests = request->next;
    if (request->subscription)
        server->open_requests--;
    else
        uncount_locked(server, request);
    if (request->fetching)
        server->locked.fetches--;
    pthread_mutex_unlock(&server->locked.mutex);
    request_destroy(request);
    wake(server);
}

bool server_fetch(struct server *server, struct request *request, struct error *error)
{
    pthread_mutex_lock(&server->locked.mutex);
    request->fetching = server->locked.fetches < MAX_FETCHES;
    if (request->fetching)
        server->locked.fetches++;
    pthread_mutex_unlock(&server->locked.mutex);
    if (!request->fetching)
        return error_set(error, ERROR_UNAVAILABLE,
                         "%d images are being fetched already, or wait for it; try again when some "
                         "of them are done",
                         MAX_FETCHES);
    worker_pool_submit(server->fetchers, &request->job);
    return true;
}

/* Answered requests stay listed for a moment; their ids are free again. */
static struct request *find_locked(struct server *server, const json_t *id)
{
    struct request *found = NULL;
    writer_lock(&server->writer);
    for (struct request *request = server->locked.requests; request && !found;
         request = request->next)
        if (!request->locked.over && json_equal(request->id, id))
            found = request;
    writer_unlock(&server->writer);
    return found;
}

bool server_has(struct server *server, const json_t *id)
{
    pthread_mutex_lock(&server->locked.mutex);
    bool found = find_locked(server, id) != NULL;
    pthread_mutex_unlock(&server->locked.mutex);
    return found;
}

void server_cancel(struct server *server, const json_t *id)
{
    pthread_mutex_lock(&server->locked.mutex);
    struct request *request = find_locked(server, id);
    bool unused = false; /* nobody else will remove it */
    if (request) {
        request_cancel(request);
        unused = request->subscription || worker_pool_withdraw(server->pool, &request->job) ||
                 worker_pool_withdraw(server->fetchers, &request->job);
    }
    pthread_mutex_unlock(&server->locked.mutex);
    if (unused)
        server_remove(server, request);
}

static void cancel_everything(struct server *server)
{
    pthread_mutex_lock(&server->locked.mutex);
    for (struct request *request = server->locked.requests; request; request = request->next)
        if (!request->subscription)
            request_cancel(request);
    pthread_mutex_unlock(&server->locked.mutex);
}

static void end_subscriptions(struct server *server)
{
    struct request *request = server->locked.requests; /* nobody is left to use the list */
    while (request) {
        struct request *next = request->next;
        subscription_end(server, request);
        request = next;
    }
}

enum event { EVENT_INPUT, EVENT_WAKE, EVENT_SIGNAL };

/* Waits for input (unless input is -1), a worker or a signal. */
static enum event wait_for_event(struct server *server, int input, int signals)
{
    struct pollfd fds[] = {{.fd = signals, .events = POLLIN},
                           {.fd = server->wake_fd, .events = POLLIN},
                           {.fd = input, .events = POLLIN}};
    for (;;) {
        if (poll(fds, sizeof fds / sizeof *fds, -1) < 0)
            continue; /* EINTR, ENOMEM: there is nothing better to do than to wait */
        if (fds[0].revents)
            return EVENT_SIGNAL;
        if (fds[1].revents) {
            uint64_t count;
            if (read(server->wake_fd, &count, sizeof count) < 0)
                continue;
            return EVENT_WAKE;
        }
        if (fds[2].revents)
            return EVENT_INPUT;
    }
}

static bool is_full(struct server *server)
{
    pthread_mutex_lock(&server->locked.mutex);
    bool full = server->locked.count >= MAX_REQUESTS || server->locked.bytes >= MAX_BYTES;
    pthread_mutex_unlock(&server->locked.mutex);
    return full;
}

static bool is_idle(struct server *server)
{
    pthread_mutex_lock(&server->locked.mutex);
    bool idle = server->locked.count == 0;
    pthread_mutex_unlock(&server->locked.mutex);
    return idle;
}

/* True when reading is over, for the reason in *end. */
static bool wait_for_input(struct server *server, int input, int signals, enum server_end *end)
{
    for (;;) {
        if (writer_broken(&server->writer)) {
            *end = SERVER_OUTPUT_ENDED;
            return true;
        }
        switch (wait_for_event(server, is_full(server) ? -1 : input, signals)) {
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
        while (size > 0 && is_full(server)) {
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
        cancel_everything(server);
    while (!is_idle(server)) {
        enum event event = wait_for_event(server, -1, end == SERVER_STOPPED ? -1 : signals);
        if (event == EVENT_SIGNAL)
            end = SERVER_STOPPED;
        else if (writer_broken(&server->writer))
            end = SERVER_OUTPUT_ENDED;
        if (end != SERVER_INPUT_ENDED)
            cancel_everything(server);
    }
    return writer_broken(&server->writer) ? SERVER_OUTPUT_ENDED : end;
}

static bool load_tools(struct server *server, struct error *error)
{
    const struct tool_set *set = &server->config->tools;
    struct buffer list = BUFFER_INIT(1024 * 1024);
    server->tools = calloc(set->count + 1, sizeof *server->tools);
    if (!server->tools || !buffer_append_string(&list, "[", error))
        return error_no_memory(error);
    for (size_t i = 0; i < set->count; i++) {
        struct server_tool *tool = &server->tools[i];
        tool->tool = &set->tools[i];
        tool->definition = json_loads(set->tools[i].definition, 0, NULL);
        tool->name = json_string_value(json_object_get(tool->definition, "name"));
        tool->input_schema = json_object_get(tool->definition, "inputSchema");
        if (!tool->name || !tool->input_schema ||
            !buffer_printf(&list, error, "%s%s", i ? "," : "", set->tools[i].definition)) {
            buffer_finish(&list);
            return error_set(error, ERROR_INTERNAL, "the definition of tool %zu is broken", i);
        }
    }
    bool good = buffer_append_string(&list, "]", error);
    server->tools_list = buffer_take(&list);
    return good;
}

static bool make_texts(struct server *server, struct error *error)
{
    const struct server_config *config = server->config;
    json_t *info = json_pack("{s:s, s:s, s:s}", "name", config->name, "title", config->title,
                             "version", config->version);
    json_t *instructions = json_string(config->instructions);
    server->server_info = json_text(info, 0);
    server->instructions = json_text(instructions, 0);
    json_decref(info);
    json_decref(instructions);
    if (!server->server_info || !server->instructions)
        return error_no_memory(error);
    struct buffer head = BUFFER_INIT(4096);
    if (!buffer_printf(&head, error,
                       "\"resultType\":\"complete\","
                       "\"_meta\":{\"io.modelcontextprotocol/serverInfo\":%s},",
                       server->server_info))
        return false;
    server->modern_head = buffer_take(&head);
    return true;
}

static void server_finish(struct server *server)
{
    worker_pool_destroy(server->pool); /* first: it submits to the other */
    worker_pool_destroy(server->fetchers);
    for (size_t i = 0; server->tools && i < server->config->tools.count; i++)
        json_decref(server->tools[i].definition);
    free(server->tools);
    free(server->tools_list);
    free(server->modern_head);
    free(server->server_info);
    free(server->instructions);
    subscription_destroy(server->locked.session);
    if (server->wake_fd >= 0)
        close(server->wake_fd);
    pthread_mutex_destroy(&server->locked.mutex);
    writer_finish(&server->writer);
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

bool server_run(const struct server_config *config, enum server_end *ret_end, struct error *error)
{
    struct server server = {.config = config, .wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    CLEANUP(close_cleanup) int signals = block_signals();
    CLEANUP(message_reader_destroy_cleanup) struct message_reader *reader = NULL;
    CLEANUP(free_cleanup) char *chunk = malloc(READ_SIZE);
    struct message_limits limits = {.text = MAX_TEXT, .lifted = config->max_bytes};
    writer_init(&server.writer, config->output, signals);
    pthread_mutex_init(&server.locked.mutex, NULL);

    bool good = true;
    if (signals < 0 || server.wake_fd < 0)
        good = error_set(error, ERROR_INTERNAL, "no file descriptors are left");
    else if (!chunk)
        good = error_no_memory(error);
    good = good && load_tools(&server, error) && make_texts(&server, error) &&
           message_reader_create(&limits, &reader, error) &&
           worker_pool_create(MAX_WORKERS, &server.pool, error) &&
           worker_pool_create(MAX_FETCHERS, &server.fetchers, error);
    if (good) {
        fcntl(config->input, F_SETPIPE_SZ, PIPE_SIZE); /* only pipes can; fewer and larger reads */
        const struct resource_set *resources = &config->resources;
        const struct resource_watcher watcher = subscriptions_watcher(&server);
        resources->ops->watch(resources->context, &watcher);
        enum server_end end = read_everything(&server, reader, chunk, signals);
        *ret_end = drain(&server, end, signals);
        resources->ops->watch(resources->context, NULL);
        end_subscriptions(&server);
    }
    server_finish(&server);
    return good;
}
