/* SPDX-License-Identifier: MIT */
/* The one place that knows all methods and notifications, and in which revisions they exist. */
#include "mcp/methods.h"

#include "base/array.h"
#include "mcp/handlers.h"

#include <string.h>

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

const struct method *methods_find(const char *name)
{
    for (size_t i = 0; i < LENGTH(methods); i++)
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
    return NULL;
}

static void cancel(struct server *server, const struct message *message, const json_t *id)
{
    CLEANUP(free_cleanup) char *text = message_echo(message, id);
    if (!text)
        return; /* it goes on, and is answered */
    request_list_cancel(&server->requests, text);
    subscriptions_cancel(&server->subscriptions, text);
}

void methods_handle_notification(struct server *server, const struct message *message,
                                 const char *name, const json_t *params)
{
    const json_t *id = json_object_get(params, "requestId");
    if (strcmp(name, "notifications/cancelled") == 0 && protocol_is_id(id))
        cancel(server, message, id);
    else if (strcmp(name, "notifications/initialized") == 0 &&
             server->legacy_version != PROTOCOL_NONE)
        subscriptions_begin_session(&server->subscriptions);
}
