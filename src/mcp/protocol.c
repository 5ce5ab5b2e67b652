/* SPDX-License-Identifier: MIT */
/* What differs between revisions of MCP, in one place: which there are, which to agree on, and
 * what a request of the modern kind must carry. */
#include "mcp/protocol.h"

#include "base/array.h"

#include <stdint.h>
#include <string.h>

#define META PROTOCOL_META

static const char *const version_names[] = {
    [PROTOCOL_NONE] = "none",
    [PROTOCOL_2024_11_05] = "2024-11-05",
    [PROTOCOL_2025_03_26] = "2025-03-26",
    [PROTOCOL_2025_06_18] = "2025-06-18",
    [PROTOCOL_2025_11_25] = "2025-11-25",
    [PROTOCOL_2026_07_28] = "2026-07-28",
};

const char *protocol_version_name(enum protocol_version version)
{
    return version_names[version];
}

enum protocol_version protocol_negotiate(const char *requested)
{
    for (enum protocol_version version = PROTOCOL_2024_11_05; version <= PROTOCOL_NEWEST_LEGACY;
         version++)
        if (strcmp(version_names[version], requested) == 0)
            return version;
    return PROTOCOL_NEWEST_LEGACY;
}

const char *protocol_declared_version(const json_t *params)
{
    return json_string_value(
        json_object_get(json_object_get(params, "_meta"), META("protocolVersion")));
}

bool protocol_is_id(const json_t *id)
{
    if (json_is_real(id)) {
        double value = json_real_value(id);
        return value <= -0x1p53 || value >= 0x1p53 || value == (double)(int64_t)value;
    }
    return json_is_string(id) || json_is_integer(id);
}

static bool is_object(const json_t *value)
{
    return json_is_object(value);
}

static bool is_string(const json_t *value)
{
    return json_is_string(value);
}

/* Implementation: name and version (schema 2026-07-28). */
static bool is_implementation(const json_t *value)
{
    return json_is_string(json_object_get(value, "name")) &&
           json_is_string(json_object_get(value, "version"));
}

static bool is_log_level(const json_t *value)
{
    static const char *const levels[] = {"debug", "info",     "notice", "warning",
                                         "error", "critical", "alert",  "emergency"};
    for (size_t i = 0; json_is_string(value) && i < LENGTH(levels); i++)
        if (strcmp(levels[i], json_string_value(value)) == 0)
            return true;
    return false;
}

static const struct meta_field {
    const char *name;
    bool required;
    bool (*valid)(const json_t *value);
    const char *expected;
} meta_fields[] = {
    {META("protocolVersion"), true, is_string, "a string"},
    {META("clientCapabilities"), true, is_object, "an object"},
    {META("clientInfo"), false, is_implementation, "an object with name and version"},
    {META("logLevel"), false, is_log_level, "a log level"},
    {"progressToken", false, protocol_is_id, "a string or an integer"},
};

bool protocol_check_meta(const json_t *params, struct error *error)
{
    const json_t *meta = json_object_get(params, "_meta");
    for (size_t i = 0; i < LENGTH(meta_fields); i++) {
        const struct meta_field *field = &meta_fields[i];
        const json_t *value = json_object_get(meta, field->name);
        if (!value && field->required)
            return error_set(error, ERROR_INVALID, "params._meta lacks %s", field->name);
        if (json_is_null(value) && !field->required)
            continue;
        if (value && !field->valid(value))
            return error_set(error, ERROR_INVALID, "%s in params._meta must be %s", field->name,
                             field->expected);
    }
    return true;
}
