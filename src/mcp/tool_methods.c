/* SPDX-License-Identifier: MIT */
/* tools/list and tools/call. */
#include "mcp/answer.h"
#include "mcp/handlers.h"

#include "base/json_text.h"
#include "base/log.h"
#include "mcp/schema.h"

#include <string.h>

enum { MAX_TOOL_ERROR = 1024 };

void handle_tools_list(struct server *server, struct request *request)
{
    answer_list(server, request, "tools", server->tools_list);
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

static void add_text(json_t *content, const char *text)
{
    if (text)
        json_array_append_new(content, json_pack("{s:s, s:s}", "type", "text", "text", text));
}

/* Text blocks for what is to be said besides: about the arguments, and by the tools. */
static void add_notices(const struct request *request, json_t *content)
{
    const struct tool_set *tools = &request->server->config->tools;
    CLEANUP(free_cleanup)
    char *note = arguments_note(&request->arguments, request->tool->name);
    CLEANUP(free_cleanup) char *notice = tools->notice ? tools->notice(tools->context) : NULL;
    add_text(content, note);
    add_text(content, notice);
}

static void reply_tool_error(struct server *server, struct request *request,
                             const struct error *error)
{
    const char *name = request->tool->name;
    char text[MAX_TOOL_ERROR];
    if (error->code == ERROR_INTERNAL)
        log_error("%s: %s", name, error->text);
    const struct tool_set *tools = &server->config->tools;
    const char *advice = tools->advice ? tools->advice(error) : NULL;
    snprintf(text, sizeof text, "%s failed: %s%s%s", name, error->text, advice ? "; " : "",
             advice ? advice : "");
    json_t *result = json_pack("{s:[{s:s, s:s}], s:b}", "content", "type", "text", "text", text,
                               "isError", 1);
    add_notices(request, json_object_get(result, "content"));
    request_reply_json(request, answer_head(server, request), result);
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

static bool run_tool(struct server *server, struct request *request, struct tool_result *ret_result,
                     struct error *error)
{
    const struct operation operation = request_operation(request);
    struct tool_call call = {
        .arguments = request->arguments.object,
        .operation = &operation,
        .message = request->message,
        .can_elicit = can_elicit(request),
        .input_responses = json_object_get(request->params, "inputResponses"),
        .request_state = json_string_value(json_object_get(request->params, "requestState")),
    };
    return operation_check(&operation, error) &&
           request->tool->tool->run(server->config->tools.context, &call, ret_result, error);
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
        request_reply_bytes(request, answer_head(server, request), before.data, result->image,
                            after.data);
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
    if (result->content)
        add_notices(request, result->content);
    if (result->input_requests)
        reply_with_question(server, request, result);
    else if (!result->image)
        request_reply_json(request, answer_head(server, request),
                           json_pack("{s:O, s:O}", "content", result->content, "structuredContent",
                                     result->structured));
    else if (!reply_with_image(server, request, result))
        request_reply_error(request, JSON_RPC_INTERNAL_ERROR, "Internal error: out of memory",
                            NULL);
    tool_result_finish(result);
}

static bool check_arguments(struct request *request, struct error *error)
{
    const json_t *schema = request->tool->input_schema;
    json_t *arguments = request->arguments.object;
    return message_restore(request->message, arguments, schema, error) &&
           schema_validate(schema, arguments, error);
}

static void finish_tool(struct request *request, struct tool_result *result,
                        const struct error *error)
{
    struct server *server = request->server;
    if (error)
        reply_tool_error(server, request, error);
    else
        reply_with_result(server, request, result);
    request_list_remove(&server->requests, request);
}

static void work_on_call(struct worker_job *job)
{
    struct request *request = request_of_job(job);
    struct tool_result result = {0};
    struct error error;
    bool good = run_tool(request->server, request, &result, &error);
    finish_tool(request, &result, good ? NULL : &error);
}

/* A call that fetches goes on with other threads, as soon as it is known to be one. */
static void begin_call(struct worker_job *job)
{
    struct request *request = request_of_job(job);
    struct server *server = request->server;
    const struct tool *tool = request->tool->tool;
    struct error error;
    job->run = work_on_call;
    if (!check_arguments(request, &error))
        finish_tool(request, NULL, &error);
    else if (!tool->fetches || !tool->fetches(request->arguments.object))
        work_on_call(job);
    else if (!request_list_fetch(&server->requests, request, server->fetchers, &error))
        finish_tool(request, NULL, &error);
}

static const struct server_tool *find_tool(const struct server *server, const char *name)
{
    for (size_t i = 0; i < server->config->tools.count; i++)
        if (strcmp(server->tools[i].name, name) == 0)
            return &server->tools[i];
    return NULL;
}

/* Not on a worker, so that what the arguments take counts before more is read. */
static bool take_arguments(struct server *server, struct request *request, struct error *error)
{
    const struct server_tool *tool = request->tool;
    const struct argument_rules rules = {
        .tool = tool->name, .schema = tool->input_schema, .strict = tool->destructive};
    json_t *given = json_object_get(request->params, "arguments");
    if (!arguments_mend(&rules, request->message, given, &request->arguments, error))
        return false;
    request_list_grow(&server->requests, request, request->arguments.memory);
    return true;
}

static void refuse_call(struct server *server, struct request *request, const struct error *error)
{
    char text[sizeof error->text + 32];
    bool no_memory = error->code == ERROR_NO_MEMORY;
    snprintf(text, sizeof text, "%s: %s", no_memory ? "Internal error" : "Invalid params",
             error->text);
    answer_error(server, request, no_memory ? JSON_RPC_INTERNAL_ERROR : JSON_RPC_INVALID_PARAMS,
                 text);
}

void handle_tools_call(struct server *server, struct request *request)
{
    const char *name = json_string_value(json_object_get(request->params, "name"));
    struct error error;
    if (!name) {
        answer_error(server, request, JSON_RPC_INVALID_PARAMS,
                     "Invalid params: name must be a string");
        return;
    }
    request->tool = find_tool(server, name);
    if (!request->tool) {
        error_set(&error, ERROR_NOT_FOUND, "unknown tool: %.80s", name);
        refuse_call(server, request, &error);
    } else if (!take_arguments(server, request, &error)) {
        refuse_call(server, request, &error);
    } else {
        request->job.run = begin_call;
        request_list_submit(&server->requests, request, server->pool);
    }
}
