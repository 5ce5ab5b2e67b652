/* SPDX-License-Identifier: MIT */
#include "mcp/server_state.h"

#include "base/json_text.h"
#include "base/log.h"
#include "mcp/schema.h"

#include <string.h>

/* The methods of the server, one function each, and the table of them. */

#define SUBSCRIPTION_ID "io.modelcontextprotocol/subscriptionId"

enum {
    MAX_SUBSCRIPTIONS = 64,
    MAX_TOOL_ERROR = 640,
};

/* The tools are the same as long as the process lives, and for everybody (MCP 2026-07-28, caching).
 */
#define CACHE_HEAD "\"ttlMs\":3600000,\"cacheScope\":\"public\","

static void answer(struct server *server, struct request *request, const char *members)
{
    request_reply(request, request_is_modern(request) ? server->modern_head : "", members);
    server_remove(server, request);
}

static void answer_error(struct server *server, struct request *request, int code, const char *text)
{
    request_reply_error(request, code, text, NULL);
    server_remove(server, request);
}

static void answer_buffer(struct server *server, struct request *request, struct buffer *members,
                          bool good)
{
    if (good)
        answer(server, request, members->data);
    else
        answer_error(server, request, JSON_RPC_INTERNAL_ERROR, "Internal error: out of memory");
    buffer_finish(members);
}

static void handle_initialize(struct server *server, struct request *request)
{
    const char *requested = json_string_value(json_object_get(request->params, "protocolVersion"));
    if (!requested) {
        answer_error(server, request, JSON_RPC_INVALID_PARAMS,
                     "Invalid params: protocolVersion must be a string");
        return;
    }
    server->legacy_version = protocol_negotiate(requested);
    struct buffer members = BUFFER_INIT(64 * 1024);
    struct error error;
    bool good = buffer_printf(&members, &error,
                              "\"protocolVersion\":\"%s\",\"capabilities\":{\"tools\":{}},"
                              "\"serverInfo\":%s,\"instructions\":%s",
                              protocol_version_name(server->legacy_version), server->server_info,
                              server->instructions);
    answer_buffer(server, request, &members, good);
}

static void handle_ping(struct server *server, struct request *request)
{
    answer(server, request, "");
}

static void handle_discover(struct server *server, struct request *request)
{
    struct buffer members = BUFFER_INIT(64 * 1024);
    struct error error;
    bool good = buffer_printf(&members, &error,
                              CACHE_HEAD "\"supportedVersions\":[\"%s\"],"
                                         "\"capabilities\":{\"tools\":{}},\"instructions\":%s",
                              protocol_version_name(PROTOCOL_2026_07_28), server->instructions);
    answer_buffer(server, request, &members, good);
}

static void handle_tools_list(struct server *server, struct request *request)
{
    const json_t *cursor = json_object_get(request->params, "cursor");
    struct buffer members = BUFFER_INIT(1024 * 1024);
    struct error error;
    if (cursor) { /* there is one page, so nobody was given a cursor */
        answer_error(server, request, JSON_RPC_INVALID_PARAMS, "Invalid params: unknown cursor");
        return;
    }
    bool good = buffer_append_string(&members, request_is_modern(request) ? CACHE_HEAD : "",
                                     &error) &&
                buffer_append_string(&members, server->tools_list, &error);
    answer_buffer(server, request, &members, good);
}

/* Before 2025-06-18 there were no resource links. */
static void drop_resource_links(json_t *content)
{
    for (size_t i = json_array_size(content); i-- > 0;) {
        const char *type = json_string_value(json_object_get(json_array_get(content, i), "type"));
        if (type && strcmp(type, "resource_link") == 0)
            json_array_remove(content, i);
    }
}

static void reply_tool_error(struct server *server, struct request *request, const char *name,
                             const struct error *error)
{
    char text[MAX_TOOL_ERROR];
    if (error->code == ERROR_INTERNAL)
        log_error("%s: %s", name, error->text);
    snprintf(text, sizeof text, "%s failed: %s", name, error->text);
    request_reply_json(
        request, request_is_modern(request) ? server->modern_head : "",
        json_pack("{s:[{s:s, s:s}], s:b}", "content", "type", "text", "text", text, "isError", 1));
}

/* Only arguments that are bytes by the schema stay as they were lifted out of the message. */
static bool is_bytes(const void *schema, const char *name)
{
    const json_t *property = json_object_get(json_object_get(schema, "properties"), name);
    return json_object_get(property, "contentEncoding") != NULL;
}

/* Whether the client can put a form to its user: elicitation without modes means that (MCP
 * 2026-07-28, elicitation, "Capabilities"). */
static bool can_elicit(const struct request *request)
{
    const json_t *capabilities = json_object_get(json_object_get(request->params, "_meta"),
                                                 PROTOCOL_META("clientCapabilities"));
    const json_t *elicitation = json_object_get(capabilities, "elicitation");
    return request_is_modern(request) && json_is_object(elicitation) &&
           (json_object_size(elicitation) == 0 || json_object_get(elicitation, "form"));
}

static bool run_tool(struct server *server, struct request *request, json_t *arguments,
                     struct tool_result *ret_result, struct error *error)
{
    const struct server_tool *tool = request->tool;
    struct operation operation = {.cancel = &request->cancel,
                                  .progress = request->progress.token ? request_progress : NULL,
                                  .progress_argument = request};
    struct tool_call call = {
        .arguments = arguments,
        .operation = &operation,
        .message = request->message,
        .can_elicit = can_elicit(request),
        .input_responses = json_object_get(request->params, "inputResponses"),
        .request_state = json_string_value(json_object_get(request->params, "requestState")),
    };
    return operation_check(&operation, error) &&
           message_restore(request->message, arguments, arguments, is_bytes, tool->input_schema,
                           error) &&
           schema_validate(tool->input_schema, arguments, error) &&
           tool->tool->run(server->config->tools.context, &call, ret_result, error);
}

/* The image goes out as base64 in the last content block, between two pieces of JSON text. */
static bool reply_with_image(struct server *server, struct request *request,
                             const struct tool_result *result)
{
    CLEANUP(free_cleanup) char *content = json_text(result->content, 0);
    CLEANUP(free_cleanup) char *structured = json_text(result->structured, 0);
    struct buffer before = BUFFER_INIT(SIZE_MAX / 4), after = BUFFER_INIT(SIZE_MAX / 4);
    struct error error;
    bool good =
        content && structured &&
        buffer_printf(&before, &error,
                      "\"content\":%.*s,{\"type\":\"image\",\"mimeType\":\"%s\",\"data\":\"",
                      (int)strlen(content) - 1, content, result->image_type) &&
        buffer_printf(&after, &error, "\"}],\"structuredContent\":%s", structured);
    if (good)
        request_reply_bytes(request, request_is_modern(request) ? server->modern_head : "",
                            before.data, result->image, after.data);
    buffer_finish(&before);
    buffer_finish(&after);
    return good;
}

static void reply_with_question(struct server *server, struct request *request,
                                const struct tool_result *result)
{
    struct buffer head = BUFFER_INIT(4096);
    struct error error;
    json_t *members = json_pack("{s:O, s:s*}", "inputRequests", result->input_requests,
                                "requestState", result->request_state);
    if (!buffer_printf(&head, &error, "\"resultType\":\"input_required\",\"_meta\":{\"%s\":%s},",
                       PROTOCOL_META("serverInfo"), server->server_info)) {
        json_decref(members);
        members = NULL;
    }
    request_reply_json(request, head.data ? head.data : "", members);
    buffer_finish(&head);
}

static void reply_with_result(struct server *server, struct request *request,
                              struct tool_result *result)
{
    if (request->version < PROTOCOL_2025_06_18)
        drop_resource_links(result->content);
    if (result->input_requests)
        reply_with_question(server, request, result);
    else if (!result->image)
        request_reply_json(request, request_is_modern(request) ? server->modern_head : "",
                           json_pack("{s:O, s:O}", "content", result->content, "structuredContent",
                                     result->structured));
    else if (!reply_with_image(server, request, result))
        request_reply_error(request, JSON_RPC_INTERNAL_ERROR, "Internal error: out of memory",
                            NULL);
    tool_result_finish(result);
}

static void work_on_tool(struct worker_job *job)
{
    struct request *request = (struct request *)((char *)job - offsetof(struct request, job));
    struct server *server = request->server;
    struct tool_result result = {0};
    struct error error;
    json_t *arguments = json_incref(json_object_get(request->params, "arguments"));
    if (!arguments)
        arguments = json_object();
    if (run_tool(server, request, arguments, &result, &error))
        reply_with_result(server, request, &result);
    else
        reply_tool_error(server, request, request->tool->name, &error);
    json_decref(arguments);
    server_remove(server, request);
}

static void handle_tools_call(struct server *server, struct request *request)
{
    const char *name = json_string_value(json_object_get(request->params, "name"));
    const json_t *arguments = json_object_get(request->params, "arguments");
    struct error error;
    if (!name) {
        answer_error(server, request, JSON_RPC_INVALID_PARAMS,
                     "Invalid params: name must be a string");
        return;
    }
    if (arguments && !json_is_object(arguments)) {
        answer_error(server, request, JSON_RPC_INVALID_PARAMS,
                     "Invalid params: arguments must be an object");
        return;
    }
    for (size_t i = 0; i < server->config->tools.count; i++) {
        if (strcmp(server->tools[i].name, name) != 0)
            continue;
        request->tool = &server->tools[i];
        request->job.run = work_on_tool;
        worker_pool_submit(server->pool, &request->job);
        return;
    }
    error_set(&error, ERROR_NOT_FOUND, "Invalid params: unknown tool: %.80s", name);
    answer_error(server, request, JSON_RPC_INVALID_PARAMS, error.text);
}

/* MCP 2026-07-28, "Subscriptions". The answer comes when the server ends; what nothing can be said
 * about (the tools never change) is left out of the acknowledgment. */
static void handle_listen(struct server *server, struct request *request)
{
    if (!json_is_object(json_object_get(request->params, "notifications"))) {
        answer_error(server, request, JSON_RPC_INVALID_PARAMS,
                     "Invalid params: notifications must be an object");
        return;
    }
    if (server->open_requests >= MAX_SUBSCRIPTIONS) {
        answer_error(server, request, JSON_RPC_INVALID_REQUEST,
                     "Invalid Request: too many subscriptions are open; cancel one first");
        return;
    }
    json_t *acknowledgment = json_pack("{s:s, s:s, s:{s:{s:O}, s:{}}}", "jsonrpc", "2.0", "method",
                                       "notifications/subscriptions/acknowledged", "params",
                                       "_meta", SUBSCRIPTION_ID, request->id, "notifications");
    CLEANUP(free_cleanup) char *text = json_text(acknowledgment, 0);
    json_decref(acknowledgment);
    if (!text) {
        answer_error(server, request, JSON_RPC_INTERNAL_ERROR, "Internal error: out of memory");
        return;
    }
    server_keep_open(server, request);
    struct writer_part part = {.data = text, .size = strlen(text)};
    writer_lock(&server->writer);
    writer_send_locked(&server->writer, &part, 1);
    writer_unlock(&server->writer);
}

void method_end_subscription(struct server *server, struct request *request)
{
    request_reply_json(request, "",
                       json_pack("{s:s, s:{s:O}}", "resultType", "complete", "_meta",
                                 SUBSCRIPTION_ID, request->id));
    server_remove(server, request);
}

static const struct method methods[] = {
    {"initialize", PROTOCOL_2024_11_05, PROTOCOL_NEWEST_LEGACY, true, handle_initialize},
    {"ping", PROTOCOL_2024_11_05, PROTOCOL_NEWEST_LEGACY, true, handle_ping},
    {"server/discover", PROTOCOL_2026_07_28, PROTOCOL_2026_07_28, false, handle_discover},
    {"subscriptions/listen", PROTOCOL_2026_07_28, PROTOCOL_2026_07_28, false, handle_listen},
    {"tools/call", PROTOCOL_2024_11_05, PROTOCOL_2026_07_28, false, handle_tools_call},
    {"tools/list", PROTOCOL_2024_11_05, PROTOCOL_2026_07_28, false, handle_tools_list},
};

const struct method *method_find(const char *name)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
    return NULL;
}

/* The only notification that asks for something; all others, known or not, are ignored. */
void method_handle_notification(struct server *server, const char *name, const json_t *params)
{
    const json_t *id = json_object_get(params, "requestId");
    if (strcmp(name, "notifications/cancelled") == 0 && protocol_is_id(id))
        server_cancel(server, id);
}
