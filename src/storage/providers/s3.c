/* SPDX-License-Identifier: MIT */
/* The provider over the S3 client, which speaks of objects in the same words: what is left to
 * decide here is which URL people are given. */
#include "storage/providers/s3.h"

#include "s3/delete.h"
#include "s3/list.h"
#include "storage/public_url.h"

#include <string.h>

/* S3 allows 2 KB of user metadata, names with their x-amz-meta- and values together. */
enum { S3_FIELDS_MAX = 2048 };

#define HINT                                                                                       \
    "Set S3_CDN_URL to the public address of the bucket (a custom domain, a CDN, on R2 also the "  \
    "r2.dev address) for links that last."

static const char hint_cdn[] = HINT;
static const char hint_cdn_session[] =
    "It ends earlier when the session token does that the server uses now. " HINT;

struct s3_provider {
    struct storage_provider provider;
    struct s3_client *client;
    char *cdn_url;
    const char *presigned_hint;
};

static struct s3_provider *from_provider(struct storage_provider *provider)
{
    return (struct s3_provider *)provider;
}

static bool s3_provider_put(struct storage_provider *provider, const struct operation *operation,
                            const struct object_put *put, struct error *error)
{
    return s3_put_object(from_provider(provider)->client, operation, put, error);
}

static size_t s3_provider_fields_limit(struct storage_provider *provider)
{
    return s3_metadata_max(from_provider(provider)->client);
}

struct size_search {
    const char *key;
    struct object_info *info;
};

static bool take_size(void *argument, const struct object_entry *entry, bool *stop,
                      struct error *error)
{
    const struct size_search *search = argument;
    (void)error;
    if (strcmp(entry->key, search->key) == 0) {
        search->info->size = entry->size;
        search->info->size_unknown = false;
    }
    *stop = true; /* the key itself comes first of all that begin with it */
    return true;
}

/* Where HeadObject does not tell the size, a listing does, if it is allowed. */
static bool find_size(struct s3_client *client, const struct operation *operation, const char *key,
                      struct object_info *info, struct error *error)
{
    struct size_search search = {.key = key, .info = info};
    const struct object_query query = {.prefix = key};
    return s3_list_objects(client, operation, &query, take_size, &search, error) ||
           (error->code != ERROR_CANCELLED && error->code != ERROR_NO_MEMORY);
}

static bool s3_provider_head(struct storage_provider *provider, const struct operation *operation,
                             const char *key, struct object_info *ret_info, struct error *error)
{
    CLEANUP(object_info_finish) struct object_info info = {0};
    struct s3_client *client = from_provider(provider)->client;
    if (!s3_head_object(client, operation, key, &info, error) ||
        (info.size_unknown && !find_size(client, operation, key, &info, error)))
        return false;
    *ret_info = TAKE_STRUCT(info);
    return true;
}

static bool s3_provider_get(struct storage_provider *provider, const struct operation *operation,
                            const char *key, size_t max, struct blob **ret_blob,
                            struct error *error)
{
    return s3_get_object(from_provider(provider)->client, operation, key, max, ret_blob, error);
}

static bool s3_provider_list(struct storage_provider *provider, const struct operation *operation,
                             const struct object_query *query, object_each *each, void *argument,
                             struct error *error)
{
    return s3_list_objects(from_provider(provider)->client, operation, query, each, argument,
                           error);
}

static bool s3_provider_delete(struct storage_provider *provider, const struct operation *operation,
                               const char *const *keys, size_t count, struct delete_result *results,
                               struct error *error)
{
    return s3_delete_objects(from_provider(provider)->client, operation, keys, count, results,
                             error);
}

static bool s3_provider_url(struct storage_provider *provider, const char *key,
                            struct object_url *ret_url, struct error *error)
{
    struct s3_provider *s3 = from_provider(provider);
    struct object_url url = {0};
    if (s3->cdn_url) {
        if (!public_url(s3->cdn_url, key, &url.url, error))
            return false;
    } else if (s3_client_is_aws(s3->client)) {
        if (!(url.url = s3_object_url(s3->client, key, error)))
            return false;
    } else {
        url.hint = s3->presigned_hint;
        if (!s3_presign_get(s3->client, key, S3_PRESIGN_MAX_SECONDS, &url.url, &url.expires_ms,
                            error))
            return false;
    }
    *ret_url = url;
    return true;
}

static bool s3_provider_store_url(struct storage_provider *provider, const char *key,
                                  char **ret_url, struct error *error)
{
    char *url = s3_object_url(from_provider(provider)->client, key, error);
    if (!url)
        return false;
    *ret_url = url;
    return true;
}

static int64_t s3_provider_now(struct storage_provider *provider)
{
    return s3_now(from_provider(provider)->client);
}

static void s3_provider_destroy(struct storage_provider *provider)
{
    struct s3_provider *s3 = from_provider(provider);
    s3_client_destroy(s3->client);
    free(s3->cdn_url);
    free(s3);
}

static const struct storage_provider_ops s3_provider_ops = {
    .name = "s3",
    .fields_max = S3_FIELDS_MAX,
    .fields_limit = s3_provider_fields_limit,
    .put = s3_provider_put,
    .head = s3_provider_head,
    .get = s3_provider_get,
    .list = s3_provider_list,
    .delete = s3_provider_delete,
    .url = s3_provider_url,
    .store_url = s3_provider_store_url,
    .now = s3_provider_now,
    .destroy = s3_provider_destroy,
};

bool s3_provider_create(const struct s3_config *config, const char *cdn_url,
                        struct storage_provider **ret_provider, struct error *error)
{
    struct s3_provider *s3 = calloc(1, sizeof *s3);
    if (!s3)
        return error_no_memory(error);
    storage_provider_init(&s3->provider, &s3_provider_ops);
    CLEANUP(storage_provider_destroy_cleanup) struct storage_provider *provider = &s3->provider;
    if (cdn_url && !(s3->cdn_url = strdup(cdn_url)))
        return error_no_memory(error);
    s3->presigned_hint = config->session_token ? hint_cdn_session : hint_cdn;
    if (!s3_client_create(config, &s3->client, error))
        return false;
    *ret_provider = TAKE(provider);
    return true;
}

struct s3_client *s3_provider_client(struct storage_provider *provider)
{
    return from_provider(provider)->client;
}
