/* SPDX-License-Identifier: MIT */
/* The operations of S3 in terms of exchanges. Callers are counted, so that destroying the client
 * while some are inside breaks their exchanges off, waits until they have left, and frees after. */
#include "s3/client_state.h"

#include "base/clock.h"
#include "s3/sigv4.h"
#include "s3/store_time.h"

#include <ctype.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

enum { S3_URL_MAX = 64 * 1024, S3_NAME_MAX = 100, S3_ANSWER_MAX = 64 * 1024 };

/* What goes into a header of each request, or into its signature. */
static bool check_text(const char *text, const char *variable, struct error *error)
{
    if (!text || !*text)
        return error_set(error, ERROR_INVALID, "%s is not set", variable);
    for (const char *c = text; *c; c++)
        if (*c <= ' ' || *c > '~')
            return error_set(error, ERROR_INVALID,
                             "%s holds a space or a character that no key has: copy it again",
                             variable);
    return true;
}

bool s3_acl_valid(const char *acl)
{
    static const char all[] = S3_ACLS ",";
    const char *place = strstr(all, acl);
    size_t length = strlen(acl);
    return length > 0 && place && (place == all || place[-1] == ' ') && place[length] == ',';
}

static bool check_config(const struct s3_config *config, struct error *error)
{
    if (!config->bucket || !*config->bucket)
        return error_set(error, ERROR_INVALID, "S3_BUCKET is not set");
    if (!endpoint_region_valid(config->region))
        return error_set(error, ERROR_INVALID,
                         "\"%.64s\" cannot be a region: check S3_REGION (such as us-east-1, or "
                         "auto for R2)",
                         config->region);
    if (config->acl && !s3_acl_valid(config->acl))
        return error_set(error, ERROR_INVALID,
                         "S3_ACL must be one of %s, or unset; it is \"%.40s\"", S3_ACLS,
                         config->acl);
    return check_text(config->access_key, "S3_ACCESS_KEY", error) &&
           check_text(config->secret_key, "S3_SECRET_KEY", error) &&
           (!config->session_token || check_text(config->session_token, "S3_SESSION_TOKEN", error));
}

static bool init_store(struct s3_client *client, const struct s3_config *config,
                       struct error *error)
{
    struct exchange_store *store = &client->store;
    struct http_settings settings = config->http ? *config->http : http_settings_default;
    if (config->ca_file && !(client->ca_file = strdup(config->ca_file)))
        return error_no_memory(error);
    settings.ca_file = client->ca_file;
    if (config->acl && !(client->acl = strdup(config->acl)))
        return error_no_memory(error);
    return endpoint_init(&store->endpoint, config->endpoint, config->bucket, config->addressing,
                         config->allow_http, error) &&
           credentials_init(&store->credentials, config->access_key, config->secret_key,
                            config->session_token, error) &&
           transport_create(&settings, &store->transport, error);
}

bool s3_client_create(const struct s3_config *config, struct s3_client **ret_client,
                      struct error *error)
{
    if (!check_config(config, error))
        return false;
    struct s3_client *client = calloc(1, sizeof *client);
    if (!client)
        return error_no_memory(error);
    pthread_mutex_init(&client->locked.mutex, NULL);
    pthread_cond_init(&client->left, NULL);
    retry_budget_init(&client->store.budget);
    client->store.policy = config->retry ? *config->retry : retry_policy_default;
    capabilities_init(&client->store.capabilities, config->region);
    if (!init_store(client, config, error)) {
        s3_client_destroy(client);
        return false;
    }
    /* the host name of an AWS endpoint knows better than a default */
    if (client->store.endpoint.region[0])
        (void)capabilities_learn_region(&client->store.capabilities, client->store.endpoint.region,
                                        "");
    *ret_client = client;
    return true;
}

void s3_client_destroy(struct s3_client *client)
{
    if (!client)
        return;
    if (client->store.transport)
        transport_stop(client->store.transport);
    pthread_mutex_lock(&client->locked.mutex);
    while (client->locked.callers > 0)
        pthread_cond_wait(&client->left, &client->locked.mutex);
    pthread_mutex_unlock(&client->locked.mutex);
    transport_destroy(client->store.transport);
    credentials_finish(&client->store.credentials);
    endpoint_finish(&client->store.endpoint);
    capabilities_finish(&client->store.capabilities);
    pthread_cond_destroy(&client->left);
    pthread_mutex_destroy(&client->locked.mutex);
    free(client->ca_file);
    free(client->acl);
    free(client);
}

void s3_client_enter(struct s3_client *client)
{
    pthread_mutex_lock(&client->locked.mutex);
    client->locked.callers++;
    pthread_mutex_unlock(&client->locked.mutex);
}

void s3_client_leave(struct s3_client *client)
{
    pthread_mutex_lock(&client->locked.mutex);
    if (--client->locked.callers == 0)
        pthread_cond_signal(&client->left);
    pthread_mutex_unlock(&client->locked.mutex);
}

static bool run_for_key(struct s3_client *client, const struct operation *operation,
                        const struct exchange_request *request, struct http_response *ret_response,
                        struct error *error)
{
    size_t length = strlen(request->key);
    if (length == 0 || length > S3_KEY_MAX)
        return error_set(error, ERROR_INVALID, "a key has 1 to %d bytes, not %zu", S3_KEY_MAX,
                         length);
    s3_client_enter(client);
    bool done = exchange_run(&client->store, operation, request, ret_response, error);
    s3_client_leave(client);
    return done;
}

/* Names and values become header lines: nothing may end a line early, or mean different things to
 * the two sides of a signature. */
static bool add_header(struct fields *headers, const char *prefix, const char *name,
                       const char *value, struct error *error)
{
    char full_name[S3_NAME_MAX];
    int length = snprintf(full_name, sizeof full_name, "%s%s", prefix, name);
    bool good = length > 0 && length < S3_NAME_MAX &&
                strspn(full_name, "abcdefghijklmnopqrstuvwxyz0123456789-") == (size_t)length;
    for (const char *c = value; *c; c++)
        good &= *c >= ' ' && *c <= '~';
    if (!good)
        return error_set(error, ERROR_INVALID, "\"%.64s\" cannot be sent as a header", name);
    return fields_add(headers, full_name, value, strlen(value), error);
}

static const char *acl_of(const struct s3_client *client, const struct object_put *put)
{
    return put->is_private ? NULL : client->acl;
}

static bool put_headers(const struct s3_client *client, const struct object_put *put,
                        struct fields *headers, struct error *error)
{
    const char *acl = acl_of(client, put);
    if (!add_header(headers, "", "content-type", put->content_type, error) ||
        (put->cache_control &&
         !add_header(headers, "", "cache-control", put->cache_control, error)) ||
        (acl && !add_header(headers, "", "x-amz-acl", acl, error)))
        return false;
    for (size_t i = 0; put->fields && i < put->fields->count; i++)
        if (!add_header(headers, "x-amz-meta-", put->fields->items[i].name,
                        put->fields->items[i].value, error))
            return false;
    return true;
}

static size_t metadata_size(const struct object_put *put)
{
    size_t size = 0;
    for (size_t i = 0; put->fields && i < put->fields->count; i++)
        size += strlen("x-amz-meta-") + strlen(put->fields->items[i].name) +
                strlen(put->fields->items[i].value);
    return size;
}

/* Every store names what it stored by an ETag, or at least the request by an id. What else answers
 * 2xx to a PUT, such as the login page of a network, has to show the object. */
static bool is_proven(const struct fields *headers)
{
    for (size_t i = 0; i < headers->count; i++)
        if (strcmp(headers->items[i].name, "etag") == 0 ||
            strncmp(headers->items[i].name, "x-amz-", strlen("x-amz-")) == 0)
            return true;
    return false;
}

static bool confirm_put(struct s3_client *client, const struct operation *operation,
                        const struct object_put *put, struct error *error)
{
    CLEANUP(object_info_finish) struct object_info info = {0};
    const struct operation quiet = {.cancel = operation->cancel};
    if (!s3_head_object(client, &quiet, put->key, &info, error) && error->code != ERROR_NOT_FOUND &&
        error->code != ERROR_DENIED)
        return false;
    return (!info.size_unknown && info.size == put->size) ||
           error_set(
               error, ERROR_UNAVAILABLE,
               "%.128s reports success without the ETag of an S3 store, and the object cannot "
               "be found: check that S3_ENDPOINT is the store's S3 API, "
               "and that nothing in between answers for it",
               client->store.endpoint.host);
}

bool s3_put_object(struct s3_client *client, const struct operation *operation,
                   const struct object_put *put, struct error *error)
{
    CLEANUP(fields_finish) struct fields headers = {0};
    CLEANUP(http_response_finish) struct http_response response = {0};
    if (!put_headers(client, put, &headers, error))
        return false;
    const struct exchange_request request = {
        .method = "PUT",
        .action = acl_of(client, put) ? "s3:PutObject with s3:PutObjectAcl" : "s3:PutObject",
        .key = put->key,
        .headers = &headers,
        .body = put->data ? put->data : "",
        .body_size = put->size,
        .body_sha256 = put->sha256,
        .response_max = S3_ANSWER_MAX,
        .form = ANSWER_BARE,
        .if_absent = put->if_absent,
        .may_want_digest = true,
        .has_acl = acl_of(client, put),
        .metadata_size = metadata_size(put),
    };
    return run_for_key(client, operation, &request, &response, error) &&
           (is_proven(&response.headers) || confirm_put(client, operation, put, error));
}

size_t s3_metadata_max(struct s3_client *client)
{
    return capabilities_metadata_max(&client->store.capabilities);
}

static bool read_fields(const struct fields *headers, struct fields *fields, struct error *error)
{
    static const char prefix[] = "x-amz-meta-";
    for (size_t i = 0; i < headers->count; i++) {
        const struct field *header = &headers->items[i];
        if (strncmp(header->name, prefix, sizeof prefix - 1) == 0 &&
            !fields_add(fields, header->name + sizeof prefix - 1, header->value,
                        strlen(header->value), error))
            return false;
    }
    return true;
}

/* A coding makes Content-Length that of something else. */
static bool read_size(const struct fields *headers, uint64_t *ret_size)
{
    const char *size = fields_get(headers, "content-length");
    const char *coding = fields_get(headers, "content-encoding");
    char *end;
    if (!size || !isdigit((unsigned char)*size) ||
        (coding && *coding && strcasecmp(coding, "identity") != 0))
        return false;
    uint64_t value = strtoull(size, &end, 10);
    if (*end != '\0')
        return false;
    *ret_size = value;
    return true;
}

static bool read_info(const struct fields *headers, struct object_info *info, struct error *error)
{
    const char *modified = fields_get(headers, "last-modified");
    const char *type = fields_get(headers, "content-type");
    info->size_unknown = !read_size(headers, &info->size);
    if (!modified || !store_time_parse(modified, &info->modified_ms))
        info->modified_ms = 0;
    if (type && !(info->content_type = strdup(type)))
        return error_no_memory(error);
    return read_fields(headers, &info->fields, error);
}

bool s3_head_object(struct s3_client *client, const struct operation *operation, const char *key,
                    struct object_info *ret_info, struct error *error)
{
    CLEANUP(http_response_finish) struct http_response response = {0};
    CLEANUP(object_info_finish) struct object_info info = {0};
    const struct exchange_request request = {
        .method = "HEAD", .action = "s3:GetObject", .key = key, .form = ANSWER_HEADERS};
    if (!run_for_key(client, operation, &request, &response, error) ||
        !read_info(&response.headers, &info, error))
        return false;
    *ret_info = TAKE_STRUCT(info);
    return true;
}

bool s3_get_object(struct s3_client *client, const struct operation *operation, const char *key,
                   size_t max, struct blob **ret_blob, struct error *error)
{
    CLEANUP(http_response_finish) struct http_response response = {0};
    const struct exchange_request request = {.method = "GET",
                                             .action = "s3:GetObject",
                                             .key = key,
                                             .response_max = max,
                                             .form = ANSWER_DATA};
    return run_for_key(client, operation, &request, &response, error) &&
           blob_builder_end(&response.data, ret_blob, error);
}

bool s3_delete_object(struct s3_client *client, const struct operation *operation, const char *key,
                      struct error *error)
{
    CLEANUP(http_response_finish) struct http_response response = {0};
    const struct exchange_request request = {.method = "DELETE",
                                             .action = "s3:DeleteObject",
                                             .key = key,
                                             .response_max = S3_ANSWER_MAX,
                                             .form = ANSWER_BARE};
    return run_for_key(client, operation, &request, &response, error) ||
           error->code == ERROR_NOT_FOUND;
}

bool s3_presign_get(struct s3_client *client, const char *key, uint32_t seconds, char **ret_url,
                    int64_t *ret_expires_ms, struct error *error)
{
    struct exchange_store *store = &client->store;
    CLEANUP(endpoint_place_finish) struct endpoint_place place = {0};
    CLEANUP(buffer_finish) struct buffer url = BUFFER_INIT(S3_URL_MAX);
    char region[ENDPOINT_REGION_SIZE];
    if (seconds == 0 || seconds > S3_PRESIGN_MAX_SECONDS)
        return error_set(error, ERROR_INVALID, "a presigned URL works for 1 to %d seconds",
                         S3_PRESIGN_MAX_SECONDS);
    capabilities_region(&store->capabilities, region);
    int64_t now_ms = clock_wall_ms() + capabilities_clock_offset_ms(&store->capabilities);
    if (!endpoint_locate(&store->endpoint, region, key, &place, error) ||
        !buffer_printf(&url, error, "%s://%s%s?", store->endpoint.scheme, place.host, place.path) ||
        !sigv4_presign(&store->credentials, region, now_ms, "GET", place.host, place.path, seconds,
                       &url, error))
        return false;
    *ret_url = buffer_take(&url);
    *ret_expires_ms = (now_ms / 1000 + seconds) * 1000;
    return true;
}

char *s3_object_url(struct s3_client *client, const char *key, struct error *error)
{
    char region[ENDPOINT_REGION_SIZE];
    capabilities_region(&client->store.capabilities, region);
    return endpoint_object_url(&client->store.endpoint, region, key, error);
}

int64_t s3_now(struct s3_client *client)
{
    int64_t offset_ms = 0;
    capabilities_clock_seen(&client->store.capabilities, &offset_ms);
    return clock_wall_ms() + offset_ms;
}

bool s3_client_is_aws(const struct s3_client *client)
{
    return client->store.endpoint.aws;
}
