/* SPDX-License-Identifier: MIT */
/* What is the same for all providers: optional operations and what stands in for them. */
#include "storage/provider.h"

#include "base/clock.h"

#include <assert.h>
#include <stdlib.h>

void object_url_finish(struct object_url *url)
{
    free(url->url);
    *url = (struct object_url){0};
}

void storage_provider_init(struct storage_provider *provider,
                           const struct storage_provider_ops *ops)
{
    assert(ops->name && ops->put && ops->head && ops->get && ops->list && ops->delete &&ops->url &&
           ops->destroy);
    provider->ops = ops;
}

size_t storage_provider_fields_max(struct storage_provider *provider)
{
    const struct storage_provider_ops *ops = provider->ops;
    return ops->fields_limit ? ops->fields_limit(provider) : ops->fields_max;
}

int64_t storage_provider_now(struct storage_provider *provider)
{
    return provider->ops->now ? provider->ops->now(provider) : clock_wall_ms();
}

void *storage_provider_lock(struct storage_provider *provider, const struct operation *operation,
                            const char *key, bool exclusive)
{
    return provider->ops->lock ? provider->ops->lock(provider, operation, key, exclusive) : NULL;
}

void storage_provider_unlock(struct storage_provider *provider, void *lock)
{
    if (lock)
        provider->ops->unlock(provider, lock);
}

void storage_provider_destroy(struct storage_provider *provider)
{
    if (provider)
        provider->ops->destroy(provider);
}
