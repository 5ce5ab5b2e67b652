/* SPDX-License-Identifier: MIT */
#include "mcp/subscriptions.h"

#include "base/json_text.h"
#include "mcp/method.h"

#include <string.h>

/* An open request is in the server's list with its subscription, and leaves it under the same lock
 * that a notification holds from the first to the last subscriber; whether it is over is decided
 * with the writing of each. So nobody is told before the acknowledgment, nor after the end. */

#define SUBSCRIPTION_ID "io.modelcontextprotocol/subscriptionId"

enum {
    MAX_SUBSCRIPTIONS = 64,
    MAX_URIS = 1000, /* of one subscription */
};

struct subscription {
    bool list_changed;
    json_t *uris; /* an object with a member for each resource */
    char *meta;   /* the member _meta of what it is sent; NULL: it has none */
};

void subscription_destroy(struct subscription *subscription)
{
    if (!subscription)
        return;
    json_decref(subscription->uris);
    free(subscription->meta);
    free(subscription);
}
DEFINE_CLEANUP(struct subscription *, subscription_destroy)

static struct subscription *subscription_create(void)
{
    CLEANUP(subscription_destroy_cleanup)
    struct subscription *subscription = calloc(1, sizeof *subscription);
    if (!subscription || !(subscription->uris = json_object()))
        return NULL;
    return TAKE(subscription);
}

/* uri: the resource that changed; NULL: the list did. */
static bool wants(const struct subscription *subscription, const char *uri)
{
    return uri ? json_object_get(subscription->uris, uri) != NULL : subscription->list_changed;
}

static struct writer_part part(const char *text)
{
    return (struct writer_part){.data = text, .size = strlen(text)};
}

static void send_locked(struct writer *writer, const struct subscription *subscription,
                        const char *uri)
{
    const char *meta = subscription->meta;
    const struct writer_part parts[] = {
        part("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/"),
        part(uri ? "updated\"" : "list_changed\""),
        part(uri || meta ? ",\"params\":{" : ""),
        part(meta ? meta : ""),
        part(uri && meta ? "," : ""),
        part(uri ? "\"uri\":\"" : ""),
        part(uri ? uri : ""),
        part(uri ? "\"" : ""),
        part(uri || meta ? "}}" : "}"),
    };
    writer_send_locked(writer, parts, sizeof parts / sizeof *parts);
}

static void notify(struct server *server, const char *uri)
{
    struct writer *writer = &server->writer;
    pthread_mutex_lock(&server->locked.mutex);
    const struct subscription *session = server->locked.session;
    writer_lock(writer);
    for (struct request *request = server->locked.requests; request; request = request->next)
        if (request->subscription && !request->locked.over && wants(request->subscription, uri))
            send_locked(writer, request->subscription, uri);
    if (session && wants(session, uri))
        send_locked(writer, session, uri);
    writer_unlock(writer);
    pthread_mutex_unlock(&server->locked.mutex);
}

static void tell_updated(void *server, const char *uri)
{
    notify(server, uri);
}

static void tell_list_changed(void *server)
{
    notify(server, NULL);
}

struct resource_watcher subscriptions_watcher(struct server *server)
{
    return (struct resource_watcher){
        .updated = tell_updated, .list_changed = tell_list_changed, .argument = server};
}

/* subscriptions/listen */

static bool is_filter(const json_t *filter)
{
    const json_t *list_changed = json_object_get(filter, "resourcesListChanged");
    const json_t *uris = json_object_get(filter, "resourceSubscriptions");
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

/* Takes the resources that there can be into the subscription; returns them. */
static json_t *honour_uris(const struct resource_set *set, const json_t *uris,
                           struct subscription *subscription)
{
    json_t *honoured = json_array(), *uri;
    size_t index;
    json_array_foreach((json_t *)uris, index, uri)
    {
        const char *text = json_string_value(uri);
        if (json_object_size(subscription->uris) == MAX_URIS)
            break;
        if (set->ops->knows(set->context, text) &&
            (json_object_set_new(subscription->uris, text, json_true()) < 0 ||
             json_array_append(honoured, uri) < 0)) {
            json_decref(honoured);
            return NULL;
        }
    }
    return honoured;
}

/* Takes what can be honoured of the filter into the subscription, and says what that is; the tools
 * never change, and there are no prompts. NULL: no memory. */
static json_t *honour(const struct server *server, const json_t *filter,
                      struct subscription *subscription)
{
    const json_t *uris = json_object_get(filter, "resourceSubscriptions");
    json_t *honoured = json_object();
    subscription->list_changed = json_is_true(json_object_get(filter, "resourcesListChanged"));
    if (!honoured ||
        (subscription->list_changed &&
         json_object_set_new(honoured, "resourcesListChanged", json_true()) < 0) ||
        (uris &&
         json_object_set_new(honoured, "resourceSubscriptions",
                             honour_uris(&server->config->resources, uris, subscription)) < 0)) {
        json_decref(honoured);
        return NULL;
    }
    return honoured;
}

static char *meta_text(const json_t *id)
{
    CLEANUP(free_cleanup) char *id_text = json_text(id, 0);
    struct buffer text = BUFFER_INIT(SIZE_MAX / 4);
    struct error error;
    if (id_text && buffer_printf(&text, &error, "\"_meta\":{\"" SUBSCRIPTION_ID "\":%s}", id_text))
        return buffer_take(&text);
    buffer_finish(&text);
    return NULL;
}

/* Opens it and acknowledges it in one step. What the request's message holds is not needed any
 * more. */
static void acknowledge(struct server *server, struct request *request,
                        struct subscription *subscription, const char *honoured)
{
    const struct writer_part parts[] = {
        part("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\","
             "\"params\":{"),
        part(subscription->meta), part(",\"notifications\":"), part(honoured), part("}}")};
    pthread_mutex_lock(&server->locked.mutex);
    request->subscription = subscription;
    server_keep_open_locked(server, request);
    request->params = request->progress.token = NULL;
    message_unref(TAKE(request->message));
    writer_lock(&server->writer);
    writer_send_locked(&server->writer, parts, sizeof parts / sizeof *parts);
    writer_unlock(&server->writer);
    pthread_mutex_unlock(&server->locked.mutex);
}

static void listen_to(struct server *server, struct request *request, const json_t *filter)
{
    CLEANUP(subscription_destroy_cleanup) struct subscription *subscription = subscription_create();
    json_t *honoured = subscription ? honour(server, filter, subscription) : NULL;
    CLEANUP(free_cleanup) char *text = honoured ? json_text(honoured, 0) : NULL;
    json_decref(honoured);
    if (text && (subscription->meta = meta_text(request->id)))
        acknowledge(server, request, TAKE(subscription), text);
    else
        method_answer_error(server, request, JSON_RPC_INTERNAL_ERROR,
                            "Internal error: out of memory");
}

void handle_listen(struct server *server, struct request *request)
{
    const json_t *filter = json_object_get(request->params, "notifications");
    if (!is_filter(filter))
        method_answer_error(server, request, JSON_RPC_INVALID_PARAMS,
                            "Invalid params: notifications must be an object, in which "
                            "resourcesListChanged is a boolean and resourceSubscriptions a list "
                            "of URIs");
    else if (server->open_requests >= MAX_SUBSCRIPTIONS)
        method_answer_error(server, request, JSON_RPC_INVALID_REQUEST,
                            "Invalid Request: too many subscriptions are open; cancel one first");
    else
        listen_to(server, request, filter);
}

void subscription_end(struct server *server, struct request *request)
{
    request_reply_json(request, "",
                       json_pack("{s:s, s:{s:O}}", "resultType", "complete", "_meta",
                                 SUBSCRIPTION_ID, request->id));
    server_remove(server, request);
}

/* The handshake revisions */

void subscriptions_forget_session(struct server *server)
{
    pthread_mutex_lock(&server->locked.mutex);
    struct subscription *session = server->locked.session;
    server->locked.session = NULL;
    pthread_mutex_unlock(&server->locked.mutex);
    subscription_destroy(session);
}

/* A client is told of the list without asking (2025-11-25, server/resources, "List Changed
 * Notification"). */
static bool begin_session_locked(struct server *server)
{
    if (!server->locked.session && (server->locked.session = subscription_create()))
        server->locked.session->list_changed = true;
    return server->locked.session;
}

void subscriptions_begin_session(struct server *server)
{
    pthread_mutex_lock(&server->locked.mutex);
    begin_session_locked(server);
    pthread_mutex_unlock(&server->locked.mutex);
}

/* The URI that the request is about; NULL: it has been answered. */
static const char *read_uri(struct server *server, struct request *request)
{
    const struct resource_set *set = &server->config->resources;
    const char *uri = request_string(request, request->params, "uri");
    if (!uri) {
        method_answer_error(server, request, JSON_RPC_INVALID_PARAMS,
                            "Invalid params: uri must be a string");
        return NULL;
    }
    if (!set->ops->knows(set->context, uri)) {
        method_reply_not_found(request, uri, "Resource not found: this server has no such URIs");
        server_remove(server, request);
        return NULL;
    }
    return uri;
}

enum addition { ADDED, ADDED_TOO_MANY, ADDED_NO_MEMORY };

static enum addition add_uri(struct server *server, const char *uri)
{
    enum addition addition = ADDED_NO_MEMORY;
    pthread_mutex_lock(&server->locked.mutex);
    if (begin_session_locked(server)) {
        json_t *uris = server->locked.session->uris;
        if (json_object_size(uris) >= MAX_URIS && !json_object_get(uris, uri))
            addition = ADDED_TOO_MANY;
        else if (json_object_set_new(uris, uri, json_true()) == 0)
            addition = ADDED;
    }
    pthread_mutex_unlock(&server->locked.mutex);
    return addition;
}

void handle_subscribe(struct server *server, struct request *request)
{
    const char *uri = read_uri(server, request);
    if (!uri)
        return;
    switch (add_uri(server, uri)) {
    case ADDED:
        method_answer(server, request, "");
        break;
    case ADDED_TOO_MANY:
        method_answer_error(server, request, JSON_RPC_INVALID_REQUEST,
                            "Invalid Request: too many resources are subscribed to; unsubscribe "
                            "from one first");
        break;
    case ADDED_NO_MEMORY:
        method_answer_error(server, request, JSON_RPC_INTERNAL_ERROR,
                            "Internal error: out of memory");
        break;
    }
}

void handle_unsubscribe(struct server *server, struct request *request)
{
    const char *uri = read_uri(server, request);
    if (!uri)
        return;
    pthread_mutex_lock(&server->locked.mutex);
    if (server->locked.session)
        json_object_del(server->locked.session->uris, uri);
    pthread_mutex_unlock(&server->locked.mutex);
    method_answer(server, request, "");
}
