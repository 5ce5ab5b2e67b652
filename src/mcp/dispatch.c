/* SPDX-License-Identifier: MIT */
/* From a line of JSON to requests: JSON-RPC 2.0 sections 4 to 6, and MCP's rules for ids, revisions
 * and batches. Whatever is wrong with a message is answered here, with its id where one can be
 * read. */
#include "mcp/dispatch.h"

#include "base/array.h"
#include "mcp/methods.h"

#include <assert.h>
#include <string.h>

static const char internal_no_memory[] = "Internal error: out of memory";

static void refuse_problem(struct server *server, const struct message *message)
{
    static const struct {
        int code;
        const char *text;
    } problems[] = {
        [MESSAGE_TOO_LONG] = {JSON_RPC_INVALID_REQUEST,
                              "Invalid Request: the message is longer than is accepted"},
        [MESSAGE_TOO_DEEP] = {JSON_RPC_INVALID_REQUEST,
                              "Invalid Request: the message is nested too deep"},
        [MESSAGE_NO_MEMORY] = {JSON_RPC_INTERNAL_ERROR, internal_no_memory},
    };
    CLEANUP(free_cleanup) char *id = message_find_id(message);
    reply_error(&server->writer, NULL, id, problems[message->problem].code,
                problems[message->problem].text, NULL);
}

static void refuse_json(struct server *server, const struct message *message,
                        const struct error *error)
{
    static const struct {
        enum error_code error;
        int code;
        const char *start;
    } answers[] = {
        {ERROR_INVALID, JSON_RPC_PARSE_ERROR, "Parse error: "},
        {ERROR_TOO_LARGE, JSON_RPC_INVALID_REQUEST, "Invalid Request: the message is too large: "},
    };
    CLEANUP(free_cleanup) char *id = message_find_id(message);
    char text[sizeof error->text + 64];
    for (size_t i = 0; i < LENGTH(answers); i++) {
        if (answers[i].error != error->code)
            continue;
        snprintf(text, sizeof text, "%s%s", answers[i].start, error->text);
        reply_error(&server->writer, NULL, id, answers[i].code, text, NULL);
        return;
    }
    reply_error(&server->writer, NULL, id, JSON_RPC_INTERNAL_ERROR, internal_no_memory, NULL);
}

/* One thing that was sent, in the shape that JSON-RPC gives it. */
struct call {
    struct message *message;
    struct batch *batch;
    char *id; /* its JSON text, owned; NULL: a notification */
    const char *method;
    const json_t *params;
};

static void dispatch_refuse(struct server *server, const struct call *call, int code,
                            const char *text, json_t *data)
{
    reply_error(&server->writer, call->batch, call->id, code, text, data);
}

static bool is_notification(const char *method)
{
    static const char start[] = "notifications/";
    return method && strncmp(method, start, strlen(start)) == 0;
}

/* The params, if there are any: null and [] are what some clients write for none. */
static const json_t *read_params(const json_t *object)
{
    const json_t *params = json_object_get(object, "params");
    bool none = json_is_null(params) || (json_is_array(params) && json_array_size(params) == 0);
    return none ? NULL : params;
}

/* What is wrong with the request as such; NULL: nothing. */
static const char *call_problem(const json_t *object, const json_t *id, const struct call *call)
{
    const char *jsonrpc = json_string_value(json_object_get(object, "jsonrpc"));
    if (!json_is_object(object))
        return "Invalid Request: a message must be a JSON object";
    if (!jsonrpc || strcmp(jsonrpc, "2.0") != 0)
        return "Invalid Request: \"jsonrpc\" must be \"2.0\"";
    if (!call->method)
        return "Invalid Request: \"method\" must be a string";
    if (id && (!call->id || !protocol_is_id(id)))
        return "Invalid Request: \"id\" must be a short string or an integer";
    return NULL;
}

static bool is_response(const json_t *object)
{
    return !json_object_get(object, "method") &&
           (json_object_get(object, "result") || json_object_get(object, "error"));
}

/* False when it has been dealt with: refused, or something that is not answered. call->id is there
 * in any case, when one could be read. */
static bool read_call(struct server *server, json_t *object, struct call *call)
{
    json_t *id = json_object_get(object, "id");
    call->method = json_string_value(json_object_get(object, "method"));
    call->params = read_params(object);
    if (json_is_null(id) && is_notification(call->method))
        id = NULL;
    bool readable = (json_is_string(id) || json_is_number(id)) &&
                    !message_lifted(call->message, id);
    if (readable && !(call->id = message_echo(call->message, id))) {
        dispatch_refuse(server, call, JSON_RPC_INTERNAL_ERROR, internal_no_memory, NULL);
        return false;
    }
    if (is_response(object))
        return false; /* nothing was asked */
    const char *problem = call_problem(object, id, call);
    if (problem) {
        dispatch_refuse(server, call, JSON_RPC_INVALID_REQUEST, problem, NULL);
        return false;
    }
    if (!id) {
        methods_handle_notification(server, call->message, call->method, call->params);
        return false;
    }
    if (call->params && !json_is_object(call->params)) {
        dispatch_refuse(server, call, JSON_RPC_INVALID_PARAMS,
                        "Invalid params: params must be an object", NULL);
        return false;
    }
    return true;
}

static void refuse_version(struct server *server, const struct call *call, const char *requested)
{
    const char *supported = protocol_version_name(PROTOCOL_2026_07_28);
    dispatch_refuse(server, call, MCP_UNSUPPORTED_PROTOCOL_VERSION, "Unsupported protocol version",
                    json_pack("{s:[s], s:s}", "supported", supported, "requested", requested));
}

/* Which revision the request is in; false when it is refused. */
static bool read_version(struct server *server, const struct call *call,
                         const struct method *method, enum protocol_version *ret_version)
{
    struct error error;
    char text[sizeof error.text + 96];
    const char *declared = protocol_declared_version(call->params);
    bool modern_only = method && method->first >= PROTOCOL_OLDEST_MODERN;
    bool legacy = server->legacy_version != PROTOCOL_NONE || (method && method->before_initialize);
    if (!declared && legacy && !modern_only) {
        *ret_version = server->legacy_version;
        return true;
    }
    if (!declared && !method) { /* not a method of any revision */
        *ret_version = PROTOCOL_NONE;
        return true;
    }
    if (!protocol_check_meta(call->params, &error)) {
        snprintf(text, sizeof text, "Invalid params: %s%s", error.text,
                 declared ? "" : " (and no initialize request has come before)");
        dispatch_refuse(server, call, JSON_RPC_INVALID_PARAMS, text, NULL);
        return false;
    }
    assert(declared); /* protocol_check_meta() has seen it */
    if (strcmp(declared, protocol_version_name(PROTOCOL_2026_07_28)) != 0) {
        refuse_version(server, call, declared);
        return false;
    }
    *ret_version = PROTOCOL_2026_07_28;
    return true;
}

static void dispatch_call(struct server *server, const struct call *call)
{
    const struct method *method = methods_find(call->method);
    enum protocol_version version;
    struct error error;
    if (!read_version(server, call, method, &version))
        return;
    bool found = method && (version == PROTOCOL_NONE ||
                            (version >= method->first && version <= method->last));
    if (!found) {
        error_set(&error, ERROR_NOT_FOUND, "Method not found: %.80s", call->method);
        dispatch_refuse(server, call, JSON_RPC_METHOD_NOT_FOUND, error.text, NULL);
        return;
    }
    if (request_list_has(&server->requests, call->id) ||
        subscriptions_has(&server->subscriptions, call->id)) {
        dispatch_refuse(server, call, JSON_RPC_INVALID_REQUEST,
                        "Invalid Request: a request with this id is still being worked on", NULL);
        return;
    }
    struct request *request = request_create(server, &server->writer, call->message, call->id,
                                             call->params, version, call->batch);
    if (!request) {
        dispatch_refuse(server, call, JSON_RPC_INTERNAL_ERROR, internal_no_memory, NULL);
        return;
    }
    request_list_add(&server->requests, request);
    method->handle(server, request);
}

static bool has_batches(const struct server *server)
{
    return server->legacy_version == PROTOCOL_2025_03_26;
}

/* What is wrong with a request because it is part of a batch; NULL: nothing. */
static const char *batch_problem(const struct server *server, const struct call *call)
{
    if (!has_batches(server))
        return "Invalid Request: batches exist in protocol revision 2025-03-26 only";
    if (protocol_declared_version(call->params) || strcmp(call->method, "initialize") == 0)
        return "Invalid Request: this request must not be part of a batch";
    return NULL;
}

static void dispatch_object(struct server *server, struct message *message, json_t *object,
                            bool batched, struct batch *batch)
{
    struct call call = {.message = message, .batch = batch};
    if (read_call(server, object, &call)) {
        const char *problem = batched ? batch_problem(server, &call) : NULL;
        if (problem)
            dispatch_refuse(server, &call, JSON_RPC_INVALID_REQUEST, problem, NULL);
        else
            dispatch_call(server, &call);
    }
    free(call.id);
}

/* Where there are no batches, no answer may be one either: each request gets a refusal of its own.
 */
static void dispatch_batch(struct server *server, struct message *message)
{
    size_t index;
    json_t *object;
    bool empty = json_array_size(message->root) == 0;
    bool known = has_batches(server);
    struct batch *batch = known && !empty ? batch_create(&server->writer) : NULL;
    if (empty || (known && !batch)) {
        reply_error(&server->writer, NULL, NULL,
                    empty ? JSON_RPC_INVALID_REQUEST : JSON_RPC_INTERNAL_ERROR,
                    empty ? "Invalid Request: an empty batch" : internal_no_memory, NULL);
        return;
    }
    json_array_foreach(message->root, index, object)
    {
        dispatch_object(server, message, object, true, batch);
    }
    if (batch)
        batch_release(batch);
}

void dispatch_message(struct server *server, struct message *message)
{
    struct error error;
    if (message->problem != MESSAGE_OK)
        refuse_problem(server, message);
    else if (!message_parse(message, &error))
        refuse_json(server, message, &error);
    else if (json_is_array(message->root))
        dispatch_batch(server, message);
    else
        dispatch_object(server, message, message->root, false, NULL);
    message_unref(message);
}
