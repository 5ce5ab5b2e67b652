/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_FAKE_RESOURCES_H
#define SUPPORT_FAKE_RESOURCES_H

#include "mcp/resource.h"

#include <pthread.h>
#include <semaphore.h>

/* Resources x:NAME, of which two pages are listed, and that misbehave by name. */

struct fake_resources {
    sem_t waiting; /* x:wait posts it when it is read */
    struct {
        pthread_mutex_t mutex;
        const struct resource_watcher *watcher;
    } locked;
};
#define FAKE_RESOURCES_INIT                                                                        \
    {                                                                                              \
        .locked = {.mutex = PTHREAD_MUTEX_INITIALIZER }                                            \
    }

/* Says that the resource changed, and with it the list; NULL: only the list. */
void fake_change(struct fake_resources *resources, const char *uri);

/* The resources as the server takes them; borrows `resources`. */
struct resource_set fake_resources_set(struct fake_resources *resources);

#endif
