/* SPDX-License-Identifier: MIT */
/* Three views of an image (saved, found, shown) and one as an MCP resource, which share their
 * members. They are here and not in the tools, because commands print the same with --json: a
 * script can rely on one schema. */
#include "views/image_json.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/quote.h"
#include "storage/image_name.h"

#include <string.h>

enum { DESCRIPTION_MAX = 400 /* bytes */ };

/* Adds a member unless the value is NULL. */
static bool set_string(json_t *object, const char *name, const char *value)
{
    return !value || json_object_set_new(object, name, json_string(value)) == 0;
}

static json_t *metadata_json(const struct image_metadata *metadata)
{
    char timestamp[CLOCK_TEXT_SIZE];
    clock_format_rfc3339(metadata->timestamp_ms, timestamp);
    json_t *object = json_pack("{s:s, s:s, s:s}", "prompt", metadata->prompt, "model",
                               metadata->model, "timestamp", timestamp);
    json_t *parameters = metadata->parameters ? json_loads(metadata->parameters, 0, NULL) : NULL;
    bool good = object && set_string(object, "category", metadata->category) &&
                (!parameters || json_object_set(object, "parameters", parameters) == 0);
    json_decref(parameters);
    if (good)
        return object;
    json_decref(object);
    return NULL;
}

/* What every image has. */
static json_t *image_facts(const struct stored_image *image)
{
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:I, s:s, s:s, s:I, s:I}", "url", image->url.url, "filename",
        image->filename, "key", image->key, "size", (json_int_t)image->size, "storageType",
        image->storage_type, "mimeType", image_mime_type(image->image.format), "width",
        (json_int_t)image->image.width, "height", (json_int_t)image->image.height);
    if (!object || image->url.expires_ms == 0)
        return object;
    char expires[CLOCK_TEXT_SIZE];
    clock_format_rfc3339(image->url.expires_ms, expires);
    if (set_string(object, "urlExpires", expires))
        return object;
    json_decref(object);
    return NULL;
}

/* Releases the object and returns NULL if something did not get into it. */
static json_t *image_json_complete(json_t *object, bool good)
{
    if (good)
        return object;
    json_decref(object);
    return NULL;
}

/* Adds the notes on the bytes of the image (image/image.h) as a list, if there are any. */
static bool set_notes(json_t *object, unsigned notes)
{
    json_t *list = notes ? json_array() : NULL;
    bool good = !notes || list;
    for (unsigned i = 0; i < IMAGE_NOTE_COUNT && good; i++)
        if (notes >> i & 1)
            good = json_array_append_new(list, json_string(image_note_text(i))) == 0;
    good = good && (!list || json_object_set(object, "notes", list) == 0);
    json_decref(list);
    return good;
}

json_t *image_json_saved(const struct stored_image *image)
{
    json_t *object = image_facts(image);
    return image_json_complete(
        object,
        set_string(object, "sha256", image->sha256) &&
            json_object_set_new(object, "deduplicated", json_boolean(image->deduplicated)) == 0 &&
            set_notes(object, image->image.notes) &&
            json_object_set_new(object, "metadata", metadata_json(&image->metadata)) == 0);
}

json_t *image_json_found(const struct stored_image *image, bool metadata)
{
    json_t *object = image_facts(image);
    char modified[CLOCK_TEXT_SIZE];
    clock_format_rfc3339(image->modified_ms, modified);
    bool good = set_string(object, "lastModified", modified);
    if (metadata && good)
        good = json_object_set_new(object, "metadata", metadata_json(&image->metadata)) == 0;
    return image_json_complete(object, good);
}

json_t *image_json_shown(const struct stored_image *image, bool data_included)
{
    json_t *object = image_json_found(image, true);
    return image_json_complete(
        object, json_object_set_new(object, "dataIncluded", json_boolean(data_included)) == 0 &&
                    set_string(object, "sha256", *image->sha256 ? image->sha256 : NULL));
}

json_t *image_json_list(const struct image_list *list, bool metadata)
{
    json_t *images = json_array();
    for (size_t i = 0; images && i < list->count; i++) {
        if (json_array_append_new(images, image_json_found(&list->items[i], metadata)) < 0) {
            json_decref(images);
            return NULL;
        }
    }
    json_t *object = json_pack("{s:o, s:I, s:b}", "images", images, "count",
                               (json_int_t)list->count, "bounded", list->bounded);
    if (object && list->cursor)
        json_object_set_new(object, "nextCursor", json_string(list->cursor));
    if (object && *list->oldest_day)
        json_object_set_new(object, "lookedBackTo", json_string(list->oldest_day));
    return object;
}

/* "flux-1-schnell, 2024-09-27, 1024x1024": what the key says, for people. */
static json_t *title_json(const struct stored_image *image)
{
    char slug[IMAGE_KEY_SLUG_MAX + 1];
    image_key_copy_slug(image->key, &image->parts, slug);
    return json_sprintf("%s, %.10s, %ux%u", slug, image->key + image->parts.day, image->image.width,
                        image->image.height);
}

/* Hosts put it before a model. */
static json_t *description_json(const char *prompt)
{
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(2 * DESCRIPTION_MAX);
    struct error ignored;
    return buffer_append_string(&text, "Stored prompt: ", &ignored) &&
                   quote_append(&text, QUOTE_PLAIN, prompt, DESCRIPTION_MAX, &ignored)
               ? json_stringn(text.data, text.size)
               : NULL;
}

json_t *image_json_resource(const struct stored_image *image)
{
    const char *prompt = image->metadata.prompt;
    json_t *object = json_pack(
        "{s:o, s:s, s:o, s:s, s:I}", "uri", json_sprintf(IMAGE_NAME_RESOURCE "%s", image->key),
        "name", image->filename, "title", title_json(image), "mimeType",
        image_mime_type(image->image.format), "size", (json_int_t)image->size);
    bool good = object;
    if (good && prompt && *prompt)
        good = json_object_set_new(object, "description", description_json(prompt)) == 0;
    if (good && image->modified_ms) {
        char modified[CLOCK_TEXT_SIZE];
        clock_format_rfc3339(image->modified_ms, modified);
        good = json_object_set_new(object, "annotations",
                                   json_pack("{s:s}", "lastModified", modified)) == 0;
    }
    return image_json_complete(object, good);
}
