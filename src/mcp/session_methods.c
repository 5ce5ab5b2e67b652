/* SPDX-License-Identifier: MIT */
/* What concerns the server as a whole: the handshake of the legacy revisions, and discovery in the
 * modern one. */
#include "mcp/answer.h"
#include "mcp/handlers.h"

/* The members of ServerCapabilities. In 2024-11-05 completion is there, but cannot be declared. */
#define CAPABILITIES "\"tools\":{},\"resources\":{\"subscribe\":true,\"listChanged\":true}"
#define COMPLETIONS  ",\"completions\":{}"

void handle_initialize(struct server *server, struct request *request)
{
    const char *requested = request_string(request, request->params, "protocolVersion");
    if (!requested) {
        answer_error(server, request, JSON_RPC_INVALID_PARAMS,
                     "Invalid params: protocolVersion must be a string");
        return;
    }
    server->legacy_version = protocol_negotiate(requested);
    subscriptions_forget_session(&server->subscriptions);
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

void handle_ping(struct server *server, struct request *request)
{
    answer_result(server, request, "");
}

void handle_discover(struct server *server, struct request *request)
{
    struct buffer members = BUFFER_INIT(64 * 1024);
    struct error error;
    bool good = buffer_printf(&members, &error,
                              ANSWER_CACHE_FOREVER "\"supportedVersions\":[\"%s\"],"
                                                   "\"capabilities\":{" CAPABILITIES COMPLETIONS
                                                   "},\"instructions\":%s",
                              protocol_version_name(PROTOCOL_2026_07_28), server->instructions);
    answer_buffer(server, request, &members, good);
}
