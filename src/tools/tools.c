/* SPDX-License-Identifier: MIT */
/* The table of the tools; their definitions are compiled in from the directory schemas. */
#include "tools/tools.h"

#include "base/array.h"
#include "tools/advice.h"
#include "tools/image_source.h"

#include "tool_definitions.h"

static const struct tool tools[] = {
    {.definition = save_image_definition,
     .run = tool_save_image,
     .fetches = image_source_is_remote},
    {.definition = list_images_definition, .run = tool_list_images},
    {.definition = get_image_definition, .run = tool_get_image},
    {.definition = delete_image_definition, .run = tool_delete_image},
    {.definition = cleanup_images_definition, .run = tool_cleanup_images},
    {.definition = get_statistics_definition, .run = tool_get_statistics},
};

static char *take_notice(void *context)
{
    struct tools_context *tools_context = context;
    return tools_context->notice ? tools_context->notice(tools_context->notice_argument) : NULL;
}

struct tool_set tools_all(struct tools_context *context)
{
    return (struct tool_set){
        .tools = tools,
        .count = LENGTH(tools),
        .context = context,
        .advice = advice_for_tools,
        .notice = take_notice,
    };
}
