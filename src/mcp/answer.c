/* SPDX-License-Identifier: MIT */
/* The head of a modern result and the place of the request's end are the same for all methods, so
 * they are written once. */
#include "mcp/answer.h"

const char *answer_head(const struct server *server, const struct request *request)
{
    return request_is_modern(request) ? server->modern_head : "";
}

void answer_result(struct server *server, struct request *request, const char *members)
{
    request_reply(request, answer_head(server, request), members);
    request_list_remove(&server->requests, request);
}

void answer_error(struct server *server, struct request *request, int code, const char *text)
{
    request_reply_error(request, code, text, NULL);
    request_list_remove(&server->requests, request);
}

void answer_buffer(struct server *server, struct request *request, struct buffer *members,
                   bool good)
{
    if (good)
        answer_result(server, request, members->data);
    else
        answer_error(server, request, JSON_RPC_INTERNAL_ERROR, "Internal error: out of memory");
    buffer_finish(members);
}

void answer_list(struct server *server, struct request *request, const char *name,
                 const char *array)
{
    struct buffer text = BUFFER_INIT(1024 * 1024);
    struct error error;
    const char *cursor;
    if (!request_cursor(request, &cursor) || cursor) { /* no list has a second page */
        answer_error(server, request, JSON_RPC_INVALID_PARAMS, "Invalid params: unknown cursor");
        return;
    }
    bool good = buffer_printf(&text, &error, "%s\"%s\":%s",
                              request_is_modern(request) ? ANSWER_CACHE_FOREVER : "", name, array);
    answer_buffer(server, request, &text, good);
}

void answer_resource_not_found(struct request *request, const char *uri, const char *text)
{
    request_reply_error(
        request, request_is_modern(request) ? JSON_RPC_INVALID_PARAMS : MCP_RESOURCE_NOT_FOUND,
        text, json_pack("{s:s}", "uri", uri));
}
