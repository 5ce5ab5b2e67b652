/* SPDX-License-Identifier: MIT */
#include "storage/provider.h"

#include <assert.h>

void object_info_finish(struct object_info *info)
{
    properties_finish(&info->properties);
    *info = (struct object_info){0};
}

void object_url_finish(struct object_url *url)
{
    free(url->url);
    *url = (struct object_url){0};
}

void storage_provider_init(struct storage_provider *provider,
                           const struct storage_provider_ops *ops)
{
    assert(ops->name && ops->put && ops->head && ops->get && ops->url && ops->destroy);
    provider->ops = ops;
}

void storage_provider_destroy(struct storage_provider *provider)
{
    if (provider)
        provider->ops->destroy(provider);
}
