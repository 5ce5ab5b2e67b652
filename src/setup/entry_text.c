/* SPDX-License-Identifier: MIT */
/* A change is a splice: bytes of the old text, new ones between them. What is put in looks like
 * what is around it: an object on one line stays on one line, one on several lines gets another
 * line with the indentation and the line end of the others. The comma that a new last member needs
 * goes right behind the value before it, so that a comment there stays with its value. */
#include "setup/entry_text.h"

#include "base/cleanup.h"
#include "setup/jsonc.h"

#include <stdint.h>
#include <string.h>

enum { INDENT_MAX = 16 };

/* How the text is laid out. */
struct layout {
    const char *line_end;
    char unit[INDENT_MAX + 1]; /* one step of indentation */
};

/* An object in the text, and what of it matters to a change. */
struct object {
    size_t begin, end; /* with its braces */
    struct jsonc_member found;
    bool is_found;
    size_t count;
    struct jsonc_member first, last;
};

static size_t line_begin(const char *text, size_t at)
{
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return at;
}

/* The white space that the line of this place begins with; borrowed from the text. */
static size_t line_indent(const char *text, size_t at, const char **ret_indent)
{
    size_t begin = line_begin(text, at);
    *ret_indent = text + begin;
    return strspn(text + begin, " \t");
}

static bool has_newline(const char *text, size_t begin, size_t end)
{
    return memchr(text + begin, '\n', end - begin) != NULL;
}

/* Whether it is the first thing on its line. */
static bool begins_line(const char *text, size_t at)
{
    const char *indent;
    return line_begin(text, at) > 0 && line_begin(text, at) + line_indent(text, at, &indent) == at;
}

/* The step is what the members of the top-level object are indented by. */
static struct layout find_layout(const struct jsonc *jsonc)
{
    struct layout layout = {.line_end = "\n", .unit = "  "};
    struct jsonc_member member = {0};
    const char *newline = memchr(jsonc->text, '\n', jsonc->size), *indent;
    if (newline && newline > jsonc->text && newline[-1] == '\r')
        layout.line_end = "\r\n";
    while (json_is_object(jsonc->value) && jsonc_next_member(jsonc, jsonc_root(jsonc), &member)) {
        size_t length = line_indent(jsonc->text, member.name, &indent);
        if (length == 0 || length > INDENT_MAX || !begins_line(jsonc->text, member.name))
            continue;
        memcpy(layout.unit, indent, length);
        layout.unit[length] = '\0';
        break;
    }
    return layout;
}

static bool look_into(const struct jsonc *jsonc, size_t begin, const char *name,
                      struct object *ret_object, struct error *error)
{
    struct object object = {.begin = begin, .end = jsonc_value_end(jsonc, begin)};
    struct jsonc_member member = {0};
    while (jsonc_next_member(jsonc, begin, &member)) {
        if (object.count++ == 0)
            object.first = member;
        object.last = member;
        bool same;
        if (!jsonc_member_is(jsonc, &member, name, &same, error))
            return false;
        if (!same)
            continue;
        if (object.is_found)
            return error_set(error, ERROR_INVALID,
                             "it has \"%s\" twice: remove one of them by hand first", name);
        object.found = member;
        object.is_found = true;
    }
    *ret_object = object;
    return true;
}

/* The two objects on the way; list.begin is 0 when there is no list. */
struct way {
    struct object root, list;
};

static bool find_way(const struct jsonc *jsonc, const struct entry_place *place,
                     struct way *ret_way, struct error *error)
{
    struct way way = {0};
    if (!jsonc->value) {
        *ret_way = way;
        return true;
    }
    if (!json_is_object(jsonc->value))
        return error_set(error, ERROR_INVALID, "it does not hold a JSON object");
    if (!look_into(jsonc, jsonc_root(jsonc), place->list, &way.root, error))
        return false;
    if (way.root.is_found) {
        if (jsonc->plain[way.root.found.value] != '{')
            return error_set(error, ERROR_INVALID, "\"%s\" in it is not an object", place->list);
        if (!look_into(jsonc, way.root.found.value, place->name, &way.list, error))
            return false;
    }
    *ret_way = way;
    return true;
}

/* Appends a value on several lines; the first one goes where the text ends now. */
static bool append_pretty(struct buffer *text, const json_t *value, const struct layout *layout,
                          const char *indent, size_t indent_length, struct error *error)
{
    CLEANUP(free_cleanup) char *dumped = json_dumps(value, JSON_INDENT(1) | JSON_ENCODE_ANY);
    if (!dumped)
        return error_no_memory(error);
    for (char *line = dumped, *next; line; line = next) {
        next = strchr(line, '\n');
        size_t depth = line == dumped ? 0 : strspn(line, " ");
        if (line != dumped && (!buffer_append_string(text, layout->line_end, error) ||
                               !buffer_append(text, indent, indent_length, error)))
            return false;
        for (size_t i = 0; i < depth; i++)
            if (!buffer_append_string(text, layout->unit, error))
                return false;
        line += depth;
        if (!buffer_append(text, line, next ? (size_t)(next++ - line) : strlen(line), error))
            return false;
    }
    return true;
}

static bool append_compact(struct buffer *text, const json_t *value, bool spaced,
                           struct error *error)
{
    CLEANUP(free_cleanup)
    char *dumped = json_dumps(value, JSON_ENCODE_ANY | (spaced ? 0 : JSON_COMPACT));
    return dumped ? buffer_append_string(text, dumped, error) : error_no_memory(error);
}

static bool append_name(struct buffer *text, const char *name, bool spaced, struct error *error)
{
    return buffer_printf(text, error, "\"%s\":%s", name, spaced ? " " : "");
}

/* Behind the last thing in the object that is not white space: a value, a comma or a comment. */
static size_t content_end(const struct jsonc *jsonc, const struct object *object)
{
    size_t end = object->end - 1;
    while (strchr(" \t\r\n", jsonc->text[end - 1]))
        end--;
    return end;
}

/* Whether members of the object stand on lines of their own. One without members does so, unless
 * all around it is on one line. */
static bool is_on_lines(const struct jsonc *jsonc, const struct way *way,
                        const struct object *object)
{
    if (object->count > 0)
        return has_newline(jsonc->text, object->begin, object->last.name) ||
               has_newline(jsonc->text, object->last.value_end, object->end);
    return object == &way->root || has_newline(jsonc->text, way->root.begin, way->root.end);
}

/* Whether there is a space behind the colons, as far as it can be seen. */
static bool is_spaced(const struct way *way, const struct object *object)
{
    const struct jsonc_member *model = object->count > 0 ? &object->first : &way->root.first;
    return model->value != model->name_end + 1;
}

/* What the members of an object are indented with. */
static bool append_member_indent(struct buffer *text, const struct jsonc *jsonc,
                                 const struct object *object, const struct layout *layout,
                                 struct error *error)
{
    const char *indent;
    struct jsonc_member member = {0};
    while (jsonc_next_member(jsonc, object->begin, &member)) {
        if (!begins_line(jsonc->text, member.name))
            continue;
        size_t length = line_indent(jsonc->text, member.name, &indent);
        return buffer_append(text, indent, length, error);
    }
    size_t length = line_indent(jsonc->text, object->begin, &indent);
    return buffer_append(text, indent, length, error) &&
           buffer_append_string(text, layout->unit, error);
}

/* A member on lines of its own, and what is left of the line for the brace that closes the object.
 */
static bool append_on_lines(const struct jsonc *jsonc, const struct object *object,
                            const char *name, const json_t *value, struct buffer *text,
                            struct error *error)
{
    struct layout layout = find_layout(jsonc);
    size_t end = content_end(jsonc, object);
    bool trailing_comma = object->count > 0 && object->last.comma;
    CLEANUP(buffer_finish) struct buffer indent = BUFFER_INIT(SIZE_MAX / 4);
    if (!append_member_indent(&indent, jsonc, object, &layout, error) ||
        !buffer_append_string(text, layout.line_end, error) ||
        !buffer_append(text, indent.data, indent.size, error) ||
        !append_name(text, name, true, error) ||
        !append_pretty(text, value, &layout, indent.data, indent.size, error) ||
        (trailing_comma && !buffer_append_char(text, ',', error)))
        return false;
    if (has_newline(jsonc->text, end, object->end))
        return buffer_append(text, jsonc->text + end, jsonc->size - end, error);
    const char *own_indent;
    size_t own_length = line_indent(jsonc->text, object->begin, &own_indent);
    return buffer_append_string(text, layout.line_end, error) &&
           buffer_append(text, own_indent, own_length, error) &&
           buffer_append(text, jsonc->text + object->end - 1, jsonc->size - object->end + 1, error);
}

/* A member on the line of the others. */
static bool append_in_line(const struct jsonc *jsonc, const struct object *object, bool spaced,
                           const char *name, const json_t *value, struct buffer *text,
                           struct error *error)
{
    size_t end = content_end(jsonc, object);
    bool trailing_comma = object->count > 0 && object->last.comma;
    return (object->count == 0 || !spaced || buffer_append_char(text, ' ', error)) &&
           append_name(text, name, spaced, error) && append_compact(text, value, spaced, error) &&
           (!trailing_comma || buffer_append_char(text, ',', error)) &&
           buffer_append(text, jsonc->text + end, jsonc->size - end, error);
}

/* Adds a last member to an object. */
static bool append_member(const struct jsonc *jsonc, const struct way *way,
                          const struct object *object, const char *name, const json_t *value,
                          struct buffer *text, struct error *error)
{
    bool needs_comma = object->count > 0 && !object->last.comma;
    size_t value_end = object->count > 0 ? object->last.value_end : object->begin + 1;
    size_t end = content_end(jsonc, object);
    if (!buffer_append(text, jsonc->text, value_end, error) ||
        (needs_comma && !buffer_append_char(text, ',', error)) ||
        !buffer_append(text, jsonc->text + value_end, end - value_end, error))
        return false;
    return is_on_lines(jsonc, way, object)
               ? append_on_lines(jsonc, object, name, value, text, error)
               : append_in_line(jsonc, object, is_spaced(way, object), name, value, text, error);
}

static bool replace_value(const struct jsonc *jsonc, const struct way *way, const json_t *value,
                          struct buffer *text, struct error *error)
{
    struct layout layout = find_layout(jsonc);
    const struct jsonc_member *found = &way->list.found;
    const char *indent;
    size_t indent_length = line_indent(jsonc->text, found->name, &indent);
    return buffer_append(text, jsonc->text, found->value, error) &&
           (is_on_lines(jsonc, way, &way->list)
                ? append_pretty(text, value, &layout, indent, indent_length, error)
                : append_compact(text, value, is_spaced(way, &way->list), error)) &&
           buffer_append(text, jsonc->text + found->value_end, jsonc->size - found->value_end,
                         error);
}

/* {list: {name: entry}} behind a text without a value: nothing at all, or comments. */
static bool append_document(const struct jsonc *jsonc, const struct entry_place *place,
                            const json_t *entry, struct buffer *text, struct error *error)
{
    struct layout layout = find_layout(jsonc);
    json_t *document = json_pack("{s:{s:O}}", place->list, place->name, (json_t *)entry);
    const char *newline = memrchr(jsonc->text, '\n', jsonc->size);
    const char *line = newline ? newline + 1 : jsonc->text;
    bool fresh_line = (size_t)(jsonc->text + jsonc->size - line) == strspn(line, " \t\xEF\xBB\xBF");
    bool done = document && buffer_append(text, jsonc->text, jsonc->size, error) &&
                (fresh_line || buffer_append_string(text, layout.line_end, error)) &&
                append_pretty(text, document, &layout, "", 0, error) &&
                buffer_append_string(text, layout.line_end, error);
    if (!document)
        error_no_memory(error);
    json_decref(document);
    return done;
}

static json_t *value_at(const struct jsonc *jsonc, const struct entry_place *place)
{
    return json_object_get(json_object_get(jsonc->value, place->list), place->name);
}

bool entry_text_get(const char *text, size_t size, const struct entry_place *place,
                    json_t **ret_entry, struct error *error)
{
    CLEANUP(jsonc_finish) struct jsonc jsonc = {0};
    struct way way;
    if (!jsonc_parse(text, size, &jsonc, error) || !find_way(&jsonc, place, &way, error))
        return false;
    *ret_entry = json_incref(value_at(&jsonc, place));
    return true;
}

bool entry_text_put(const char *old, size_t size, const struct entry_place *place,
                    const json_t *entry, struct buffer *text, struct error *error)
{
    CLEANUP(jsonc_finish) struct jsonc jsonc = {0};
    struct way way;
    if (!jsonc_parse(old, size, &jsonc, error) || !find_way(&jsonc, place, &way, error))
        return false;
    if (json_equal(value_at(&jsonc, place), (json_t *)entry))
        return buffer_append(text, old, size, error);
    if (!jsonc.value)
        return append_document(&jsonc, place, entry, text, error);
    if (way.list.is_found)
        return replace_value(&jsonc, &way, entry, text, error);
    if (way.root.is_found)
        return append_member(&jsonc, &way, &way.list, place->name, entry, text, error);
    json_t *list = json_pack("{s:O}", place->name, (json_t *)entry);
    bool done = list ? append_member(&jsonc, &way, &way.root, place->list, list, text, error)
                     : error_no_memory(error);
    json_decref(list);
    return done;
}

/* What goes with a member: the white space before it, and the comma behind it. Behind a comment the
 * end of its line must stay, or what follows would become part of it; then the end of the member's
 * own line goes instead. */
static void member_extent(const struct jsonc *jsonc, const struct jsonc_member *member,
                          size_t *ret_begin, size_t *ret_end)
{
    size_t begin = member->name;
    size_t end = member->comma ? member->comma + 1 : member->value_end;
    while (strchr(" \t\r\n", jsonc->text[begin - 1]))
        begin--;
    if (jsonc->text[begin - 1] != jsonc->plain[begin - 1] &&
        begins_line(jsonc->text, member->name)) {
        begin = line_begin(jsonc->text, member->name);
        size_t behind = end + strspn(jsonc->text + end, " \t\r");
        if (behind < jsonc->size && jsonc->text[behind] == '\n')
            end = behind + 1;
    }
    *ret_begin = begin;
    *ret_end = end;
}

/* The comma before the last member, which must go with it; 0: it stays, or there is none. */
static size_t comma_before(const struct jsonc *jsonc, const struct object *object)
{
    struct jsonc_member member = {0};
    size_t comma = 0;
    if (object->found.comma)
        return 0;
    while (jsonc_next_member(jsonc, object->begin, &member) && member.name != object->found.name)
        comma = member.comma;
    return comma;
}

bool entry_text_remove(const char *old, size_t size, const struct entry_place *place,
                       struct buffer *text, struct error *error)
{
    CLEANUP(jsonc_finish) struct jsonc jsonc = {0};
    struct way way;
    if (!jsonc_parse(old, size, &jsonc, error) || !find_way(&jsonc, place, &way, error))
        return false;
    const struct object *list = &way.list;
    if (!list->is_found)
        return buffer_append(text, old, size, error);
    size_t begin, end, comma = comma_before(&jsonc, list);
    member_extent(&jsonc, &list->found, &begin, &end);
    if (list->count == 1 && begin == list->begin + 1 && content_end(&jsonc, list) == end)
        end = list->end - 1; /* nothing is left but the braces */
    return buffer_append(text, old, comma ? comma : begin, error) &&
           (!comma || buffer_append(text, old + comma + 1, begin - comma - 1, error)) &&
           buffer_append(text, old + end, size - end, error);
}
