/* SPDX-License-Identifier: MIT */
/* The change is one splice, so what differs is one stretch of lines between those that begin and
 * those that end both texts. Which lines these are is found in the true texts, since a new secret
 * in place of an old one looks the same when both are hidden; what is shown comes from the hidden
 * ones, which have the same lines. */
#include "setup/change.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "base/utf8.h"
#include "config/config.h"
#include "setup/jsonc.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

enum {
    CONTEXT = 2,        /* lines before and after */
    LINE_SHOWN = 200,   /* bytes */
    BEFORE_CHANGE = 60, /* of them, before the first that differs */
};

static const char hidden[] = "\"********\"";

static bool speaks_of_secret(const struct jsonc *jsonc, const struct jsonc_member *member)
{
    static const char *const words[] = {"key",  "secret",     "token", "pass",
                                        "auth", "credential", "cookie"};
    size_t length = member->name_end - member->name - 2;
    CLEANUP(free_cleanup) char *name = strndup(jsonc->text + member->name + 1, length);
    if (!name || config_variable_is_secret(name))
        return true;
    for (size_t i = 0; i < LENGTH(words); i++)
        if (strcasestr(name, words[i]))
            return true;
    return false;
}

struct hiding {
    const struct jsonc *jsonc;
    size_t done; /* the text up to here was appended */
    struct buffer *shown;
};

static bool hide_in_object(struct hiding *hiding, size_t object, struct error *error);

/* Goes into the objects that are somewhere in a value. */
static bool hide_in_value(struct hiding *hiding, size_t value, size_t value_end,
                          struct error *error)
{
    const struct jsonc *jsonc = hiding->jsonc;
    if (jsonc->plain[value] == '{')
        return hide_in_object(hiding, value, error);
    if (jsonc->plain[value] != '[')
        return true;
    for (size_t at = value + 1; at < value_end;) {
        char first = jsonc->plain[at];
        if (first == '{' && !hide_in_object(hiding, at, error))
            return false;
        at = first == '{' || first == '"' ? jsonc_value_end(jsonc, at) : at + 1;
    }
    return true;
}

static bool hide_in_object(struct hiding *hiding, size_t object, struct error *error)
{
    const struct jsonc *jsonc = hiding->jsonc;
    struct jsonc_member member = {0};
    while (jsonc_next_member(jsonc, object, &member)) {
        bool secret = jsonc->plain[member.value] == '"' && speaks_of_secret(jsonc, &member);
        if (!secret) {
            if (!hide_in_value(hiding, member.value, member.value_end, error))
                return false;
            continue;
        }
        if (!buffer_append(hiding->shown, jsonc->text + hiding->done, member.value - hiding->done,
                           error) ||
            !buffer_append_string(hiding->shown, hidden, error))
            return false;
        hiding->done = member.value_end;
    }
    return true;
}

bool change_hide_secrets(const char *text, size_t size, struct buffer *shown, struct error *error)
{
    CLEANUP(jsonc_finish) struct jsonc jsonc = {0};
    if (!jsonc_parse(text, size, &jsonc, error))
        return false;
    struct hiding hiding = {.jsonc = &jsonc, .shown = shown};
    if (jsonc.value && !hide_in_value(&hiding, jsonc_root(&jsonc), size, error))
        return false;
    return buffer_append(shown, text + hiding.done, size - hiding.done, error);
}

struct line {
    const char *text;
    size_t size; /* without its end */
};

struct lines {
    struct line *items;
    size_t count;
};

static void lines_finish(struct lines *lines)
{
    free(lines->items);
}

static bool split(const char *text, size_t size, struct lines *ret_lines, struct error *error)
{
    struct lines lines = {0};
    const char *end = text + size;
    size_t most = 1;
    for (size_t i = 0; i < size; i++)
        most += text[i] == '\n';
    if (!(lines.items = calloc(most, sizeof *lines.items)))
        return error_no_memory(error);
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline ? newline : end;
        lines.items[lines.count++] = (struct line){text, (size_t)(line_end - text)};
        text = newline ? newline + 1 : end;
    }
    *ret_lines = lines;
    return true;
}

static bool same(const struct line *a, const struct line *b)
{
    return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

/* One text, as it is and as it is shown. */
struct side {
    struct buffer hidden;
    struct lines lines, shown;
};

static void side_finish(struct side *side)
{
    buffer_finish(&side->hidden);
    lines_finish(&side->lines);
    lines_finish(&side->shown);
}

static bool side_init(struct side *side, const char *text, size_t size, struct error *error)
{
    side->hidden = BUFFER_INIT(SIZE_MAX / 4);
    return change_hide_secrets(text, size, &side->hidden, error) &&
           split(text, size, &side->lines, error) &&
           split(side->hidden.data, side->hidden.size, &side->shown, error);
}

/* Appends one line; of one that is too long, what surrounds the place where it differs from
 * `other`. */
static bool change_show(struct buffer *lines, const char *sign, struct line line,
                        const struct line *other, struct error *error)
{
    size_t from = 0, to = line.size;
    if (line.size > LINE_SHOWN) {
        while (other && from < line.size && from < other->size &&
               line.text[from] == other->text[from])
            from++;
        from = from > BEFORE_CHANGE ? utf8_cut(line.text, line.size, from - BEFORE_CHANGE) : 0;
        to = line.size - from > LINE_SHOWN ? utf8_cut(line.text, line.size, from + LINE_SHOWN) : to;
    }
    while (to > from && line.text[to - 1] == '\r')
        to--;
    return buffer_printf(lines, error, "%s%s", sign, from > 0 ? "…" : "") &&
           buffer_append(lines, line.text + from, to - from, error) &&
           buffer_printf(lines, error, "%s\n", to < line.size && line.text[to] != '\r' ? "…" : "");
}

/* Lines from `begin` to `end` of one text, which stand where those of the other begin. */
static bool show_lines(struct buffer *lines, const char *sign, const struct lines *shown,
                       size_t begin, size_t end, const struct lines *other, struct error *error)
{
    for (size_t i = begin; i < end; i++)
        if (!change_show(lines, sign, shown->items[i], i < other->count ? &other->items[i] : NULL,
                         error))
            return false;
    return true;
}

bool change_lines(const char *old, size_t old_size, const char *text, size_t size,
                  struct buffer *lines, struct error *error)
{
    CLEANUP(side_finish) struct side before = {0};
    CLEANUP(side_finish) struct side after = {0};
    if (!side_init(&before, old, old_size, error) || !side_init(&after, text, size, error))
        return false;
    size_t begin = 0, old_end = before.lines.count, end = after.lines.count;
    while (begin < old_end && begin < end &&
           same(&before.lines.items[begin], &after.lines.items[begin]))
        begin++;
    if (begin == old_end && begin == end)
        return true;
    while (old_end > begin && end > begin &&
           same(&before.lines.items[old_end - 1], &after.lines.items[end - 1])) {
        old_end--;
        end--;
    }
    size_t from = begin > CONTEXT ? begin - CONTEXT : 0;
    size_t to = end + CONTEXT < after.lines.count ? end + CONTEXT : after.lines.count;
    return show_lines(lines, "  ", &after.shown, from, begin, &before.shown, error) &&
           show_lines(lines, "- ", &before.shown, begin, old_end, &after.shown, error) &&
           show_lines(lines, "+ ", &after.shown, begin, end, &before.shown, error) &&
           show_lines(lines, "  ", &after.shown, end, to, &after.shown, error);
}
