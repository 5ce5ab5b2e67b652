/* SPDX-License-Identifier: MIT */
/* Lists of resources are built by the tools' side and answered by the protocol's; this is what
 * both need of them. */
#include "mcp/resource.h"

#include <stdlib.h>

void resource_list_finish(struct resource_list *list)
{
    json_decref(list->resources);
    free(list->next_cursor);
    *list = (struct resource_list){0};
}

void resource_contents_finish(struct resource_contents *contents)
{
    blob_destroy(contents->bytes);
    free(contents->refusal);
    *contents = (struct resource_contents){0};
}

void resource_completion_finish(struct resource_completion *completion)
{
    json_decref(completion->values);
    *completion = (struct resource_completion){0};
}
