/* SPDX-License-Identifier: MIT */
/* The answer has the facts as text and structure, and the image itself where it is small enough
 * for a host to pass on. */
#include "tools/image_result.h"
#include "tools/tools.h"
#include "views/image_json.h"

enum { TEXT_MAX = 64 * 1024 };

/* The bytes, if they are wanted and few enough. */
static bool read_data(const struct tools_context *tools, const struct tool_call *call,
                      const struct stored_image *image, struct blob **ret_data, struct error *error)
{
    if (!json_is_true(json_object_get(call->arguments, "include_data")) ||
        image->size > tools->max_inline_bytes)
        return true;
    return storage_read(tools->storage, call->operation, image->key, tools->max_inline_bytes,
                        ret_data, error);
}

static bool append_note(const struct tools_context *tools, const struct tool_call *call,
                        const struct blob *data, struct buffer *text, struct error *error)
{
    if (data || !json_is_true(json_object_get(call->arguments, "include_data")))
        return true;
    return buffer_printf(text, error,
                         "\n\nThe image is larger than the limit of %zu bytes for results "
                         "(IMAGE_MAX_INLINE_BYTES): fetch it from the URL.",
                         tools->max_inline_bytes);
}

bool tool_get_image(void *context, const struct tool_call *call, struct tool_result *ret_result,
                    struct error *error)
{
    struct tools_context *tools = context;
    const char *name = json_string_value(json_object_get(call->arguments, "name"));
    CLEANUP(stored_image_finish) struct stored_image image = {0};
    CLEANUP(blob_destroy_cleanup) struct blob *data = NULL;
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(TEXT_MAX);
    if (!storage_find(tools->storage, call->operation, name, &image, error) ||
        !read_data(tools, call, &image, &data, error) ||
        !image_result_markdown(&image, false, &text, error) ||
        !append_note(tools, call, data, &text, error))
        return false;
    if (!image_result_answer(&image, text.data, image_json_shown(&image, data), ret_result, error))
        return false;
    ret_result->image_type = image_mime_type(image.image.format);
    ret_result->image = TAKE(data);
    return true;
}
