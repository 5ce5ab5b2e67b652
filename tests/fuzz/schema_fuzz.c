/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
#include "mcp/arguments.h"
#include "mcp/schema.h"
#include "tools/tools.h"

#include "fuzz.h"

/* Arguments against the schemas of the tools: the first byte picks the tool, the rest is JSON. What
 * is accepted is what a second, simpler reading of the schema accepts, which says nothing of why.
 */

static bool has_type(const json_t *value, const char *type)
{
    if (strcmp(type, "object") == 0)
        return json_is_object(value);
    if (strcmp(type, "array") == 0)
        return json_is_array(value);
    if (strcmp(type, "string") == 0)
        return json_is_string(value);
    if (strcmp(type, "boolean") == 0)
        return json_is_boolean(value);
    if (strcmp(type, "integer") == 0 && json_is_real(value)) {
        double number = json_real_value(value);
        return number <= -0x1p53 || number >= 0x1p53 || number == (double)(int64_t)number;
    }
    check(strcmp(type, "integer") == 0 || strcmp(type, "number") == 0);
    return json_is_integer(value) || (json_is_real(value) && strcmp(type, "number") == 0);
}

static bool is_in(const json_t *names, const json_t *value)
{
    size_t index;
    json_t *name;
    json_array_foreach(names, index, name)
    {
        if (json_equal(name, value))
            return true;
    }
    return false;
}

static bool fits_length(const json_t *schema, const json_t *value)
{
    const json_t *least = json_object_get(schema, "minLength");
    const json_t *most = json_object_get(schema, "maxLength");
    json_int_t length = 0;
    for (const char *at = json_string_value(value); at && *at; at++)
        length += ((unsigned char)*at & 0xC0) != 0x80;
    return !json_is_string(value) || ((!least || length >= json_integer_value(least)) &&
                                      (!most || length <= json_integer_value(most)));
}

static bool fits_bounds(const json_t *schema, const json_t *value)
{
    const json_t *least = json_object_get(schema, "minimum");
    const json_t *most = json_object_get(schema, "maximum");
    double number = json_number_value(value);
    return !json_is_number(value) || ((!least || number >= json_number_value(least)) &&
                                      (!most || number <= json_number_value(most)));
}

static bool is_valid(const json_t *schema, const json_t *value);

static bool has_good_members(const json_t *schema, const json_t *value)
{
    json_t *properties = json_object_get(schema, "properties"), *member;
    const char *name;
    size_t index;
    json_array_foreach(json_object_get(schema, "required"), index, member)
    {
        if (!json_object_get(value, json_string_value(member)))
            return false;
    }
    json_object_foreach((json_t *)value, name, member)
    {
        const json_t *child = json_object_get(properties, name);
        if (child ? !is_valid(child, member)
                  : json_is_false(json_object_get(schema, "additionalProperties")))
            return false;
    }
    return true;
}

/* But for "format". */
static bool is_valid(const json_t *schema, const json_t *value)
{
    const json_t *type = json_object_get(schema, "type"), *names = json_object_get(schema, "enum");
    return (!type || has_type(value, json_string_value(type))) && (!names || is_in(names, value)) &&
           fits_length(schema, value) && fits_bounds(schema, value) &&
           (!json_is_object(value) || has_good_members(schema, value));
}

/* What is validated is what the two say that it is. */
static bool check_valid(const json_t *schema, const json_t *value)
{
    struct error error = {0};
    bool valid = schema_validate(schema, value, &error);
    if (valid) {
        check(is_valid(schema, value));
    } else {
        check(error.code == ERROR_INVALID && error.text[0] && utf8_valid(error.text));
        check(!is_valid(schema, value) || strstr(error.text, " is wrong: "));
    }
    return valid;
}

/* Whether all that the object has, the schema knows. */
static bool knows_all(const json_t *schema, const json_t *object)
{
    const char *name;
    json_t *member;
    json_object_foreach((json_t *)object, name, member)
    {
        if (!json_object_get(json_object_get(schema, "properties"), name))
            return false;
    }
    return true;
}

/* What is forgiven is forgiven at once: a second time, nothing is left to be mended. */
static void try_mending(const struct argument_rules *rules, const struct message *message)
{
    struct arguments once = {0}, twice = {0};
    struct error error = {0};
    bool was_valid = check_valid(rules->schema, message->root);
    if (arguments_mend(rules, message, message->root, &once, &error)) {
        json_t *mended = json_deep_copy(once.object);
        bool valid = check_valid(rules->schema, once.object);
        check(json_is_object(once.object) && (!was_valid || valid));
        check(arguments_mend(rules, message, once.object, &twice, &error));
        check(json_equal(twice.object, mended) && json_array_size(twice.ignored) == 0);
        if (valid)
            check(knows_all(rules->schema, once.object));
        char *note = arguments_note(&once, rules->tool);
        check(!note == (json_array_size(once.ignored) == 0) && (!note || utf8_valid(note)));
        free(note);
        json_decref(mended);
    } else {
        check(!was_valid && error.text[0] && utf8_valid(error.text));
    }
    arguments_finish(&twice);
    arguments_finish(&once);
}

static struct message *make_message(struct input *input)
{
    static const char nonce[MESSAGE_NONCE_SIZE] = "0123456789abcdef0123456789abcdef";
    struct message *message = message_create(1024 * 1024, nonce);
    struct error error = {0};
    check(message != NULL);
    if (input->size > 1024 * 1024 ||
        !buffer_append(&message->text, input->data, input->size, &error) ||
        !message_parse(message, &error)) {
        message_unref(message);
        return NULL;
    }
    return message;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct tools_context context = {0};
    struct tool_set tools = tools_all(&context);
    struct error error = {0};
    uint8_t kind = take_byte(&input);
    const struct tool *tool = &tools.tools[kind % tools.count];
    json_t *definition = json_loads(tool->definition, 0, NULL);
    const struct argument_rules rules = {
        .tool = json_string_value(json_object_get(definition, "name")),
        .schema = json_object_get(definition, "inputSchema"),
        .strict = kind >= 128,
    };
    struct message *message = make_message(&input);
    check(rules.schema && schema_check(rules.schema, &error));
    if (message)
        try_mending(&rules, message);
    message_unref(message);
    json_decref(definition);
    return 0;
}
