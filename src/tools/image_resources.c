/* SPDX-License-Identifier: MIT */
/* An image's URI is image:// and its key, exactly as resources/list and the tools give it. */
#include "base/buffer.h"
#include "base/quote.h"
#include "storage/image_name.h"
#include "storage/storage_complete.h"
#include "storage/storage_list.h"
#include "tools/advice.h"
#include "tools/tools.h"
#include "views/image_json.h"

#include <string.h>

#define URI_TEMPLATE IMAGE_NAME_RESOURCE "{+key}"

enum {
    PAGE_SIZE = 500,         /* about 160 KB of JSON; clients give up on a list of too many pages */
    REFUSAL_MAX = 16 * 1024, /* a presigned URL is long */
    URI_SIZE = sizeof IMAGE_NAME_RESOURCE + IMAGE_KEY_MAX,
};

static const char templates[] =
    "[{\"uriTemplate\":\"" URI_TEMPLATE "\",\"name\":\"image\",\"title\":\"Stored image\","
    "\"description\":\"A stored image by its key, such as "
    "generations/2024-09-27/flux-1-schnell/0f3c9a5e7b12_1024x1024.png: the prefix, the UTC day, "
    "the model and the file.\"}]";

/* The key in the URI, or NULL when there is none of this store. */
static const char *key_of(const struct tools_context *tools, const char *uri)
{
    size_t length = strlen(IMAGE_NAME_RESOURCE);
    bool ours = strncmp(uri, IMAGE_NAME_RESOURCE, length) == 0 &&
                storage_is_key(tools->storage, uri + length);
    return ours ? uri + length : NULL;
}

static bool resources_list(void *context, const struct operation *operation, const char *cursor,
                           struct resource_list *ret_list, struct error *error)
{
    const struct tools_context *tools = context;
    const struct list_options options = {.limit = PAGE_SIZE, .cursor = cursor};
    CLEANUP(image_list_finish) struct image_list images = {0};
    CLEANUP(resource_list_finish) struct resource_list resources = {.resources = json_array()};
    if (!storage_list(tools->storage, operation, &options, &images, error))
        return false;
    for (size_t i = 0; i < images.count; i++)
        if (json_array_append_new(resources.resources, image_json_resource(&images.items[i])) < 0)
            return error_no_memory(error);
    if (!resources.resources)
        return error_no_memory(error);
    resources.next_cursor = TAKE(images.cursor);
    *ret_list = TAKE_STRUCT(resources);
    return true;
}

static bool refuse_size(const struct tools_context *tools, const struct stored_image *image,
                        struct resource_contents *ret_contents, struct error *error)
{
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(REFUSAL_MAX);
    if (!buffer_printf(&text, error,
                       "The image is larger than the limit of %zu bytes for results; fetch it "
                       "from %s, or raise IMAGE_MAX_INLINE_BYTES in the server's environment",
                       tools->max_inline_bytes, image->url.url))
        return false;
    ret_contents->refusal = buffer_take(&text);
    return true;
}

static bool read_image(void *context, const struct operation *operation, const char *uri,
                       struct resource_contents *ret_contents, struct error *error)
{
    const struct tools_context *tools = context;
    const char *key = key_of(tools, uri);
    CLEANUP(stored_image_finish) struct stored_image image = {0};
    struct blob *bytes;
    if (!key) {
        error_set(error, ERROR_NOT_FOUND, "%s is not the URI of an image of this store",
                  quoted(uri, 200).text);
        return error_because(error, REASON_NO_IMAGE);
    }
    if (!storage_describe(tools->storage, key, 0, 0, &image, error))
        return false;
    if (storage_read(tools->storage, operation, key, tools->max_inline_bytes, &bytes, error)) {
        ret_contents->bytes = bytes;
        ret_contents->mime_type = image_mime_type(image.image.format);
        return true;
    }
    if (error->code == ERROR_TOO_LARGE)
        return refuse_size(tools, &image, ret_contents, error);
    if (error->code != ERROR_NOT_FOUND)
        return false;
    error_set(error, ERROR_NOT_FOUND, "no image is stored as %s", quoted(uri, 200).text);
    return error_because(error, REASON_NO_IMAGE);
}

static bool resources_complete(void *context, const struct operation *operation,
                               const struct resource_argument *argument,
                               struct resource_completion *ret_completion, struct error *error)
{
    const struct tools_context *tools = context;
    CLEANUP(key_completions_finish) struct key_completions keys = {0};
    if (strcmp(argument->uri_template, URI_TEMPLATE) != 0)
        return error_set(error, ERROR_INVALID,
                         "there is no resource template %s, only " URI_TEMPLATE,
                         quoted(argument->uri_template, 200).text);
    if (strcmp(argument->name, "key") != 0)
        return error_set(error, ERROR_INVALID, URI_TEMPLATE " has no argument %s, only \"key\"",
                         quoted(argument->name, 200).text);
    if (!storage_complete(tools->storage, operation, argument->value, &keys, error))
        return false;
    CLEANUP(resource_completion_finish)
    struct resource_completion completion = {
        .values = json_array(), .total = keys.total, .bounded = keys.bounded};
    for (size_t i = 0; i < keys.count; i++)
        if (json_array_append_new(completion.values, json_string(keys.keys[i])) < 0)
            return error_no_memory(error);
    if (!completion.values)
        return error_no_memory(error);
    *ret_completion = TAKE_STRUCT(completion);
    return true;
}

static bool knows(void *context, const char *uri)
{
    return key_of(context, uri);
}

static void tell_updated(const struct tools_context *tools, const char *key)
{
    char uri[URI_SIZE];
    snprintf(uri, sizeof uri, IMAGE_NAME_RESOURCE "%s", key);
    tools->watcher->updated(tools->watcher->argument, uri);
}

static void image_saved(void *argument, const struct stored_image *image)
{
    if (!image->deduplicated)
        tell_updated(argument, image->key);
}

static void image_deleted(void *argument, const char *key)
{
    tell_updated(argument, key);
}

static void images_changed(void *argument)
{
    const struct tools_context *tools = argument;
    tools->watcher->list_changed(tools->watcher->argument);
}

static void resources_watch(void *context, const struct resource_watcher *watcher)
{
    struct tools_context *tools = context;
    storage_remove_observer(tools->storage, &tools->observer);
    tools->watcher = watcher;
    tools->observer = (struct storage_observer){
        .saved = image_saved,
        .deleted = image_deleted,
        .changed = images_changed,
        .argument = tools,
    };
    if (watcher)
        storage_add_observer(tools->storage, &tools->observer);
}

struct resource_set image_resources(struct tools_context *context)
{
    static const struct resource_ops ops = {
        .list = resources_list,
        .read = read_image,
        .complete = resources_complete,
        .knows = knows,
        .watch = resources_watch,
    };
    return (struct resource_set){
        .ops = &ops, .context = context, .templates = templates, .advice = advice_for_resources};
}
