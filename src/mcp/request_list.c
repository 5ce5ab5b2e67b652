/* SPDX-License-Identifier: MIT */
/* Requests are added on the main thread and removed on whatever thread has answered them. An
 * eventfd tells the main thread, which sleeps in poll() together with its input and its signals. */
#include "mcp/request_list.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    MAX_REQUESTS = 256,
    MAX_FETCHES = 128,            /* of the requests */
    MAX_BYTES = 32 * 1024 * 1024, /* of what has been read and not been answered */
};

bool request_list_init(struct request_list *list, struct error *error)
{
    *list = (struct request_list){.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    pthread_mutex_init(&list->locked.mutex, NULL);
    return list->wake_fd >= 0 || error_set(error, ERROR_INTERNAL, "no file descriptors are left");
}

void request_list_finish(struct request_list *list)
{
    if (list->wake_fd >= 0)
        close(list->wake_fd);
    pthread_mutex_destroy(&list->locked.mutex);
}

void request_list_add(struct request_list *list, struct request *request)
{
    request->size = message_size(request->message);
    pthread_mutex_lock(&list->locked.mutex);
    request->next = list->locked.first;
    if (request->next)
        request->next->previous = request;
    list->locked.first = request;
    list->locked.count++;
    list->locked.bytes += request->size;
    pthread_mutex_unlock(&list->locked.mutex);
}

void request_list_grow(struct request_list *list, struct request *request, size_t bytes)
{
    pthread_mutex_lock(&list->locked.mutex);
    request->size += bytes;
    list->locked.bytes += bytes;
    pthread_mutex_unlock(&list->locked.mutex);
}

void request_list_release(struct request_list *list, struct request *request)
{
    pthread_mutex_lock(&list->locked.mutex);
    if (request->next)
        request->next->previous = request->previous;
    if (request->previous)
        request->previous->next = request->next;
    else
        list->locked.first = request->next;
    request->next = request->previous = NULL;
    list->locked.count--;
    list->locked.bytes -= request->size;
    if (request->fetching)
        list->locked.fetches--;
    pthread_mutex_unlock(&list->locked.mutex);
}

static void request_list_wake(struct request_list *list)
{
    uint64_t one = 1;
    if (write(list->wake_fd, &one, sizeof one) < 0)
        return; /* the counter is full: it is awake */
}

void request_list_remove(struct request_list *list, struct request *request)
{
    request_list_release(list, request);
    request_destroy(request);
    request_list_wake(list);
}

void request_list_submit(struct request_list *list, struct request *request,
                         struct worker_pool *pool)
{
    pthread_mutex_lock(&list->locked.mutex);
    request->pool = pool;
    pthread_mutex_unlock(&list->locked.mutex);
    worker_pool_submit(pool, &request->job);
}

bool request_list_fetch(struct request_list *list, struct request *request,
                        struct worker_pool *pool, struct error *error)
{
    pthread_mutex_lock(&list->locked.mutex);
    request->fetching = list->locked.fetches < MAX_FETCHES;
    if (request->fetching)
        list->locked.fetches++;
    pthread_mutex_unlock(&list->locked.mutex);
    if (!request->fetching)
        return error_set(error, ERROR_UNAVAILABLE,
                         "%d images are being fetched already, or wait for it; try again when some "
                         "of them are done",
                         MAX_FETCHES);
    request_list_submit(list, request, pool);
    return true;
}

/* Answered requests stay listed for a moment; their ids are free again. */
static struct request *find_locked(struct request_list *list, const char *id)
{
    struct request *request = list->locked.first;
    while (request && !(strcmp(request->id, id) == 0 && !request_is_over(request)))
        request = request->next;
    return request;
}

bool request_list_has(struct request_list *list, const char *id)
{
    pthread_mutex_lock(&list->locked.mutex);
    bool found = find_locked(list, id) != NULL;
    pthread_mutex_unlock(&list->locked.mutex);
    return found;
}

void request_list_cancel(struct request_list *list, const char *id)
{
    pthread_mutex_lock(&list->locked.mutex);
    struct request *request = find_locked(list, id);
    if (request)
        request_cancel(request);
    bool unused = request && request->pool && worker_pool_withdraw(request->pool, &request->job);
    pthread_mutex_unlock(&list->locked.mutex);
    if (unused) /* no thread will remove it */
        request_list_remove(list, request);
}

void request_list_cancel_all(struct request_list *list)
{
    pthread_mutex_lock(&list->locked.mutex);
    for (struct request *request = list->locked.first; request; request = request->next)
        request_cancel(request);
    pthread_mutex_unlock(&list->locked.mutex);
}

bool request_list_is_full(struct request_list *list)
{
    pthread_mutex_lock(&list->locked.mutex);
    bool full = list->locked.count >= MAX_REQUESTS || list->locked.bytes >= MAX_BYTES;
    pthread_mutex_unlock(&list->locked.mutex);
    return full;
}

bool request_list_is_empty(struct request_list *list)
{
    pthread_mutex_lock(&list->locked.mutex);
    bool empty = list->locked.count == 0;
    pthread_mutex_unlock(&list->locked.mutex);
    return empty;
}

void request_list_clear_wake(struct request_list *list)
{
    uint64_t count;
    if (read(list->wake_fd, &count, sizeof count) < 0)
        return; /* it was not readable any more */
}
