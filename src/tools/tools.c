/* SPDX-License-Identifier: MIT */
#include "tools/tools.h"

#include "tool_definitions.h"

static const struct tool tools[] = {
    {save_image_definition, tool_save_image},
};

struct tool_set tools_all(struct tools_context *context)
{
    return (struct tool_set){
        .tools = tools, .count = sizeof tools / sizeof *tools, .context = context};
}
