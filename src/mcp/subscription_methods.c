/* SPDX-License-Identifier: MIT */
/* The methods by which clients say what they want to be notified of. The tools never change and
 * there are no prompts, so only what concerns resources is honoured. */
#include "mcp/answer.h"
#include "mcp/handlers.h"

#include "base/json_text.h"

/* subscriptions/listen */

/* A member of the filter; one that is null is not there. */
static const json_t *filter_member(const json_t *filter, const char *name)
{
    const json_t *member = json_object_get(filter, name);
    return json_is_null(member) ? NULL : member;
}

static bool is_filter(const json_t *filter)
{
    const json_t *list_changed = filter_member(filter, "resourcesListChanged");
    const json_t *uris = filter_member(filter, "resourceSubscriptions");
    size_t index;
    json_t *uri;
    json_array_foreach((json_t *)uris, index, uri)
    {
        if (!json_is_string(uri))
            return false;
    }
    return json_is_object(filter) && (!list_changed || json_is_boolean(list_changed)) &&
           (!uris || json_is_array(uris));
}

/* Takes the URIs that can be resources into *wanted; returns them. */
static json_t *honour_uris(const struct resource_set *set, const json_t *uris,
                           struct subscription_filter *wanted)
{
    json_t *honoured = json_array(), *uri;
    size_t index;
    json_array_foreach((json_t *)uris, index, uri)
    {
        const char *text = json_string_value(uri);
        if (json_object_size(wanted->uris) == SUBSCRIPTION_URIS_MAX)
            break;
        if (set->ops->knows(set->context, text) &&
            (json_object_set_new(wanted->uris, text, json_true()) < 0 ||
             json_array_append(honoured, uri) < 0)) {
            json_decref(honoured);
            return NULL;
        }
    }
    return honoured;
}

/* Takes what can be honoured of the filter into *wanted, and says what that is. NULL: no memory. */
static json_t *honour(const struct server *server, const json_t *filter,
                      struct subscription_filter *wanted)
{
    const json_t *uris = filter_member(filter, "resourceSubscriptions");
    json_t *honoured = json_object();
    wanted->list_changed = json_is_true(json_object_get(filter, "resourcesListChanged"));
    if (!honoured ||
        (wanted->list_changed &&
         json_object_set_new(honoured, "resourcesListChanged", json_true()) < 0) ||
        (uris && json_object_set_new(honoured, "resourceSubscriptions",
                                     honour_uris(&server->config->resources, uris, wanted)) < 0)) {
        json_decref(honoured);
        return NULL;
    }
    return honoured;
}

static const char no_memory[] = "Internal error: out of memory";

static void listen_to(struct server *server, struct request *request, const json_t *filter)
{
    struct subscription_filter wanted = {.uris = json_object()};
    struct error error;
    json_t *honoured = wanted.uris ? honour(server, filter, &wanted) : NULL;
    CLEANUP(free_cleanup) char *text = honoured ? json_text(honoured, 0) : NULL;
    json_decref(honoured);
    if (text && subscriptions_open(&server->subscriptions, request, &wanted, text, &error)) {
        request_list_release(&server->requests, request);
        return;
    }
    json_decref(wanted.uris);
    answer_error(server, request, JSON_RPC_INTERNAL_ERROR, no_memory);
}

void handle_listen(struct server *server, struct request *request)
{
    const json_t *filter = json_object_get(request->params, "notifications");
    if (!is_filter(filter))
        answer_error(server, request, JSON_RPC_INVALID_PARAMS,
                     "Invalid params: notifications must be an object, in which "
                     "resourcesListChanged is a boolean and resourceSubscriptions a list "
                     "of URIs");
    else if (subscriptions_count(&server->subscriptions) >= SUBSCRIPTIONS_MAX)
        answer_error(server, request, JSON_RPC_INVALID_REQUEST,
                     "Invalid Request: too many subscriptions are open; cancel one first");
    else
        listen_to(server, request, filter);
}

/* The handshake revisions */

/* The URI that the request is about; NULL: it has been answered. */
static const char *read_uri(struct server *server, struct request *request)
{
    const struct resource_set *set = &server->config->resources;
    const char *uri = request_string(request, request->params, "uri");
    if (!uri) {
        answer_error(server, request, JSON_RPC_INVALID_PARAMS,
                     "Invalid params: uri must be a string");
        return NULL;
    }
    if (!set->ops->knows(set->context, uri)) {
        answer_resource_not_found(request, uri,
                                  "Resource not found: no resource of this server has this URI");
        request_list_remove(&server->requests, request);
        return NULL;
    }
    return uri;
}

void handle_subscribe(struct server *server, struct request *request)
{
    const char *uri = read_uri(server, request);
    struct error error;
    if (!uri)
        return;
    if (subscriptions_add_uri(&server->subscriptions, uri, &error))
        answer_result(server, request, "");
    else if (error.code == ERROR_TOO_LARGE)
        answer_error(server, request, JSON_RPC_INVALID_REQUEST,
                     "Invalid Request: too many resources are subscribed to; unsubscribe from one "
                     "first");
    else
        answer_error(server, request, JSON_RPC_INTERNAL_ERROR, no_memory);
}

void handle_unsubscribe(struct server *server, struct request *request)
{
    const char *uri = read_uri(server, request);
    if (!uri)
        return;
    subscriptions_remove_uri(&server->subscriptions, uri);
    answer_result(server, request, "");
}
