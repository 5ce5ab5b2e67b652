/* SPDX-License-Identifier: MIT */
/* Resources that have nothing to do with images, so that the tests of mcp/ prove that it knows of
 * none. */
#include "support/fake_resources.h"

#include <stdlib.h>
#include <string.h>

static bool fake_list(void *context, const struct operation *operation, const char *cursor,
                      struct resource_list *ret_list, struct error *error)
{
    (void)context;
    (void)operation;
    if (cursor && strcmp(cursor, "two") != 0)
        return error_set(error, ERROR_INVALID, "the cursor is damaged");
    struct resource_list list = {
        .resources = json_pack("[{s:s, s:s}]", "uri", cursor ? "x:2" : "x:1", "name", "n"),
        .next_cursor = cursor ? NULL : strdup("two"),
    };
    if (!list.resources || (!cursor && !list.next_cursor)) {
        resource_list_finish(&list);
        return error_no_memory(error);
    }
    *ret_list = list;
    return true;
}

static void fake_post(void *semaphore)
{
    sem_post(semaphore);
}

static bool fake_wait(struct fake_resources *resources, const struct operation *operation,
                      struct error *error)
{
    sem_t cancelled;
    sem_init(&cancelled, 0, 0);
    struct cancel_waiter waiter = {.wake = fake_post, .argument = &cancelled};
    cancel_add_waiter(operation->cancel, &waiter);
    sem_post(&resources->waiting);
    while (sem_wait(&cancelled) < 0)
        ;
    cancel_remove_waiter(operation->cancel, &waiter);
    sem_destroy(&cancelled);
    return operation_check(operation, error);
}

static bool fake_read(void *context, const struct operation *operation, const char *uri,
                      struct resource_contents *ret_contents, struct error *error)
{
    static const char bytes[] = {'\0', '\xff', '"', '\n'};
    if (strcmp(uri, "x:wait") == 0)
        return fake_wait(context, operation, error);
    if (strcmp(uri, "x:down") == 0)
        return error_set(error, ERROR_UNAVAILABLE, "the store does not answer");
    if (strcmp(uri, "x:large") == 0) {
        ret_contents->refusal = strdup("it is too large; fetch it from \"there\"");
        return ret_contents->refusal || error_no_memory(error);
    }
    if (strcmp(uri, "x:1") != 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no resource \"%s\"", uri);
    ret_contents->mime_type = "image/png";
    return blob_create(bytes, sizeof bytes, &ret_contents->bytes, error);
}

static bool fake_complete(void *context, const struct operation *operation,
                          const struct resource_argument *argument,
                          struct resource_completion *ret_completion, struct error *error)
{
    (void)context;
    (void)operation;
    if (strcmp(argument->uri_template, "x:{name}") != 0 || strcmp(argument->name, "name") != 0)
        return error_set(error, ERROR_INVALID, "there is no such template");
    bool bounded = strcmp(argument->value, "bounded") == 0;
    ret_completion->values = json_pack("[s, s]", "1", "2");
    ret_completion->total = bounded || strcmp(argument->value, "few") == 0 ? 2 : 7;
    ret_completion->bounded = bounded;
    return ret_completion->values || error_no_memory(error);
}

static bool fake_knows(void *context, const char *uri)
{
    (void)context;
    return strncmp(uri, "x:", 2) == 0;
}

static void fake_watch(void *context, const struct resource_watcher *watcher)
{
    struct fake_resources *resources = context;
    pthread_mutex_lock(&resources->locked.mutex);
    resources->locked.watcher = watcher;
    pthread_mutex_unlock(&resources->locked.mutex);
}

void fake_change(struct fake_resources *resources, const char *uri)
{
    pthread_mutex_lock(&resources->locked.mutex);
    const struct resource_watcher *watcher = resources->locked.watcher;
    if (watcher && uri)
        watcher->updated(watcher->argument, uri);
    if (watcher)
        watcher->list_changed(watcher->argument);
    pthread_mutex_unlock(&resources->locked.mutex);
}

struct resource_set fake_resources_set(struct fake_resources *resources)
{
    static const struct resource_ops ops = {
        .list = fake_list,
        .read = fake_read,
        .complete = fake_complete,
        .knows = fake_knows,
        .watch = fake_watch,
    };
    return (struct resource_set){.ops = &ops,
                                 .context = resources,
                                 .templates = "[{\"uriTemplate\":\"x:{name}\",\"name\":\"t\"}]"};
}
