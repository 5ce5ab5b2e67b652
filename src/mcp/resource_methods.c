/* SPDX-License-Identifier: MIT */
/* resources/list, resources/templates/list, resources/read and completion/complete. */
#include "mcp/answer.h"
#include "mcp/handlers.h"

#include "base/json_text.h"
#include "base/log.h"

#include <string.h>

/* The list changes with every save and deletion, in this process or another. The bytes of a
 * resource never do, but it can be deleted. Both are the user's own. */
enum { LIST_TTL_MS = 0 };

enum { MAX_RESOURCE_ERROR = 1024 };
#define READ_CACHE "\"ttlMs\":300000,\"cacheScope\":\"private\","

static void reply_no_memory(struct request *request)
{
    request_reply_error(request, JSON_RPC_INTERNAL_ERROR, "Internal error: out of memory", NULL);
}

/* uri: what the request was about; NULL: no resource in particular. */
static void reply_failure(struct request *request, const char *uri, const struct error *error)
{
    const struct resource_set *set = &request->server->config->resources;
    const char *advice = set->advice ? set->advice(error) : NULL;
    bool invalid = error->code == ERROR_INVALID;
    char text[MAX_RESOURCE_ERROR];
    snprintf(text, sizeof text, "%s%s%s%s", invalid ? "Invalid params: " : "", error->text,
             advice ? "; " : "", advice ? advice : "");
    if (error->code == ERROR_INTERNAL)
        log_error("resources: %s", error->text);
    if (error->code == ERROR_NOT_FOUND && uri)
        answer_resource_not_found(request, uri, text);
    else
        request_reply_error(request, invalid ? JSON_RPC_INVALID_PARAMS : JSON_RPC_INTERNAL_ERROR,
                            text, NULL);
}

static void submit(struct server *server, struct request *request,
                   void (*run)(struct worker_job *job))
{
    request->job.run = run;
    request_list_submit(&server->requests, request, server->pool);
}

static void reply_list(struct server *server, struct request *request,
                       const struct resource_list *list)
{
    json_t *result = request_is_modern(request)
                         ? json_pack("{s:i, s:s, s:O, s:s*}", "ttlMs", LIST_TTL_MS, "cacheScope",
                                     "private", "resources", list->resources, "nextCursor",
                                     list->next_cursor)
                         : json_pack("{s:O, s:s*}", "resources", list->resources, "nextCursor",
                                     list->next_cursor);
    request_reply_json(request, answer_head(server, request), result);
}

static void work_on_list(struct worker_job *job)
{
    struct request *request = request_of_job(job);
    struct server *server = request->server;
    const struct resource_set *set = &server->config->resources;
    const struct operation operation = request_operation(request);
    const char *cursor;
    struct resource_list list = {0};
    struct error error;
    bool good = request_cursor(request, &cursor); /* handle_resources_list() has seen to it */
    if (good && operation_check(&operation, &error) &&
        set->ops->list(set->context, &operation, cursor, &list, &error))
        reply_list(server, request, &list);
    else
        reply_failure(request, NULL, &error);
    resource_list_finish(&list);
    request_list_remove(&server->requests, request);
}

void handle_resources_list(struct server *server, struct request *request)
{
    const char *cursor;
    if (!request_cursor(request, &cursor))
        answer_error(server, request, JSON_RPC_INVALID_PARAMS,
                     "Invalid params: cursor must be a string that came as nextCursor");
    else
        submit(server, request, work_on_list);
}

void handle_resource_templates(struct server *server, struct request *request)
{
    answer_list(server, request, "resourceTemplates", server->config->resources.templates);
}

static void reply_contents(struct server *server, struct request *request, const char *uri,
                           const struct resource_contents *contents)
{
    json_t *string = json_string(uri);
    CLEANUP(free_cleanup) char *uri_text = string ? json_text(string, 0) : NULL;
    struct buffer before = BUFFER_INIT(1024 * 1024);
    struct error error;
    if (uri_text &&
        buffer_printf(&before, &error,
                      "%s\"contents\":[{\"uri\":%s,\"mimeType\":\"%s\",\"blob\":\"",
                      request_is_modern(request) ? READ_CACHE : "", uri_text, contents->mime_type))
        request_reply_bytes(request, answer_head(server, request), before.data, contents->bytes,
                            "\"}]");
    else
        reply_no_memory(request);
    json_decref(string);
    buffer_finish(&before);
}

static void work_on_read(struct worker_job *job)
{
    struct request *request = request_of_job(job);
    struct server *server = request->server;
    const struct resource_set *set = &server->config->resources;
    const struct operation operation = request_operation(request);
    const char *uri = request_string(request, request->params, "uri");
    struct resource_contents contents = {0};
    struct error error;
    if (!operation_check(&operation, &error) ||
        !set->ops->read(set->context, &operation, uri, &contents, &error))
        reply_failure(request, uri, &error);
    else if (contents.refusal)
        request_reply_error(request, JSON_RPC_INTERNAL_ERROR, contents.refusal,
                            json_pack("{s:s}", "uri", uri));
    else
        reply_contents(server, request, uri, &contents);
    resource_contents_finish(&contents);
    request_list_remove(&server->requests, request);
}

void handle_resources_read(struct server *server, struct request *request)
{
    if (request_string(request, request->params, "uri"))
        submit(server, request, work_on_read);
    else
        answer_error(server, request, JSON_RPC_INVALID_PARAMS,
                     "Invalid params: uri must be a string");
}

/* What is to be completed; NULL, or what is wrong with the params. */
static const char *read_argument(const struct request *request, struct resource_argument *argument)
{
    const json_t *ref = json_object_get(request->params, "ref");
    const json_t *given = json_object_get(request->params, "argument");
    const char *type = request_string(request, ref, "type");
    *argument = (struct resource_argument){
        .uri_template = request_string(request, ref, "uri"),
        .name = request_string(request, given, "name"),
        .value = request_string(request, given, "value"),
    };
    if (!type || strcmp(type, "ref/resource") != 0 || !argument->uri_template)
        return "Invalid params: ref must be {\"type\": \"ref/resource\", \"uri\": ...} with the "
               "uriTemplate of a resource template; there are no prompts";
    if (!argument->name || !argument->value)
        return "Invalid params: argument must have name and value, both strings";
    return NULL;
}

/* A total that is not known is left out. */
static void reply_completion(struct server *server, struct request *request,
                             const struct resource_completion *completion)
{
    json_t *values = completion->values;
    bool more = completion->bounded || completion->total > json_array_size(values);
    json_t *result = completion->bounded
                         ? json_pack("{s:{s:O, s:b}}", "completion", "values", values, "hasMore",
                                     more)
                         : json_pack("{s:{s:O, s:b, s:I}}", "completion", "values", values,
                                     "hasMore", more, "total", (json_int_t)completion->total);
    request_reply_json(request, answer_head(server, request), result);
}

static void work_on_completion(struct worker_job *job)
{
    struct request *request = request_of_job(job);
    struct server *server = request->server;
    const struct resource_set *set = &server->config->resources;
    const struct operation operation = request_operation(request);
    struct resource_argument argument;
    struct resource_completion completion = {0};
    struct error error;
    read_argument(request, &argument);
    if (operation_check(&operation, &error) &&
        set->ops->complete(set->context, &operation, &argument, &completion, &error))
        reply_completion(server, request, &completion);
    else
        reply_failure(request, NULL, &error);
    resource_completion_finish(&completion);
    request_list_remove(&server->requests, request);
}

void handle_complete(struct server *server, struct request *request)
{
    struct resource_argument argument;
    const char *problem = read_argument(request, &argument);
    if (problem)
        answer_error(server, request, JSON_RPC_INVALID_PARAMS, problem);
    else
        submit(server, request, work_on_completion);
}
