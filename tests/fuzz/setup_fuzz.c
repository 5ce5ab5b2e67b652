/* SPDX-License-Identifier: MIT */
#include "setup/change.h"
#include "setup/entry_text.h"
#include "setup/jsonc.h"
#include "setup/toml.h"

#include "fuzz.h"

/* A host's configuration file in which an entry is put, changed and removed: what comes out can be
 * read again and means the old file with that one change, and every byte that is no part of the
 * change is still there, in its order. The first byte picks the entry; the next text is the value
 * of a variable in it; the file follows. */

enum { HAS_ARGS = 1, HAS_NO_ENV = 2 };

#define SECRET "Hush7Hush7Hush7Hush7"

static const struct entry_place places[] = {
    {"mcpServers", "image-storage"}, {"servers", "s"}, {"context_servers", "image_storage"}};

static json_t *make_entry(uint8_t kind, const char *value)
{
    json_t *environment = kind & HAS_NO_ENV ? json_object()
                                            : json_pack("{s:s, s:s}", "S3_BUCKET", value,
                                                        "S3_SECRET_KEY", SECRET);
    json_t *entry = json_pack("{s:s, s:o*, s:o*}", "command", "/usr/bin/image-storage-mcp", "args",
                              kind & HAS_ARGS ? json_array() : NULL, "env", environment);
    if (!entry) { /* the value is not UTF-8 */
        entry = json_pack("{s:s}", "command", "x");
    }
    check(entry != NULL);
    return entry;
}

/* Whether `text` is `old` with something put in; white space before what was put in may have gone.
 */
static bool holds_all_of(const struct buffer *text, const char *old, size_t size)
{
    size_t at = 0;
    for (size_t i = 0; i < text->size; i++) {
        size_t blank = at;
        while (blank < size && strchr(" \t\r\n", old[blank]) && text->data[i] != old[blank])
            blank++;
        if (blank < size && text->data[i] == old[blank])
            at = blank + 1;
    }
    return at == size;
}

static json_t *meaning(const char *text, size_t size)
{
    struct jsonc jsonc = {0};
    struct error error = {0};
    check(jsonc_parse(text, size, &jsonc, &error));
    json_t *value = json_incref(jsonc.value);
    jsonc_finish(&jsonc);
    return value;
}

/* The value of the whole file with the entry in it (NULL: without). */
static json_t *expected(const char *old, size_t size, const struct entry_place *place,
                        json_t *entry)
{
    json_t *value = meaning(old, size), *root = value ? json_deep_copy(value) : json_object();
    json_t *list = json_object_get(root, place->list);
    json_decref(value);
    if (!list && entry) {
        list = json_object();
        json_object_set_new(root, place->list, list);
    }
    if (entry)
        json_object_set(list, place->name, entry);
    else
        json_object_del(list, place->name);
    return root;
}

static void check_meaning(const struct buffer *text, json_t *wanted)
{
    json_t *value = meaning(text->data, text->size);
    check(json_equal(value, wanted));
    json_decref(value);
    json_decref(wanted);
}

/* Where the value of the entry is; false: nowhere. */
static bool find_entry(const char *text, size_t size, const struct entry_place *place,
                       size_t *ret_begin, size_t *ret_end)
{
    struct jsonc jsonc = {0};
    struct error error = {0};
    bool found = false;
    check(jsonc_parse(text, size, &jsonc, &error));
    struct jsonc_member outer = {0};
    while (jsonc.value && jsonc_next_member(&jsonc, jsonc_root(&jsonc), &outer)) {
        struct jsonc_member inner = {0};
        bool same;
        check(jsonc_member_is(&jsonc, &outer, place->list, &same, &error));
        if (!same)
            continue;
        while (jsonc_next_member(&jsonc, outer.value, &inner)) {
            check(jsonc_member_is(&jsonc, &inner, place->name, &same, &error));
            if (!same)
                continue;
            *ret_begin = inner.value;
            *ret_end = inner.value_end;
            found = true;
        }
    }
    jsonc_finish(&jsonc);
    return found;
}

static void check_bytes(const char *old, size_t size, const struct entry_place *place,
                        const struct buffer *text)
{
    size_t begin = size, end = size;
    if (!find_entry(old, size, place, &begin, &end)) {
        check(holds_all_of(text, old, size));
        return;
    }
    check(text->size >= begin + size - end && memcmp(text->data, old, begin) == 0);
    check(memcmp(text->data + text->size - (size - end), old + end, size - end) == 0);
}

/* Secrets never appear, unless somebody else's file has the same bytes. */
static void check_shown(const char *old, size_t size, const struct buffer *text, json_t *entry)
{
    struct buffer lines = BUFFER_INIT(SIZE_MAX / 4), shown = BUFFER_INIT(SIZE_MAX / 4);
    struct error error = {0};
    check(change_lines(old, size, text->data, text->size, &lines, &error));
    check(change_hide_secrets(text->data, text->size, &shown, &error));
    json_decref(meaning(shown.data, shown.size));
    const char *value =
        json_string_value(json_object_get(json_object_get(entry, "env"), "S3_BUCKET"));
    if (!contains(old, size, SECRET) && !strstr(value ? value : "", SECRET))
        check(!contains(lines.data, lines.size, SECRET) &&
              !contains(shown.data, shown.size, SECRET));
    if (size == text->size && memcmp(old, text->data, size) == 0)
        check(lines.size == 0);
    buffer_finish(&lines);
    buffer_finish(&shown);
}

static void check_again(const struct buffer *text, const struct entry_place *place,
                        const json_t *entry)
{
    struct buffer again = BUFFER_INIT(SIZE_MAX / 4);
    struct error error = {0};
    json_t *got = NULL;
    check(entry_text_get(text->data, text->size, place, &got, &error) && json_equal(got, entry));
    json_decref(got);
    check(entry_text_put(text->data, text->size, place, entry, &again, &error));
    check(again.size == text->size && memcmp(again.data, text->data, text->size) == 0);
    buffer_finish(&again);
}

static void check_removed(const char *old, size_t size, const struct entry_place *place)
{
    struct buffer text = BUFFER_INIT(SIZE_MAX / 4);
    const struct buffer whole = {.data = (char *)old, .size = size};
    struct error error = {0};
    json_t *got = NULL;
    check(entry_text_remove(old, size, place, &text, &error));
    check(holds_all_of(&whole, text.data, text.size));
    if (text.size > 0 && text.size != size)
        check_meaning(&text, expected(old, size, place, NULL));
    check(entry_text_get(text.size ? text.data : "", text.size, place, &got, &error) && !got);
    buffer_finish(&text);
}

static void try_file(const char *old, size_t size, const struct entry_place *place, json_t *entry)
{
    struct buffer text = BUFFER_INIT(SIZE_MAX / 4);
    struct error error = {0};
    if (entry_text_put(old, size, place, entry, &text, &error)) {
        check_meaning(&text, expected(old, size, place, entry));
        check_bytes(old, size, place, &text);
        check_shown(old, size, &text, entry);
        check_again(&text, place, entry);
        check_removed(old, size, place);
        check_removed(text.data, text.size, place);
    } else {
        check(error.code == ERROR_INVALID && text.size == 0);
    }
    buffer_finish(&text);
}

/* Of a basic string of TOML 1.0 (section "String"), which is one line: what it means, or NULL. */
static json_t *toml_string(const char *line)
{
    size_t length = strlen(line);
    check(length >= 2 && line[0] == '"' && line[length - 1] == '"');
    for (size_t i = 1; i < length - 1; i++) {
        unsigned char c = (unsigned char)line[i];
        check(c != '"' && c != 0x7F && (c >= ' ' || c == '\t'));
        if (c == '\\')
            check(strchr("btnfr\"\\u", line[++i]) != NULL);
    }
    return json_loads(line, JSON_DECODE_ANY, NULL);
}

static void try_toml(json_t *entry)
{
    struct buffer text = BUFFER_INIT(SIZE_MAX / 4);
    struct error error = {0};
    check(toml_entry("mcp_servers", "image-storage", entry, &text, &error));
    char *next = text.data, *line;
    while ((line = strsep(&next, "\n"))) {
        char *equals = strstr(line, " = ");
        if (!equals) {
            check(!*line || *line == '[');
            continue;
        }
        *equals = '\0';
        json_t *value = toml_string(equals + 3);
        const json_t *whole = json_object_get(json_object_get(entry, "env"), line);
        check(json_equal(value, whole ? whole : json_object_get(entry, "command")));
        json_decref(value);
    }
    buffer_finish(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t kind = take_byte(&input);
    char *value = take_text(&input);
    size_t length = input.size;
    char *text = take_bytes(&input, length);
    json_t *entry = make_entry(kind, value);
    try_file(text, length, &places[(kind >> 4) % (sizeof places / sizeof *places)], entry);
    try_toml(entry);
    json_decref(entry);
    free(text);
    free(value);
    return 0;
}
