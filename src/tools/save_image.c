/* SPDX-License-Identifier: MIT */
/* The bytes come from whatever the arguments name (image_source.c), and only they decide what is
 * stored: neither a file name nor a declared media type is believed. */
#include "base/quote.h"
#include "tools/image_result.h"
#include "tools/image_source.h"
#include "tools/tools.h"
#include "views/image_json.h"

#include "base/clock.h"
#include "base/json_text.h"

#include <string.h>

enum { MAX_TEXT = 64 * 1024 };

static bool read_metadata(const json_t *arguments, struct image_metadata *ret_metadata,
                          struct error *error)
{
    const char *timestamp = json_string_value(json_object_get(arguments, "timestamp"));
    const char *category = json_string_value(json_object_get(arguments, "category"));
    const json_t *parameters = json_object_get(arguments, "parameters");
    struct image_metadata metadata = {
        .prompt = strdup(json_string_value(json_object_get(arguments, "prompt"))),
        .model = strdup(json_string_value(json_object_get(arguments, "model"))),
        .timestamp_ms = clock_wall_ms(),
        .category = category && *category ? strdup(category) : NULL,
        .parameters = parameters ? json_text(parameters, 0) : NULL,
    };
    bool good = metadata.prompt && metadata.model &&
                (metadata.category || !category || !*category) &&
                (metadata.parameters || !parameters);
    if (!good)
        error_no_memory(error);
    else if (timestamp)
        good = clock_parse_time(timestamp, &metadata.timestamp_ms, error);
    if (good)
        *ret_metadata = metadata;
    else
        image_metadata_finish(&metadata);
    return good;
}

/* What the caller should know beside the facts. */
static bool append_notes(const struct stored_image *image, const struct tool_bytes *bytes,
                         struct buffer *text, struct error *error)
{
    const char *actual = image_mime_type(image->image.format);
    for (unsigned i = 0; i < IMAGE_NOTE_COUNT; i++)
        if ((image->image.notes >> i & 1) &&
            !buffer_printf(text, error, "\n\n%s", image_note_text((enum image_note)i)))
            return false;
    if (!*bytes->media_type || strcasecmp(bytes->media_type, actual) == 0)
        return true;
    return buffer_append_string(text, "\n\nThe image was given as ", error) &&
           quote_append(text, QUOTE_MARKDOWN, bytes->media_type, sizeof bytes->media_type, error) &&
           buffer_printf(text, error, ", but its bytes are %s; it is stored as %s.", actual,
                         actual);
}

static bool make_result(const struct stored_image *image, const struct tool_bytes *bytes,
                        struct tool_result *ret_result, struct error *error)
{
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(MAX_TEXT);
    return image_result_markdown(image, true, &text, error) &&
           append_notes(image, bytes, &text, error) &&
           image_result_answer(image, text.data, image_json_saved(image), ret_result, error);
}

bool tool_save_image(void *context, const struct tool_call *call, struct tool_result *ret_result,
                     struct error *error)
{
    struct tools_context *tools = context;
    struct tool_bytes bytes;
    struct image_metadata metadata;
    struct stored_image image;
    if (!image_source_read(tools, call, &bytes, error))
        return false;
    bool good = read_metadata(call->arguments, &metadata, error);
    if (good) {
        good = storage_save(tools->storage, call->operation, bytes.blob, &metadata, &image, error);
        image_metadata_finish(&metadata);
    }
    if (good) {
        good = make_result(&image, &bytes, ret_result, error);
        stored_image_finish(&image);
    }
    tool_bytes_finish(&bytes);
    return good;
}
