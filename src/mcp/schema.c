/* SPDX-License-Identifier: MIT */
/* Each keyword is a line in a table. A check looks at one value and reports every mistake it finds;
 * the reports are joined into one sentence each, so that a model can mend all of them in one go. */
#include "mcp/schema.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/json_text.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

enum { MAX_REPORTS = 6 };

struct reports {
    char text[400];
    size_t length;
    int count;
};

struct location {
    const struct location *parent;
    const char *name; /* member, or NULL */
    size_t index;     /* array item, when name is NULL */
};

static size_t location_text(const struct location *at, char *text, size_t size)
{
    if (!at)
        return 0;
    size_t length = location_text(at->parent, text, size);
    if (length >= size)
        return length;
    int more = at->name
                   ? snprintf(text + length, size - length, "%s%.80s", length ? "." : "", at->name)
                   : snprintf(text + length, size - length, "[%zu]", at->index);
    return length + (size_t)more;
}

__attribute__((format(printf, 3, 4))) static void report(struct reports *reports,
                                                         const struct location *at,
                                                         const char *format, ...)
{
    if (reports->count++ >= MAX_REPORTS || reports->length >= sizeof reports->text)
        return;
    char place[200] = "";
    location_text(at, place, sizeof place);
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    int more = snprintf(reports->text + reports->length, sizeof reports->text - reports->length,
                        "%s%s%s%s%s", reports->length ? "; " : "", at ? "\"" : "", place,
                        at ? "\" " : "the arguments ", what);
    reports->length += (size_t)more;
}

static const char *type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "an integer";
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a boolean";
    default:
        return "null";
    }
}

/* The value itself, short, for a report. */
static void schema_show(const json_t *value, char text[64])
{
    text[0] = '\0';
    if (json_is_object(value) || json_is_array(value) || json_is_null(value))
        return;
    char *dump = json_text(value, 0);
    if (dump) {
        size_t length = strlen(dump), cut = utf8_cut(dump, length, 40);
        snprintf(text, 64, " (%.*s%s)", (int)cut, dump, cut < length ? "..." : "");
    }
    free(dump);
}

static void validate(const json_t *schema, const json_t *value, const struct location *at,
                     struct reports *reports);

struct type {
    const char *name;
    const char *article;
};

static const struct type types[] = {
    {"object", "an object"},   {"array", "an array"},  {"string", "a string"},
    {"integer", "an integer"}, {"number", "a number"}, {"boolean", "a boolean"},
    {"null", "null"},
};

/* 1.0 is an integer (JSON Schema core 4.2.3), and so is every double from 2^53 on. */
static bool is_whole(double value)
{
    return value <= -0x1p53 || value >= 0x1p53 || value == (double)(int64_t)value;
}

bool schema_has_type(const json_t *value, const char *name)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return strcmp(name, "object") == 0;
    case JSON_ARRAY:
        return strcmp(name, "array") == 0;
    case JSON_STRING:
        return strcmp(name, "string") == 0;
    case JSON_INTEGER:
        return strcmp(name, "integer") == 0 || strcmp(name, "number") == 0;
    case JSON_REAL:
        return strcmp(name, "number") == 0 ||
               (strcmp(name, "integer") == 0 && is_whole(json_real_value(value)));
    case JSON_TRUE:
    case JSON_FALSE:
        return strcmp(name, "boolean") == 0;
    default:
        return strcmp(name, "null") == 0;
    }
}

static void check_type(const json_t *schema, const json_t *keyword, const json_t *value,
                       const struct location *at, struct reports *reports)
{
    (void)schema;
    const char *wanted = json_string_value(keyword), *article = wanted;
    if (schema_has_type(value, wanted))
        return;
    for (size_t i = 0; i < LENGTH(types); i++)
        if (strcmp(types[i].name, wanted) == 0)
            article = types[i].article;
    char shown[64];
    schema_show(value, shown);
    report(reports, at, "must be %s, not %s%s", article, type_name(value), shown);
}

static void check_enum(const json_t *schema, const json_t *keyword, const json_t *value,
                       const struct location *at, struct reports *reports)
{
    (void)schema;
    char shown[64], names[160];
    size_t index, length = 0;
    const json_t *name;
    names[0] = '\0';
    json_array_foreach(keyword, index, name)
    {
        if (json_equal(name, value))
            return;
        if (length < sizeof names)
            length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                       length ? ", " : "", json_string_value(name));
    }
    schema_show(value, shown);
    report(reports, at, "must be one of: %s%s", names, shown);
}

static void check_properties(const json_t *schema, const json_t *keyword, const json_t *value,
                             const struct location *at, struct reports *reports)
{
    (void)schema;
    const char *name;
    json_t *child;
    json_object_foreach((json_t *)keyword, name, child)
    {
        const json_t *member = json_object_get(value, name);
        struct location place = {.parent = at, .name = name};
        if (member)
            validate(child, member, &place, reports);
    }
}

static void check_required(const json_t *schema, const json_t *keyword, const json_t *value,
                           const struct location *at, struct reports *reports)
{
    (void)schema;
    size_t index;
    const json_t *name;
    if (!json_is_object(value))
        return;
    json_array_foreach(keyword, index, name)
    {
        struct location place = {.parent = at, .name = json_string_value(name)};
        if (!json_object_get(value, place.name))
            report(reports, &place, "is missing");
    }
}

/* The names of the properties, for a report. */
static void list_names(const json_t *properties, char *text, size_t size)
{
    const char *name;
    const json_t *child;
    size_t length = 0;
    text[0] = '\0';
    json_object_foreach((json_t *)properties, name, child)
    {
        if (length < size)
            length += (size_t)snprintf(text + length, size - length, "%s%s", length ? ", " : "",
                                       name);
    }
}

static void check_additional(const json_t *schema, const json_t *keyword, const json_t *value,
                             const struct location *at, struct reports *reports)
{
    const json_t *properties = json_object_get(schema, "properties");
    const char *name;
    json_t *child;
    if (!json_is_false(keyword))
        return;
    json_object_foreach((json_t *)value, name, child)
    {
        struct location place = {.parent = at, .name = name};
        char names[160];
        if (json_object_get(properties, name))
            continue;
        list_names(properties, names, sizeof names);
        report(reports, &place, "is not known here (known: %s)", names);
    }
}

/* Characters, not bytes: JSON Schema validation 6.3. */
static size_t count_characters(const json_t *string)
{
    const char *text = json_string_value(string);
    size_t count = 0;
    for (size_t i = 0; i < json_string_length(string); i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

static void check_min_length(const json_t *schema, const json_t *keyword, const json_t *value,
                             const struct location *at, struct reports *reports)
{
    (void)schema;
    json_int_t least = json_integer_value(keyword);
    if (json_is_string(value) && count_characters(value) < (size_t)least)
        report(reports, at, least == 1 ? "must not be empty" : "is too short");
}

static void check_max_length(const json_t *schema, const json_t *keyword, const json_t *value,
                             const struct location *at, struct reports *reports)
{
    (void)schema;
    json_int_t most = json_integer_value(keyword);
    if (json_is_string(value) && count_characters(value) > (size_t)most)
        report(reports, at, "must not be longer than %lld characters", (long long)most);
}

static void check_minimum(const json_t *schema, const json_t *keyword, const json_t *value,
                          const struct location *at, struct reports *reports)
{
    (void)schema;
    json_int_t least = json_integer_value(keyword);
    if (json_is_number(value) && json_number_value(value) < (double)least)
        report(reports, at, "must be at least %lld", (long long)least);
}

static void check_maximum(const json_t *schema, const json_t *keyword, const json_t *value,
                          const struct location *at, struct reports *reports)
{
    (void)schema;
    json_int_t most = json_integer_value(keyword);
    if (json_is_number(value) && json_number_value(value) > (double)most)
        report(reports, at, "must be at most %lld", (long long)most);
}

static void check_format(const json_t *schema, const json_t *keyword, const json_t *value,
                         const struct location *at, struct reports *reports)
{
    (void)schema;
    (void)keyword; /* "date-time" is the only one, see schema_check() */
    struct error error;
    int64_t ms;
    if (json_is_string(value) && !clock_parse_time(json_string_value(value), &ms, &error))
        report(reports, at, "is wrong: %s", error.text);
}

static bool known_type(const json_t *keyword)
{
    for (size_t i = 0; i < LENGTH(types); i++)
        if (json_is_string(keyword) && strcmp(json_string_value(keyword), types[i].name) == 0)
            return true;
    return false;
}

static bool is_object(const json_t *keyword)
{
    return json_is_object(keyword);
}

static bool is_boolean(const json_t *keyword)
{
    return json_is_boolean(keyword);
}

static bool is_string(const json_t *keyword)
{
    return json_is_string(keyword);
}

static bool is_count(const json_t *keyword)
{
    return json_is_integer(keyword) && json_integer_value(keyword) >= 0;
}

static bool is_string_array(const json_t *keyword)
{
    size_t index;
    const json_t *item;
    json_array_foreach(keyword, index, item)
    {
        if (!json_is_string(item))
            return false;
    }
    return json_is_array(keyword);
}

static bool is_date_time(const json_t *keyword)
{
    return json_is_string(keyword) && strcmp(json_string_value(keyword), "date-time") == 0;
}

static bool anything(const json_t *keyword)
{
    (void)keyword;
    return true;
}

/* `check` is NULL for annotations, which say nothing about validity. */
static const struct keyword {
    const char *name;
    bool (*well_formed)(const json_t *keyword);
    void (*check)(const json_t *schema, const json_t *keyword, const json_t *value,
                  const struct location *at, struct reports *reports);
} keywords[] = {
    {"type", known_type, check_type},
    {"enum", is_string_array, check_enum},
    {"properties", is_object, check_properties},
    {"required", is_string_array, check_required},
    {"additionalProperties", is_boolean, check_additional},
    {"minLength", is_count, check_min_length},
    {"maxLength", is_count, check_max_length},
    {"minimum", is_count, check_minimum},
    {"maximum", is_count, check_maximum},
    {"format", is_date_time, check_format},
    {"title", is_string, NULL},
    {"description", is_string, NULL},
    {"default", anything, NULL},
    {"examples", anything, NULL},
    {"contentEncoding", is_string, NULL},
};

static void validate(const json_t *schema, const json_t *value, const struct location *at,
                     struct reports *reports)
{
    for (size_t i = 0; i < LENGTH(keywords); i++) {
        const json_t *keyword = json_object_get(schema, keywords[i].name);
        if (keyword && keywords[i].check)
            keywords[i].check(schema, keyword, value, at, reports);
    }
}

bool schema_validate(const json_t *schema, const json_t *value, struct error *error)
{
    struct reports reports = {0};
    validate(schema, value, NULL, &reports);
    if (reports.count == 0)
        return true;
    return error_set(error, ERROR_INVALID, "%s", reports.text);
}

static const struct keyword *find_keyword(const char *name)
{
    for (size_t i = 0; i < LENGTH(keywords); i++)
        if (strcmp(keywords[i].name, name) == 0)
            return &keywords[i];
    return NULL;
}

bool schema_check(const json_t *schema, struct error *error)
{
    const char *name;
    json_t *value, *child;
    if (!json_is_object(schema))
        return error_set(error, ERROR_INTERNAL, "a schema is not an object");
    json_object_foreach((json_t *)schema, name, value)
    {
        const struct keyword *keyword = find_keyword(name);
        if (!keyword)
            return error_set(error, ERROR_INTERNAL, "the keyword \"%s\" is not known", name);
        if (!keyword->well_formed(value))
            return error_set(error, ERROR_INTERNAL,
                             "the keyword \"%s\" has a form that is not known", name);
    }
    json_object_foreach(json_object_get(schema, "properties"), name, child)
    {
        if (!schema_check(child, error))
            return error_prefix(error, "%s", name);
    }
    return true;
}
