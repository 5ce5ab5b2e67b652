/* SPDX-License-Identifier: MIT */
/* Whether a request may still be answered is decided under the writer's lock, in one step with the
 * writing: a request that was cancelled a moment before stays silent. */
#include "mcp/request.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/json_text.h"

#include <string.h>

enum { PROGRESS_INTERVAL_MS = 250 };

static struct writer_part request_part(const char *text)
{
    return (struct writer_part){.data = text, .size = strlen(text)};
}

struct request *request_create(struct server *server, struct writer *writer,
                               struct message *message, const char *id, const json_t *params,
                               enum protocol_version version, struct batch *batch)
{
    struct request *request = calloc(1, sizeof *request);
    if (!request)
        return NULL;
    request->server = server;
    request->writer = writer;
    request->message = message_ref(message);
    request->params = params;
    request->version = version;
    request->batch = batch;
    if (batch)
        batch_hold(batch);
    cancel_init(&request->cancel);
    request->progress.last_ms = clock_monotonic_ms();
    const json_t *token = json_object_get(json_object_get(params, "_meta"), "progressToken");
    bool wanted = protocol_is_id(token) && !message_lifted(message, token);
    if ((request->id = strdup(id)) &&
        (!wanted || (request->progress.token = message_echo(message, token))))
        return request;
    request_destroy(request);
    return NULL;
}

void request_destroy(struct request *request)
{
    if (!request)
        return;
    if (request->batch)
        batch_release(request->batch);
    cancel_finish(&request->cancel);
    arguments_finish(&request->arguments);
    free(request->id);
    free(request->progress.token);
    message_unref(request->message);
    free(request);
}

struct operation request_operation(struct request *request)
{
    return (struct operation){.cancel = &request->cancel,
                              .progress = request->progress.token ? request_progress : NULL,
                              .progress_argument = request};
}

const char *request_string(const struct request *request, const json_t *object, const char *name)
{
    const json_t *string = json_object_get(object, name);
    return message_lifted(request->message, string) ? NULL : json_string_value(string);
}

bool request_cursor(const struct request *request, const char **ret_cursor)
{
    const json_t *given = json_object_get(request->params, "cursor");
    const char *cursor = request_string(request, request->params, "cursor");
    if (!cursor && given && !json_is_null(given))
        return false;
    *ret_cursor = cursor && *cursor ? cursor : NULL;
    return true;
}

void request_reply_bytes(struct request *request, const char *head, const char *before,
                         const struct blob *bytes, const char *after)
{
    writer_lock(request->writer);
    if (!request->locked.over) {
        struct writer_part parts[] = {
            request_part("{\"jsonrpc\":\"2.0\",\"id\":"),
            request_part(request->id),
            request_part(",\"result\":{"),
            request_part(head),
            request_part(before),
            {.data = bytes ? bytes->data : NULL, .size = bytes ? bytes->size : 0, .is_bytes = true},
            request_part(after),
            request_part("}}"),
        };
        batch_send_locked(request->batch, request->writer, parts, LENGTH(parts));
    }
    request->locked.over = true;
    writer_unlock(request->writer);
}

void request_reply(struct request *request, const char *head, const char *members)
{
    request_reply_bytes(request, head, members, NULL, "");
}

void request_reply_json(struct request *request, const char *head, json_t *result)
{
    CLEANUP(free_cleanup)
    char *members = result ? json_text(result, JSON_EMBED) : NULL;
    json_decref(result);
    if (members)
        request_reply(request, head, members);
    else
        request_reply_error(request, JSON_RPC_INTERNAL_ERROR, "Internal error: out of memory",
                            NULL);
}

static void send_error_locked(struct writer *writer, struct batch *batch, const char *id,
                              const char *error)
{
    struct writer_part parts[] = {request_part("{\"jsonrpc\":\"2.0\""),
                                  request_part(id ? ",\"id\":" : ""),
                                  request_part(id ? id : ""),
                                  request_part(",\"error\":"),
                                  request_part(error),
                                  request_part("}")};
    batch_send_locked(batch, writer, parts, LENGTH(parts));
}

static char *dump_error(int code, const char *message, json_t *data)
{
    json_t *error = json_pack("{s:i, s:s, s:o*}", "code", code, "message", message, "data", data);
    char *text = json_text(error, 0);
    json_decref(error);
    return text;
}

static const char no_memory_error[] =
    "{\"code\":-32603,\"message\":\"Internal error: out of memory\"}";

void request_reply_error(struct request *request, int code, const char *message, json_t *data)
{
    CLEANUP(free_cleanup) char *error = dump_error(code, message, data);
    writer_lock(request->writer);
    if (!request->locked.over)
        send_error_locked(request->writer, request->batch, request->id,
                          error ? error : no_memory_error);
    request->locked.over = true;
    writer_unlock(request->writer);
}

void reply_error(struct writer *writer, struct batch *batch, const char *id, int code,
                 const char *message, json_t *data)
{
    CLEANUP(free_cleanup) char *error = dump_error(code, message, data);
    writer_lock(writer);
    send_error_locked(writer, batch, id, error ? error : no_memory_error);
    writer_unlock(writer);
}

bool request_is_over(struct request *request)
{
    writer_lock(request->writer);
    bool over = request->locked.over;
    writer_unlock(request->writer);
    return over;
}

void request_forget_message(struct request *request)
{
    request->params = NULL;
    free(TAKE(request->progress.token));
    message_unref(TAKE(request->message));
}

void request_cancel(struct request *request)
{
    writer_lock(request->writer);
    request->locked.over = true;
    writer_unlock(request->writer);
    cancel_request(&request->cancel);
}

void request_progress(void *argument, uint64_t done, uint64_t total, const char *message)
{
    struct request *request = argument;
    int64_t now = clock_monotonic_ms();
    if (!request->progress.token || done <= request->progress.done ||
        now - request->progress.last_ms < PROGRESS_INTERVAL_MS)
        return;
    request->progress.done = done;
    request->progress.last_ms = now;

    json_t *params = json_pack("{s:I, s:s*}", "progress", (json_int_t)done, "message", message);
    if (params && total > 0)
        json_object_set_new(params, "total", json_integer((json_int_t)total));
    CLEANUP(free_cleanup) char *text = json_text(params, JSON_EMBED);
    json_decref(params);
    writer_lock(request->writer);
    if (text && !request->locked.over) {
        struct writer_part parts[] = {
            request_part("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{"
                         "\"progressToken\":"),
            request_part(request->progress.token), request_part(","), request_part(text),
            request_part("}}")};
        writer_send_locked(request->writer, parts, LENGTH(parts));
    }
    writer_unlock(request->writer);
}
