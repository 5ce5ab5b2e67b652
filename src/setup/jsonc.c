/* SPDX-License-Identifier: MIT */
/* Comments are overwritten with spaces first, in a copy where everything keeps its place. Without
 * its trailing commas that copy is JSON, which jansson judges; what it accepts needs no more than
 * the strings and the brackets to be found again. */
#include "setup/jsonc.h"

#include "base/cleanup.h"

#include <string.h>

static const char byte_order_mark[] = "\xEF\xBB\xBF";

static bool is_space(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

/* Behind the string whose first quote is there; the end of the text when it is not closed. */
static size_t string_end(const char *text, size_t size, size_t quote)
{
    for (size_t i = quote + 1; i < size; i++) {
        if (text[i] == '"')
            return i + 1;
        if (text[i] == '\\')
            i++;
    }
    return size;
}

/* Behind the comment that begins there; the same place when none does. The end of a line is not
 * part of the comment before it. */
static size_t comment_end(const char *text, size_t size, size_t at)
{
    if (size - at < 2 || text[at] != '/')
        return at;
    if (text[at + 1] == '/') {
        const char *end = memchr(text + at, '\n', size - at);
        size_t behind = end ? (size_t)(end - text) : size;
        return behind < size && text[behind - 1] == '\r' ? behind - 1 : behind;
    }
    if (text[at + 1] == '*') {
        const char *end = size - at < 4 ? NULL : memmem(text + at + 2, size - at - 2, "*/", 2);
        return end ? (size_t)(end - text) + 2 : at;
    }
    return at;
}

static void blank(char *text, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        if (text[i] != '\n' && text[i] != '\r')
            text[i] = ' ';
}

static void blank_comments(char *text, size_t size)
{
    size_t mark = sizeof byte_order_mark - 1;
    if (size >= mark && memcmp(text, byte_order_mark, mark) == 0)
        blank(text, 0, mark);
    for (size_t i = 0; i < size;) {
        size_t end = comment_end(text, size, i);
        if (end > i) {
            blank(text, i, end);
            i = end;
        } else {
            i = text[i] == '"' ? string_end(text, size, i) : i + 1;
        }
    }
}

/* Only a comma behind a value: "[,]" is never valid. */
static void blank_trailing_commas(char *text, size_t size)
{
    size_t comma = 0; /* the last one, while nothing came after it */
    char before = '\0', last = '\0';
    for (size_t i = 0; i < size; i++) {
        if (is_space(text[i]))
            continue;
        if ((text[i] == '}' || text[i] == ']') && last == ',' && before && !strchr("[{,:", before))
            text[comma] = ' ';
        before = last;
        last = text[i];
        if (text[i] == ',')
            comma = i;
        else if (text[i] == '"')
            i = string_end(text, size, i) - 1;
    }
}

static bool is_blank(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!is_space(text[i]))
            return false;
    return true;
}

bool jsonc_parse(const char *text, size_t size, struct jsonc *ret_jsonc, struct error *error)
{
    CLEANUP(free_cleanup) char *plain = NULL;
    CLEANUP(free_cleanup) char *strict = NULL;
    json_t *value = NULL;
    if (memchr(text, '\0', size))
        return error_set(error, ERROR_INVALID, "it is not a text");
    if (!(plain = strndup(text, size)))
        return error_no_memory(error);
    blank_comments(plain, size);
    if (!is_blank(plain, size)) {
        json_error_t problem;
        if (!(strict = strdup(plain)))
            return error_no_memory(error);
        blank_trailing_commas(strict, size);
        value = json_loadb(strict, size, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL,
                           &problem);
        if (!value && json_error_code(&problem) == json_error_out_of_memory)
            return error_no_memory(error);
        if (!value)
            return error_set(error, ERROR_INVALID, "it is not JSON at line %d, column %d",
                             problem.line, problem.column);
    }
    *ret_jsonc = (struct jsonc){.text = text, .size = size, .plain = TAKE(plain), .value = value};
    return true;
}

void jsonc_finish(struct jsonc *jsonc)
{
    json_decref(jsonc->value);
    free(jsonc->plain);
    *jsonc = (struct jsonc){0};
}

static size_t skip_space(const struct jsonc *jsonc, size_t at)
{
    while (at < jsonc->size && is_space(jsonc->plain[at]))
        at++;
    return at;
}

size_t jsonc_root(const struct jsonc *jsonc)
{
    return skip_space(jsonc, 0);
}

size_t jsonc_value_end(const struct jsonc *jsonc, size_t value)
{
    const char *plain = jsonc->plain;
    size_t at = value, depth = 0;
    while (at < jsonc->size) {
        if (plain[at] == '"') {
            at = string_end(plain, jsonc->size, at);
        } else if (plain[at] == '{' || plain[at] == '[') {
            depth++;
            at++;
        } else if (plain[at] == '}' || plain[at] == ']') {
            depth--;
            at++;
        } else if (depth == 0) {
            return at + strcspn(plain + at, ",]} \t\r\n");
        } else {
            at++;
            continue;
        }
        if (depth == 0)
            return at;
    }
    return at;
}

bool jsonc_next_member(const struct jsonc *jsonc, size_t object, struct jsonc_member *member)
{
    size_t at = skip_space(jsonc, member->name_end == 0 ? object + 1
                                  : member->comma       ? member->comma + 1
                                                        : member->value_end);
    if (at >= jsonc->size || jsonc->plain[at] != '"')
        return false;
    *member = (struct jsonc_member){
        .name = at,
        .name_end = string_end(jsonc->plain, jsonc->size, at),
    };
    size_t colon = skip_space(jsonc, member->name_end);
    member->value = skip_space(jsonc, colon + 1);
    member->value_end = jsonc_value_end(jsonc, member->value);
    at = skip_space(jsonc, member->value_end);
    member->comma = at < jsonc->size && jsonc->plain[at] == ',' ? at : 0;
    return true;
}

bool jsonc_member_is(const struct jsonc *jsonc, const struct jsonc_member *member, const char *name,
                     bool *ret_same, struct error *error)
{
    json_t *decoded = json_loadb(jsonc->text + member->name, member->name_end - member->name,
                                 JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!decoded) /* it was a string when the whole was parsed */
        return error_no_memory(error);
    *ret_same = json_string_length(decoded) == strlen(name) &&
                strcmp(json_string_value(decoded), name) == 0;
    json_decref(decoded);
    return true;
}
