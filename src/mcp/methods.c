/* SPDX-License-Identifier: MIT */
#include "mcp/method.h"

#include "mcp/subscriptions.h"

#include <string.h>

/* The table of methods, what they answer with, and those that concern the server as a whole. */

/* What never changes as long as the process lives, and is the same for everybody (MCP 2026-07-28,
 * caching). */
#define CACHE_HEAD "\"ttlMs\":3600000,\"cacheScope\":\"public\","

const char *method_head(const struct server *server, const struct request *request)
{
    return request_is_modern(request) ? server->modern_head : "";
}

void method_answer(struct server *server, struct request *request, const char *members)
{
    request_reply(request, method_head(server, request), members);
    server_remove(server, request);
}

void method_answer_error(struct server *server, struct request *request, int code, const char *text)
{
    request_reply_error(request, code, text, NULL);
    server_remove(server, request);
}

static void answer_buffer(struct server *server, struct request *request, struct buffer *members,
                          bool good)
{
    if (good)
        method_answer(server, request, members->data);
    else
        method_answer_error(server, request, JSON_RPC_INTERNAL_ERROR,
                            "Internal error: out of memory");
    buffer_finish(members);
}

void method_answer_list(struct server *server, struct request *request, const char *name,
                        const char *array)
{
    struct buffer text = BUFFER_INIT(1024 * 1024);
    struct error error;
    if (json_object_get(request->params, "cursor")) { /* nobody was given one */
        method_answer_error(server, request, JSON_RPC_INVALID_PARAMS,
                            "Invalid params: unknown cursor");
        return;
    }
    bool good = buffer_printf(&text, &error, "%s\"%s\":%s",
                              request_is_modern(request) ? CACHE_HEAD : "", name, array);
    answer_buffer(server, request, &text, good);
}

void method_reply_not_found(struct request *request, const char *uri, const char *text)
{
    request_reply_error(
        request, request_is_modern(request) ? JSON_RPC_INVALID_PARAMS : MCP_RESOURCE_NOT_FOUND,
        text, json_pack("{s:s}", "uri", uri));
}

/* The members of ServerCapabilities. In 2024-11-05 completion is there, but cannot be declared. */
#define CAPABILITIES "\"tools\":{},\"resources\":{\"subscribe\":true,\"listChanged\":true}"
#define COMPLETIONS  ",\"completions\":{}"

static void handle_initialize(struct server *server, struct request *request)
{
    const char *requested = request_string(request, request->params, "protocolVersion");
    if (!requested) {
        method_answer_error(server, request, JSON_RPC_INVALID_PARAMS,
                            "Invalid params: protocolVersion must be a string");
        return;
    }
    server->legacy_version = protocol_negotiate(requested);
    subscriptions_forget_session(server);
    struct buffer members = BUFFER_INIT(64 * 1024);
    struct error error;
    bool good = buffer_printf(&members, &error,
                              "\"protocolVersion\":\"%s\",\"capabilities\":{" CAPABILITIES "%s},"
                              "\"serverInfo\":%s,\"instructions\":%s",
                              protocol_version_name(server->legacy_version),
                              server->legacy_version > PROTOCOL_2024_11_05 ? COMPLETIONS : "",
                              server->server_info, server->instructions);
    answer_buffer(server, request, &members, good);
}

static void handle_ping(struct server *server, struct request *request)
{
    method_answer(server, request, "");
}

static void handle_discover(struct server *server, struct request *request)
{
    struct buffer members = BUFFER_INIT(64 * 1024);
    struct error error;
    bool good = buffer_printf(&members, &error,
                              CACHE_HEAD "\"supportedVersions\":[\"%s\"],"
                                         "\"capabilities\":{" CAPABILITIES COMPLETIONS
                                         "},\"instructions\":%s",
                              protocol_version_name(PROTOCOL_2026_07_28), server->instructions);
    answer_buffer(server, request, &members, good);
}

static const struct method methods[] = {
    {"completion/complete", PROTOCOL_2024_11_05, PROTOCOL_2026_07_28, false, handle_complete},
    {"initialize", PROTOCOL_2024_11_05, PROTOCOL_NEWEST_LEGACY, true, handle_initialize},
    {"ping", PROTOCOL_2024_11_05, PROTOCOL_NEWEST_LEGACY, true, handle_ping},
    {"resources/list", PROTOCOL_2024_11_05, PROTOCOL_2026_07_28, false, handle_resources_list},
    {"resources/read", PROTOCOL_2024_11_05, PROTOCOL_2026_07_28, false, handle_resources_read},
    {"resources/subscribe", PROTOCOL_2024_11_05, PROTOCOL_NEWEST_LEGACY, false, handle_subscribe},
    {"resources/templates/list", PROTOCOL_2024_11_05, PROTOCOL_2026_07_28, false,
     handle_resource_templates},
    {"resources/unsubscribe", PROTOCOL_2024_11_05, PROTOCOL_NEWEST_LEGACY, false,
     handle_unsubscribe},
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

/* The only notifications that mean something; all others, known or not, are ignored. */
void method_handle_notification(struct server *server, const char *name, const json_t *params)
{
    const json_t *id = json_object_get(params, "requestId");
    if (strcmp(name, "notifications/cancelled") == 0 && protocol_is_id(id))
        server_cancel(server, id);
    else if (strcmp(name, "notifications/initialized") == 0 &&
             server->legacy_version != PROTOCOL_NONE)
        subscriptions_begin_session(server);
}
