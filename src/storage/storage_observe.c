/* SPDX-License-Identifier: MIT */
/* One stream of events: whoever wants to know of saves and deletions (resources, automatic
 * clean-up, the check of the first URL) observes the storage, and no tool or command announces
 * anything. */
#include "storage/storage_private.h"

void storage_add_observer(struct storage *storage, struct storage_observer *observer)
{
    pthread_mutex_lock(&storage->locked.mutex);
    observer->next = storage->locked.observers;
    storage->locked.observers = observer;
    pthread_mutex_unlock(&storage->locked.mutex);
}

void storage_remove_observer(struct storage *storage, struct storage_observer *observer)
{
    pthread_mutex_lock(&storage->locked.mutex);
    struct storage_observer **place = &storage->locked.observers;
    while (*place && *place != observer)
        place = &(*place)->next;
    if (*place)
        *place = observer->next;
    pthread_mutex_unlock(&storage->locked.mutex);
}

void storage_announce_saved(struct storage *storage, const struct stored_image *image)
{
    pthread_mutex_lock(&storage->locked.mutex);
    for (const struct storage_observer *each = storage->locked.observers; each; each = each->next)
        if (each->saved)
            each->saved(each->argument, image);
    pthread_mutex_unlock(&storage->locked.mutex);
}

void storage_announce_deleted(struct storage *storage, const char *key)
{
    pthread_mutex_lock(&storage->locked.mutex);
    for (const struct storage_observer *each = storage->locked.observers; each; each = each->next)
        if (each->deleted)
            each->deleted(each->argument, key);
    pthread_mutex_unlock(&storage->locked.mutex);
}

void storage_announce_changed(struct storage *storage)
{
    pthread_mutex_lock(&storage->locked.mutex);
    for (const struct storage_observer *each = storage->locked.observers; each; each = each->next)
        if (each->changed)
            each->changed(each->argument);
    pthread_mutex_unlock(&storage->locked.mutex);
}
