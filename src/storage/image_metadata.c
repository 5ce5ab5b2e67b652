/* SPDX-License-Identifier: MIT */
/* The record of an image in its two forms. As object fields it must fit a budget of bytes after
 * percent-encoding, which triples most scripts; as JSON (the sidecar) it has no such bound. When
 * the fields do not fit, one level is lowered for all texts until they do, so that a long
 * prompt gives way before a short model name does. */
#include "storage/image_metadata.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json_read.h"
#include "base/json_text.h"
#include "base/uri.h"
#include "base/utf8.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Limits of a record in JSON, far beyond what an image has. */
enum { DEPTH_MAX = 1000, VALUES_MAX = 1000 * 1000 };

/* How S3 counts a name: with this in front. */
static const char header_prefix[] = "x-amz-meta-";

enum { FIELD_PROMPT, FIELD_MODEL, FIELD_CATEGORY, FIELD_PARAMETERS, TEXT_COUNT };

/* The texts that a caller gives, in the order of the record. */
static const struct {
    const char *name;
    size_t field;
    bool can_be_cut;
} texts[TEXT_COUNT] = {
    [FIELD_PROMPT] = {"prompt", offsetof(struct image_metadata, prompt), true},
    [FIELD_MODEL] = {"model", offsetof(struct image_metadata, model), true},
    [FIELD_CATEGORY] = {"category", offsetof(struct image_metadata, category), true},
    [FIELD_PARAMETERS] = {"parameters", offsetof(struct image_metadata, parameters), false},
};

static char **text_field(struct image_metadata *metadata, size_t index)
{
    return (char **)((char *)metadata + texts[index].field);
}

static const char *text_of(const struct image_metadata *metadata, size_t index)
{
    const char *text = *(char *const *)((const char *)metadata + texts[index].field);
    return text ? text : "";
}

void image_metadata_finish(struct image_metadata *metadata)
{
    for (size_t i = 0; i < TEXT_COUNT; i++)
        free(*text_field(metadata, i));
    free(metadata->sha256);
    *metadata = (struct image_metadata){0};
}

static bool copy_text(const char *text, char **ret_copy, struct error *error)
{
    if (!text)
        return true;
    char *copy = strdup(text);
    if (!copy)
        return error_no_memory(error);
    *ret_copy = copy;
    return true;
}

bool image_metadata_copy(const struct image_metadata *metadata, struct image_metadata *ret_copy,
                         struct error *error)
{
    CLEANUP(image_metadata_finish)
    struct image_metadata copy = {
        .timestamp_ms = metadata->timestamp_ms,
    };
    if (!copy_text(metadata->prompt, &copy.prompt, error) ||
        !copy_text(metadata->model, &copy.model, error) ||
        !copy_text(metadata->category, &copy.category, error) ||
        !copy_text(metadata->parameters, &copy.parameters, error) ||
        !copy_text(metadata->sha256, &copy.sha256, error))
        return false;
    *ret_copy = TAKE_STRUCT(copy);
    return true;
}

size_t image_metadata_size(const struct image_metadata *metadata)
{
    size_t size = metadata->sha256 ? strlen(metadata->sha256) + 1 : 0;
    for (size_t i = 0; i < TEXT_COUNT; i++)
        size += strlen(text_of(metadata, i)) + 1;
    return size;
}

bool image_metadata_fill(struct image_metadata *metadata, const char *slug, int64_t time_ms,
                         struct error *error)
{
    if (metadata->timestamp_ms == 0)
        metadata->timestamp_ms = time_ms;
    if (!metadata->prompt && !copy_text("", &metadata->prompt, error))
        return false;
    if (metadata->model && *metadata->model)
        return true;
    free(metadata->model);
    metadata->model = NULL;
    return copy_text(slug, &metadata->model, error);
}

/* How much of `text` has an encoded form of at most `limit` bytes and ends with a whole character.
 */
static size_t cut_encoded(const char *text, size_t size, size_t limit)
{
    size_t length = 0, i = 0;
    for (; i < size; i++) {
        length += uri_encoded_length(text + i, 1, URI_COMPONENT);
        if (length > limit)
            return utf8_cut(text, size, i);
    }
    return size;
}

static size_t cut_text(const struct image_metadata *metadata, size_t index, size_t level)
{
    const char *text = text_of(metadata, index);
    size_t size = strlen(text), kept = cut_encoded(text, size, level);
    return kept < size && !texts[index].can_be_cut ? 0 : kept;
}

static size_t field_length(const char *name, const char *value, size_t size)
{
    if (size == 0)
        return 0;
    return strlen(header_prefix) + strlen(name) + uri_encoded_length(value, size, URI_COMPONENT);
}

/* What the texts take when none is longer than `level` bytes (encoded). */
static size_t texts_length(const struct image_metadata *metadata, size_t level)
{
    size_t length = 0;
    for (size_t i = 0; i < TEXT_COUNT; i++)
        length += field_length(texts[i].name, text_of(metadata, i), cut_text(metadata, i, level));
    return length;
}

/* The highest level at which the texts fit into `budget`. Leaving a text out at some level never
 * makes a lower level longer, so the fit is monotonic and can be searched by halves. */
static size_t find_level(const struct image_metadata *metadata, size_t budget)
{
    size_t low = 0, high = budget + 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (texts_length(metadata, middle) <= budget)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static bool add_field(struct fields *fields, const char *name, const char *value, size_t size,
                      struct error *error)
{
    if (size == 0)
        return true;
    CLEANUP(buffer_finish) struct buffer encoded = BUFFER_INIT(SIZE_MAX / 2);
    return uri_encode(&encoded, value, size, URI_COMPONENT, error) &&
           fields_add(fields, name, encoded.data, encoded.size, error);
}

static bool add_fields(const struct image_metadata *metadata, const char *timestamp, size_t level,
                       bool complete, struct fields *fields, struct error *error)
{
    for (size_t i = 0; i < TEXT_COUNT; i++)
        if (!add_field(fields, texts[i].name, text_of(metadata, i), cut_text(metadata, i, level),
                       error))
            return false;
    return add_field(fields, "timestamp", timestamp, strlen(timestamp), error) &&
           add_field(fields, "sha256", metadata->sha256, strlen(metadata->sha256), error) &&
           (complete || fields_add(fields, "record", "sidecar", strlen("sidecar"), error));
}

bool image_metadata_to_fields(const struct image_metadata *metadata, size_t max,
                              struct fields *ret_fields, bool *ret_complete, struct error *error)
{
    char timestamp[CLOCK_TEXT_SIZE];
    clock_format_rfc3339(metadata->timestamp_ms, timestamp);
    size_t fixed = field_length("timestamp", timestamp, strlen(timestamp)) +
                   field_length("sha256", metadata->sha256, strlen(metadata->sha256));
    bool complete = fixed <= max && texts_length(metadata, SIZE_MAX) <= max - fixed;
    size_t level = SIZE_MAX;
    if (!complete) {
        fixed += field_length("record", "sidecar", strlen("sidecar"));
        if (fixed > max) {
            *ret_complete = false;
            return true;
        }
        level = find_level(metadata, max - fixed);
    }
    CLEANUP(fields_finish) struct fields fields = {0};
    if (!add_fields(metadata, timestamp, level, complete, &fields, error))
        return false;
    *ret_fields = TAKE_STRUCT(fields);
    *ret_complete = complete;
    return true;
}

/* jansson's own reading does not always tell damage from a shortage of memory. */
static json_t *read_json(const char *text, size_t size, struct error *error)
{
    struct json_reading reading = {.max_depth = DEPTH_MAX, .max_values = VALUES_MAX};
    CLEANUP(free_cleanup) char *copy = malloc(size + 1); /* with a NUL */
    if (!copy) {
        (void)error_no_memory(error);
        return NULL;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    return json_read(&reading, copy, size, error);
}

static void json_cleanup(json_t **place)
{
    json_decref(*place);
}

/* Parameters that are no JSON object are dropped. */
static bool check_parameters(char **parameters, struct error *error)
{
    if (!*parameters)
        return true;
    struct error reason;
    CLEANUP(json_cleanup) json_t *object = read_json(*parameters, strlen(*parameters), &reason);
    if (!object && reason.code == ERROR_NO_MEMORY)
        return error_no_memory(error);
    if (!json_is_object(object)) {
        free(*parameters);
        *parameters = NULL;
    }
    return true;
}

/* A missing field is success with *ret_text untouched. */
static bool read_field(const struct fields *fields, const char *name, char **ret_text,
                       struct error *error)
{
    const char *value = fields_get(fields, name);
    if (!value)
        return true;
    CLEANUP(free_cleanup) char *text = NULL;
    struct error reason;
    if (!uri_decode(value, &text, &reason) && reason.code == ERROR_NO_MEMORY)
        return error_no_memory(error);
    if (!text || !utf8_valid(text))
        return copy_text(value, ret_text, error);
    *ret_text = TAKE(text);
    return true;
}

/* 0 when there is none that can be read. */
static int64_t read_timestamp(const char *text)
{
    struct error ignored;
    int64_t ms = 0;
    return text && clock_parse_rfc3339(text, &ms, &ignored) ? ms : 0;
}

/* Prompt and model are never NULL. */
static bool fill_required(struct image_metadata *metadata, struct error *error)
{
    return (metadata->prompt || copy_text("", &metadata->prompt, error)) &&
           (metadata->model || copy_text("", &metadata->model, error));
}

bool image_metadata_from_fields(const struct fields *fields, struct image_metadata *ret_metadata,
                                bool *ret_complete, struct error *error)
{
    CLEANUP(image_metadata_finish) struct image_metadata metadata = {0};
    CLEANUP(free_cleanup) char *timestamp = NULL;
    for (size_t i = 0; i < TEXT_COUNT; i++)
        if (!read_field(fields, texts[i].name, text_field(&metadata, i), error))
            return false;
    if (!read_field(fields, "sha256", &metadata.sha256, error) ||
        !read_field(fields, "timestamp", &timestamp, error) || !fill_required(&metadata, error) ||
        !check_parameters(&metadata.parameters, error))
        return false;
    metadata.timestamp_ms = read_timestamp(timestamp);
    const char *record = fields_get(fields, "record");
    *ret_complete = metadata.sha256 && !(record && strcmp(record, "sidecar") == 0);
    *ret_metadata = TAKE_STRUCT(metadata);
    return true;
}

static bool set_text(json_t *object, const char *name, const char *text)
{
    return !text || json_object_set_new(object, name, json_string(text)) == 0;
}

static bool is_text(const char *text)
{
    return !text || utf8_valid(text);
}

static bool read_as_json(const struct image_metadata *metadata, json_t **ret_parameters,
                         struct error *error)
{
    struct error reason = {0};
    bool valid = is_text(metadata->prompt) && is_text(metadata->model) &&
                 is_text(metadata->category) && is_text(metadata->sha256);
    if (valid && (!metadata->parameters ||
                  (*ret_parameters = read_json(metadata->parameters, strlen(metadata->parameters),
                                               &reason))))
        return true;
    if (reason.code == ERROR_NO_MEMORY)
        return error_no_memory(error);
    return error_set(error, ERROR_INVALID,
                     "the metadata cannot be written as JSON: prompt, model and category must be "
                     "UTF-8 text and parameters a JSON object");
}

bool image_metadata_to_json(const struct image_metadata *metadata, struct buffer *buffer,
                            struct error *error)
{
    char timestamp[CLOCK_TEXT_SIZE];
    CLEANUP(json_cleanup) json_t *object = NULL, *parameters = NULL;
    clock_format_rfc3339(metadata->timestamp_ms, timestamp);
    if (!read_as_json(metadata, &parameters, error))
        return false;
    object = json_object();
    if (!set_text(object, "prompt", metadata->prompt) ||
        !set_text(object, "model", metadata->model) || !set_text(object, "timestamp", timestamp) ||
        !set_text(object, "category", metadata->category) ||
        (parameters && json_object_set(object, "parameters", parameters) != 0) ||
        !set_text(object, "sha256", metadata->sha256))
        return error_no_memory(error);
    CLEANUP(free_cleanup) char *text = json_text(object, 0);
    return text ? buffer_append_string(buffer, text, error) : error_no_memory(error);
}

/* A missing member, or one of another type, is success with *ret_text untouched. */
static bool read_member(const json_t *object, const char *name, char **ret_text,
                        struct error *error)
{
    return copy_text(json_string_value(json_object_get(object, name)), ret_text, error);
}

static bool read_parameters(const json_t *object, char **ret_text, struct error *error)
{
    const json_t *parameters = json_object_get(object, "parameters");
    if (!json_is_object(parameters))
        return true;
    char *text = json_text(parameters, 0);
    if (!text)
        return error_no_memory(error);
    *ret_text = text;
    return true;
}

bool image_metadata_from_json(const char *text, size_t size, struct image_metadata *ret_metadata,
                              struct error *error)
{
    struct error reason;
    CLEANUP(json_cleanup) json_t *object = read_json(text, size, &reason);
    if (!object && reason.code == ERROR_NO_MEMORY)
        return error_no_memory(error);
    if (!object)
        return error_set(error, ERROR_INVALID, "the metadata record is damaged: %s", reason.text);
    if (!json_is_object(object))
        return error_set(error, ERROR_INVALID, "the metadata record is not a JSON object");
    CLEANUP(image_metadata_finish)
    struct image_metadata metadata = {
        .timestamp_ms = read_timestamp(json_string_value(json_object_get(object, "timestamp"))),
    };
    if (!read_member(object, "prompt", &metadata.prompt, error) ||
        !read_member(object, "model", &metadata.model, error) ||
        !read_member(object, "category", &metadata.category, error) ||
        !read_member(object, "sha256", &metadata.sha256, error) ||
        !read_parameters(object, &metadata.parameters, error) || !fill_required(&metadata, error))
        return false;
    *ret_metadata = TAKE_STRUCT(metadata);
    return true;
}
