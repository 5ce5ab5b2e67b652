/* SPDX-License-Identifier: MIT */
#include "tools/tools.h"

#include "tool_definitions.h"

static const struct tool tools[] = {
    {save_image_definition, tool_save_image},
    {list_images_definition, tool_list_images},
    {get_image_definition, tool_get_image},
    {delete_image_definition, tool_delete_image},
    {cleanup_images_definition, tool_cleanup_images},
    {get_statistics_definition, tool_get_statistics},
};

static char *take_notice(void *context)
{
    struct tools_context *tools_context = context;
    return url_watch_notice(tools_context->url_watch);
}

struct tool_set tools_all(struct tools_context *context)
{
    return (struct tool_set){
        .tools = tools,
        .count = sizeof tools / sizeof *tools,
        .context = context,
        .notice = take_notice,
    };
}
