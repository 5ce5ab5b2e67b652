/* SPDX-License-Identifier: MIT */
/* The schema says what is wanted; a value that is something else is turned into it where only one
 * thing can have been meant and nothing is lost, one step after the other (an array of one text
 * that is the JSON of an object takes two). What fits nowhere stays as it is, for the schema to
 * complain about. Objects of which the schema names no members belong to the user: nothing in them
 * is touched. */
#include "mcp/arguments.h"

#include "base/array.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/json_read.h"
#include "base/plain_text.h"
#include "base/quote.h"
#include "base/resemblance.h"
#include "base/utf8.h"
#include "mcp/schema.h"

#include <string.h>
#include <strings.h>

enum {
    MAX_STEPS = 3,
    MAX_IGNORED = 8, /* names that are kept */
    MAX_NAME = 60,   /* bytes of each */
    MAX_NOTE = 16 * 1024,
};

struct mender {
    const struct argument_rules *rules;
    const struct message *message;
    struct arguments *arguments;
    struct error *error;
};

void arguments_finish(struct arguments *arguments)
{
    json_decref(arguments->object);
    json_decref(arguments->ignored);
    *arguments = (struct arguments){0};
}

/* Other than the schema wants */

static bool is_wanted(const json_t *schema, const json_t *value)
{
    const char *type = json_string_value(json_object_get(schema, "type"));
    return !type || schema_has_type(value, type);
}

/* The value that a text is the JSON of; *ret_value is NULL when it is none. */
static bool read_text(struct mender *mender, const json_t *string, json_t **ret_value)
{
    struct json_reading reading = {
        .max_depth = MESSAGE_MAX_DEPTH, .max_values = MESSAGE_MAX_VALUES, .hide_positions = true};
    *ret_value = json_read(&reading, json_string_value(string), json_string_length(string),
                           mender->error);
    if (!*ret_value && mender->error->code != ERROR_INVALID)
        return false;
    mender->arguments->memory += *ret_value ? reading.memory : 0;
    return true;
}

static bool convert_string(struct mender *mender, const char *type, const json_t *string,
                           json_t **ret_value)
{
    const char *text = json_string_value(string);
    if (strcmp(type, "boolean") == 0) { /* True and False are Python's */
        if (strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0)
            *ret_value = json_boolean(strcasecmp(text, "true") == 0);
        return true;
    }
    return strcmp(type, "null") == 0 || read_text(mender, string, ret_value);
}

/* As it was written: a seed of 20 digits stays what it is. */
static bool convert_number(struct mender *mender, const json_t *number, json_t **ret_value)
{
    CLEANUP(free_cleanup) char *text = message_echo(mender->message, number);
    *ret_value = text ? json_string(text) : NULL;
    return *ret_value || error_no_memory(mender->error);
}

/* One step towards what the schema wants; *ret_value is NULL when there is none. */
static bool convert(struct mender *mender, const json_t *schema, const json_t *value,
                    json_t **ret_value)
{
    const char *type = json_string_value(json_object_get(schema, "type"));
    *ret_value = NULL;
    if (json_is_array(value) && json_array_size(value) == 1) {
        *ret_value = json_incref(json_array_get(value, 0));
        return true;
    }
    if (json_is_array(value) && json_array_size(value) == 0 && strcmp(type, "object") == 0) {
        *ret_value = json_object(); /* PHP does not know the difference */
        return *ret_value || error_no_memory(mender->error);
    }
    if (json_is_string(value) && !message_lifted(mender->message, value))
        return convert_string(mender, type, value, ret_value);
    if (json_is_number(value) && strcmp(type, "string") == 0 &&
        !json_object_get(schema, "contentEncoding"))
        return convert_number(mender, value, ret_value);
    return true;
}

/* *value becomes another reference when it can be turned into what is wanted, and stays when not.
 */
static bool make_wanted(struct mender *mender, const json_t *schema, json_t **value)
{
    json_t *now = json_incref(*value), *next;
    bool good = true;
    for (int i = 0; i < MAX_STEPS && !is_wanted(schema, now); i++) {
        if (!(good = convert(mender, schema, now, &next)) || !next)
            break;
        json_decref(now);
        now = next;
    }
    if (good && is_wanted(schema, now)) {
        json_decref(*value);
        *value = json_incref(now);
    }
    json_decref(now);
    return good;
}

/* Not given */

static bool is_empty(const json_t *value)
{
    return json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0);
}

/* What forms send for a field that was not filled in. */
static bool is_nothing(const json_t *schema, const json_t *value)
{
    const char *name;
    json_t *member;
    if (is_empty(value))
        return true;
    if (!json_is_object(value) || !json_object_get(schema, "properties"))
        return false;
    json_object_foreach((json_t *)value, name, member)
    {
        if (!is_empty(member))
            return false;
    }
    return true;
}

static bool is_required(const json_t *schema, const char *name)
{
    size_t index;
    const json_t *required;
    json_array_foreach(json_object_get(schema, "required"), index, required)
    {
        if (strcmp(json_string_value(required), name) == 0)
            return true;
    }
    return false;
}

static bool lacks_required(const json_t *schema, const json_t *object)
{
    size_t index;
    const json_t *required;
    json_array_foreach(json_object_get(schema, "required"), index, required)
    {
        if (!json_object_get(object, json_string_value(required)))
            return true;
    }
    return false;
}

/* Not asked for */

/* One name more than is shown tells that there are more. */
static bool note_ignored(struct mender *mender, const char *path, const char *name)
{
    json_t *ignored = mender->arguments->ignored;
    char text[2 * MAX_NAME + 8];
    size_t size = strlen(name), cut = utf8_cut(name, size, MAX_NAME);
    if (json_array_size(ignored) > MAX_IGNORED)
        return true;
    snprintf(text, sizeof text, "%.*s%s%.*s%s", MAX_NAME, path, *path ? "." : "", (int)cut, name,
             cut < size ? "..." : "");
    return json_array_append_new(ignored, json_string(text)) == 0 || error_no_memory(mender->error);
}

/* Whether an argument that is not known asks for less than would be done without it. */
static bool asks_for_caution(const char *name)
{
    static const char *const cautions[] = {"dry_run", "dry", "preview", "simulate", "test"};
    for (size_t i = 0; i < LENGTH(cautions); i++)
        if (resembles(name, cautions[i]))
            return true;
    return false;
}

/* Whether the name looks like one that is known and not given. */
static bool looks_misspelt(const json_t *schema, const json_t *object, const char *name)
{
    const char *known;
    json_t *ignored;
    json_object_foreach(json_object_get(schema, "properties"), known, ignored)
    {
        if (!json_object_get(object, known) && resembles(name, known))
            return true;
    }
    return false;
}

static bool drop_unknown(struct mender *mender, const json_t *schema, const char *path,
                         json_t *object)
{
    const json_t *known = json_object_get(schema, "properties");
    bool strict = mender->rules->strict, careful = strict || lacks_required(schema, object);
    const char *name;
    json_t *member;
    void *next;
    if (!json_is_false(json_object_get(schema, "additionalProperties")))
        return true;
    json_object_foreach_safe(object, next, name, member)
    {
        if (json_object_get(known, name) || (careful && looks_misspelt(schema, object, name)) ||
            (strict && asks_for_caution(name)))
            continue;
        if (!note_ignored(mender, path, name))
            return false;
        json_object_del(object, name);
    }
    return true;
}

static bool mend_members(struct mender *mender, const json_t *schema, const char *path,
                         json_t *object)
{
    const char *name;
    json_t *known;
    json_object_foreach(json_object_get(schema, "properties"), name, known)
    {
        json_t *before = json_object_get(object, name), *member = json_incref(before);
        if (!member)
            continue;
        bool good = make_wanted(mender, known, &member) &&
                    (!json_is_object(member) || mend_members(mender, known, name, member));
        if (good && !is_required(schema, name) && is_nothing(known, member))
            json_object_del(object, name);
        else if (good && member != before && json_object_set_nocheck(object, name, member) < 0)
            good = error_no_memory(mender->error);
        json_decref(member);
        if (!good)
            return false;
    }
    return drop_unknown(mender, schema, path, object);
}

/* The whole */

/* Whether the object is a call in a call: nothing in it is an argument of the tool. */
static bool is_wrapper(const struct mender *mender, const json_t *object)
{
    const json_t *known = json_object_get(mender->rules->schema, "properties");
    const char *name;
    json_t *member;
    if (!json_object_get(object, "arguments") || json_object_get(known, "arguments"))
        return false;
    json_object_foreach((json_t *)object, name, member)
    {
        const char *text = json_string_value(member);
        bool says_tool = strcmp(name, "name") == 0 && text &&
                         strcmp(text, mender->rules->tool) == 0;
        if (json_object_get(known, name) && !says_tool)
            return false;
    }
    return true;
}

/* Takes the arguments out of a wrapper, if *object is one. */
static bool unwrap(struct mender *mender, json_t **object)
{
    if (!is_wrapper(mender, *object))
        return true;
    json_t *inner = json_incref(json_object_get(*object, "arguments"));
    bool good = make_wanted(mender, mender->rules->schema, &inner);
    if (good && json_is_object(inner)) {
        json_decref(*object);
        *object = json_incref(inner);
    }
    json_decref(inner);
    return good;
}

static bool mend(struct mender *mender, json_t **object)
{
    const json_t *schema = mender->rules->schema;
    if (!make_wanted(mender, schema, object))
        return false;
    if (!json_is_object(*object))
        return error_set(mender->error, ERROR_INVALID, "arguments must be an object");
    return unwrap(mender, object) && mend_members(mender, schema, "", *object);
}

bool arguments_mend(const struct argument_rules *rules, const struct message *message,
                    json_t *given, struct arguments *ret_arguments, struct error *error)
{
    struct arguments arguments = {
        .object = !given || is_empty(given) ? json_object() : json_incref(given),
        .ignored = json_array(),
    };
    struct mender mender = {
        .rules = rules, .message = message, .arguments = &arguments, .error = error};
    bool good = arguments.object && arguments.ignored ? mend(&mender, &arguments.object)
                                                      : error_no_memory(error);
    if (good)
        *ret_arguments = arguments;
    else
        arguments_finish(&arguments);
    return good;
}

char *arguments_note(const struct arguments *arguments, const char *tool)
{
    struct buffer text = BUFFER_INIT(MAX_NOTE);
    struct error error;
    size_t index;
    const json_t *name;
    if (json_array_size(arguments->ignored) == 0)
        return NULL;
    bool good = buffer_printf(&text, &error, "Ignored, because %s has no such argument:", tool);
    json_array_foreach(arguments->ignored, index, name)
    {
        if (good && index < MAX_IGNORED)
            good = buffer_printf(&text, &error, "%s %s", index ? "," : "",
                                 quoted(json_string_value(name), QUOTED_MAX).text);
        else if (good)
            good = buffer_append_string(&text, ", and more", &error);
    }
    if (good)
        plain_text_clean(text.data);
    else
        buffer_finish(&text);
    return good ? buffer_take(&text) : NULL;
}
