/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct tools_context context = {0};
    struct tool_set tools = tools_all(&context);
    struct error error = {0};
    const struct tool *tool = &tools.tools[take_byte(&input) % tools.count];
    json_t *definition = json_loads(tool->definition, 0, NULL);
    const json_t *schema = json_object_get(definition, "inputSchema");
    json_t *value = json_loadb((const char *)input.data, input.size,
                               JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    check(schema && schema_check(schema, &error));
    if (value && !schema_validate(schema, value, &error)) {
        check(error.code == ERROR_INVALID && error.text[0] && utf8_valid(error.text));
        check(!is_valid(schema, value) || strstr(error.text, "RFC 3339"));
    } else if (value) {
        check(is_valid(schema, value));
    }
    json_decref(value);
    json_decref(definition);
    return 0;
}
