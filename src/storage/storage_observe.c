/* SPDX-License-Identifier: MIT */
#include "storage/storage_private.h"

void storage_observe(struct storage *storage, const struct storage_observer *observer)
{
    pthread_mutex_lock(&storage->locked.mutex);
    storage->locked.observer = observer ? *observer : (struct storage_observer){0};
    pthread_mutex_unlock(&storage->locked.mutex);
}

void storage_image_changed(struct storage *storage, const char *key)
{
    const struct storage_observer *observer = &storage->locked.observer;
    pthread_mutex_lock(&storage->locked.mutex);
    if (observer->image_changed)
        observer->image_changed(observer->argument, key);
    pthread_mutex_unlock(&storage->locked.mutex);
}

void storage_images_changed(struct storage *storage)
{
    const struct storage_observer *observer = &storage->locked.observer;
    pthread_mutex_lock(&storage->locked.mutex);
    if (observer->images_changed)
        observer->images_changed(observer->argument);
    pthread_mutex_unlock(&storage->locked.mutex);
}
