/* SPDX-License-Identifier: MIT */
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
    struct s3_put request = {
        .key = put->key,
        .data = put->data,
        .size = put->size,
        .sha256 = put->sha256,
        .content_type = put->content_type,
        .cache_control = put->cache_control,
        .fields = put->fields,
        .if_absent = put->if_absent,
        .is_private = put->is_private,
    };
    return s3_put_object(from_provider(provider)->client, operation, &request, error);
}

static size_t s3_provider_fields_limit(struct storage_provider *provider)
{
    return s3_metadata_max(from_provider(provider)->client);
}

struct size_search {
    const char *key;
    struct object_info *info;
};

static bool take_size(void *argument, const struct s3_list_entry *entry)
{
    const struct size_search *search = argument;
    if (strcmp(entry->key, search->key) == 0) {
        search->info->size = entry->size;
        search->info->size_unknown = false;
    }
    return false; /* the key itself comes first of all that begin with it */
}

/* Where HeadObject does not tell the size, a listing does, if it is allowed. */
static bool find_size(struct s3_client *client, const struct operation *operation, const char *key,
                      struct object_info *info, struct error *error)
{
    struct size_search search = {.key = key, .info = info};
    const struct s3_list list = {.prefix = key};
    info->size_unknown = true;
    return s3_list_objects(client, operation, &list, take_size, &search, error) ||
           (error->code != ERROR_CANCELLED && error->code != ERROR_NO_MEMORY);
}

static bool s3_provider_head(struct storage_provider *provider, const struct operation *operation,
                             const char *key, struct object_info *ret_info, struct error *error)
{
    CLEANUP(s3_object_finish) struct s3_object object = {0};
    struct s3_client *client = from_provider(provider)->client;
    if (!s3_head_object(client, operation, key, &object, error))
        return false;
    struct object_info info = {.size = object.size, .modified_ms = object.modified_ms};
    if (!object.has_size && !find_size(client, operation, key, &info, error))
        return false;
    info.fields = object.fields;
    object.fields = (struct fields){0};
    *ret_info = info;
    return true;
}

static bool s3_provider_get(struct storage_provider *provider, const struct operation *operation,
                            const char *key, size_t max, struct blob **ret_blob,
                            struct error *error)
{
    return s3_get_object(from_provider(provider)->client, operation, key, max, ret_blob, error);
}

struct listener {
    bool (*each)(void *argument, const struct list_entry *entry);
    void *argument;
};

static bool pass_on(void *argument, const struct s3_list_entry *entry)
{
    const struct listener *listener = argument;
    const struct list_entry given = {
        .key = entry->key,
        .is_prefix = entry->is_prefix,
        .size = entry->size,
        .modified_ms = entry->modified_ms,
    };
    return listener->each(listener->argument, &given);
}

static bool s3_provider_list(struct storage_provider *provider, const struct operation *operation,
                             const struct list_request *request,
                             bool (*each)(void *argument, const struct list_entry *entry),
                             void *argument, struct error *error)
{
    struct listener listener = {.each = each, .argument = argument};
    const struct s3_list list = {
        .prefix = request->prefix, .delimiter = request->delimiter, .after = request->after};
    return s3_list_objects(from_provider(provider)->client, operation, &list, pass_on, &listener,
                           error);
}

static void note_failure(void *argument, size_t index, const struct error *error)
{
    struct delete_result *results = argument;
    delete_result_set(&results[index], error);
}

static bool s3_provider_delete(struct storage_provider *provider, const struct operation *operation,
                               const char *const *keys, size_t count, struct delete_result *results,
                               struct error *error)
{
    for (size_t i = 0; i < count; i++)
        results[i] = (struct delete_result){0};
    return s3_delete_objects(from_provider(provider)->client, operation, keys, count, note_failure,
                             results, error);
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
