/* SPDX-License-Identifier: MIT */
/* A notification holds the lock of the list from the first subscriber to the last, and each line is
 * written under the writer's lock. A request is acknowledged under both when it enters the list,
 * and answered after it has left it: so there is no notification before the acknowledgment, nor
 * after the end. */
#include "mcp/subscriptions.h"

#include "base/array.h"
#include "base/json_text.h"

#include <string.h>

#define SUBSCRIPTION_ID PROTOCOL_META("subscriptionId")

struct subscription {
    struct request *request;
    struct subscription_filter filter;
    char *meta; /* the member _meta of what it is sent */
    struct subscription *next;
};

static void subscription_destroy(struct subscription *subscription)
{
    if (!subscription)
        return;
    request_destroy(subscription->request);
    json_decref(subscription->filter.uris);
    free(subscription->meta);
    free(subscription);
}

void subscriptions_init(struct subscriptions *subscriptions, struct writer *writer)
{
    *subscriptions = (struct subscriptions){.writer = writer};
    pthread_mutex_init(&subscriptions->locked.mutex, NULL);
}

void subscriptions_finish(struct subscriptions *subscriptions)
{
    json_decref(subscriptions->locked.session.uris);
    pthread_mutex_destroy(&subscriptions->locked.mutex);
}

/* uri: the resource that changed; NULL: the list did. */
static bool wants(const struct subscription_filter *filter, const char *uri)
{
    return uri ? json_object_get(filter->uris, uri) != NULL : filter->list_changed;
}

static struct writer_part subscription_part(const char *text)
{
    return (struct writer_part){.data = text, .size = strlen(text)};
}

/* meta: the member _meta, or NULL. */
static void send_locked(struct writer *writer, const char *meta, const char *uri)
{
    const struct writer_part parts[] = {
        subscription_part("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/"),
        subscription_part(uri ? "updated\"" : "list_changed\""),
        subscription_part(uri || meta ? ",\"params\":{" : ""),
        subscription_part(meta ? meta : ""),
        subscription_part(uri && meta ? "," : ""),
        subscription_part(uri ? "\"uri\":\"" : ""),
        subscription_part(uri ? uri : ""),
        subscription_part(uri ? "\"" : ""),
        subscription_part(uri || meta ? "}}" : "}"),
    };
    writer_send_locked(writer, parts, LENGTH(parts));
}

static void notify(struct subscriptions *subscriptions, const char *uri)
{
    struct writer *writer = subscriptions->writer;
    pthread_mutex_lock(&subscriptions->locked.mutex);
    writer_lock(writer);
    for (const struct subscription *each = subscriptions->locked.open; each; each = each->next)
        if (wants(&each->filter, uri))
            send_locked(writer, each->meta, uri);
    if (subscriptions->locked.has_session && wants(&subscriptions->locked.session, uri))
        send_locked(writer, NULL, uri);
    writer_unlock(writer);
    pthread_mutex_unlock(&subscriptions->locked.mutex);
}

static void notify_updated(void *subscriptions, const char *uri)
{
    notify(subscriptions, uri);
}

static void notify_list_changed(void *subscriptions)
{
    notify(subscriptions, NULL);
}

struct resource_watcher subscriptions_watcher(struct subscriptions *subscriptions)
{
    return (struct resource_watcher){
        .updated = notify_updated, .list_changed = notify_list_changed, .argument = subscriptions};
}

/* subscriptions/listen */

static char *meta_text(const char *id)
{
    struct buffer text = BUFFER_INIT(SIZE_MAX / 4);
    struct error error;
    if (buffer_printf(&text, &error, "\"_meta\":{\"" SUBSCRIPTION_ID "\":%s}", id))
        return buffer_take(&text);
    buffer_finish(&text);
    return NULL;
}

bool subscriptions_open(struct subscriptions *subscriptions, struct request *request,
                        const struct subscription_filter *filter, const char *honoured,
                        struct error *error)
{
    CLEANUP(free_cleanup) char *meta = meta_text(request->id);
    struct subscription *subscription = meta ? calloc(1, sizeof *subscription) : NULL;
    if (!subscription)
        return error_no_memory(error);
    *subscription = (struct subscription){.request = request, .filter = *filter};
    subscription->meta = TAKE(meta);
    request_forget_message(request);
    const struct writer_part parts[] = {
        subscription_part(
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\","
            "\"params\":{"),
        subscription_part(subscription->meta), subscription_part(",\"notifications\":"),
        subscription_part(honoured), subscription_part("}}")};
    pthread_mutex_lock(&subscriptions->locked.mutex);
    subscription->next = subscriptions->locked.open;
    subscriptions->locked.open = subscription;
    subscriptions->locked.open_count++;
    writer_lock(subscriptions->writer);
    writer_send_locked(subscriptions->writer, parts, LENGTH(parts));
    writer_unlock(subscriptions->writer);
    pthread_mutex_unlock(&subscriptions->locked.mutex);
    return true;
}

size_t subscriptions_count(struct subscriptions *subscriptions)
{
    pthread_mutex_lock(&subscriptions->locked.mutex);
    size_t count = subscriptions->locked.open_count;
    pthread_mutex_unlock(&subscriptions->locked.mutex);
    return count;
}

/* Where the list points at the one with this id, or at its end. */
static struct subscription **find_locked(struct subscriptions *subscriptions, const char *id)
{
    struct subscription **place = &subscriptions->locked.open;
    while (*place && strcmp((*place)->request->id, id) != 0)
        place = &(*place)->next;
    return place;
}

bool subscriptions_has(struct subscriptions *subscriptions, const char *id)
{
    pthread_mutex_lock(&subscriptions->locked.mutex);
    bool found = *find_locked(subscriptions, id) != NULL;
    pthread_mutex_unlock(&subscriptions->locked.mutex);
    return found;
}

void subscriptions_cancel(struct subscriptions *subscriptions, const char *id)
{
    pthread_mutex_lock(&subscriptions->locked.mutex);
    struct subscription **place = find_locked(subscriptions, id);
    struct subscription *subscription = *place;
    if (subscription) {
        *place = subscription->next;
        subscriptions->locked.open_count--;
    }
    pthread_mutex_unlock(&subscriptions->locked.mutex);
    subscription_destroy(subscription);
}

void subscriptions_end(struct subscriptions *subscriptions)
{
    pthread_mutex_lock(&subscriptions->locked.mutex);
    struct subscription *open = TAKE(subscriptions->locked.open);
    subscriptions->locked.open_count = 0;
    pthread_mutex_unlock(&subscriptions->locked.mutex);
    while (open) {
        struct subscription *next = open->next;
        request_reply(open->request, "\"resultType\":\"complete\",", open->meta);
        subscription_destroy(open);
        open = next;
    }
}

/* The handshake revisions */

void subscriptions_forget_session(struct subscriptions *subscriptions)
{
    pthread_mutex_lock(&subscriptions->locked.mutex);
    json_decref(subscriptions->locked.session.uris);
    subscriptions->locked.session = (struct subscription_filter){0};
    subscriptions->locked.has_session = false;
    pthread_mutex_unlock(&subscriptions->locked.mutex);
}

/* A client is notified of the list without asking (2025-11-25, server/resources, "List Changed
 * Notification"). */
static void begin_session_locked(struct subscriptions *subscriptions)
{
    subscriptions->locked.has_session = true;
    subscriptions->locked.session.list_changed = true;
}

void subscriptions_begin_session(struct subscriptions *subscriptions)
{
    pthread_mutex_lock(&subscriptions->locked.mutex);
    begin_session_locked(subscriptions);
    pthread_mutex_unlock(&subscriptions->locked.mutex);
}

static bool add_uri_locked(struct subscription_filter *session, const char *uri,
                           struct error *error)
{
    if (!session->uris && !(session->uris = json_object()))
        return error_no_memory(error);
    if (json_object_size(session->uris) >= SUBSCRIPTION_URIS_MAX &&
        !json_object_get(session->uris, uri))
        return error_set(error, ERROR_TOO_LARGE, "too many resources are subscribed to");
    return json_object_set_new(session->uris, uri, json_true()) == 0 || error_no_memory(error);
}

bool subscriptions_add_uri(struct subscriptions *subscriptions, const char *uri,
                           struct error *error)
{
    pthread_mutex_lock(&subscriptions->locked.mutex);
    begin_session_locked(subscriptions);
    bool added = add_uri_locked(&subscriptions->locked.session, uri, error);
    pthread_mutex_unlock(&subscriptions->locked.mutex);
    return added;
}

void subscriptions_remove_uri(struct subscriptions *subscriptions, const char *uri)
{
    pthread_mutex_lock(&subscriptions->locked.mutex);
    json_object_del(subscriptions->locked.session.uris, uri);
    pthread_mutex_unlock(&subscriptions->locked.mutex);
}
