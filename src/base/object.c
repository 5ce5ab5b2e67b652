/* SPDX-License-Identifier: MIT */
/* The vocabulary has next to no code: what owns memory is freed, what is copied is cut where a
 * character ends. */
#include "base/object.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

void object_info_finish(struct object_info *info)
{
    free(info->content_type);
    fields_finish(&info->fields);
    *info = (struct object_info){0};
}

void delete_result_set(struct delete_result *result, const struct error *error)
{
    size_t length = utf8_cut(error->text, strlen(error->text), sizeof result->text - 1);
    result->code = error->code;
    memcpy(result->text, error->text, length);
    result->text[length] = '\0';
}
