/* SPDX-License-Identifier: MIT */
/* The store finds the image by any of its names and deletes its metadata with it; there is nothing
 * to add here but the answer. */
#include "tools/tools.h"

bool tool_delete_image(void *context, const struct tool_call *call, struct tool_result *ret_result,
                       struct error *error)
{
    struct tools_context *tools = context;
    const char *name = json_string_value(json_object_get(call->arguments, "name"));
    struct image_key key;
    bool deleted;
    if (!storage_delete(tools->storage, call->operation, name, &deleted, &key, error))
        return false;
    if (!deleted)
        return tool_result_text("No image has that name; nothing was deleted.",
                                json_pack("{s:b}", "deleted", 0), ret_result, error);
    char text[sizeof key.text + 32];
    snprintf(text, sizeof text, "Deleted %s.", key.text);
    return tool_result_text(text, json_pack("{s:b, s:s}", "deleted", 1, "key", key.text),
                            ret_result, error);
}
