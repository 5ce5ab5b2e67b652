/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/json_text.h"
#include "base/plain_text.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "cli/text.h"
#include "storage/text_match.h"

#include "fuzz.h"

/* Texts of any bytes, on their way to a terminal, into an error, and compared without regard to
 * case. The first byte is a width; two texts follow. */

/* What a terminal could take as a command, or what turns the text around it. */
static bool is_command(uint32_t c)
{
    return c < ' ' || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0x200E ||
           c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static void check_harmless(const char *text, size_t size)
{
    while (size > 0) {
        uint32_t c;
        size_t length = utf8_decode(text, size, &c);
        check(length > 0 && length <= size && !is_command(c));
        text += length;
        size -= length;
    }
}

static void try_terminal(const char *text, size_t columns)
{
    char *shown = NULL;
    size_t size = strlen(text), shown_size, width;
    FILE *file = open_memstream(&shown, &shown_size);
    check(file);
    text_put(file, text, size);
    fclose(file);
    check_harmless(shown, shown_size);
    size_t taken = text_fitting(text, columns, &width);
    check(taken <= size && width <= columns && width <= text_width(text));
    check(taken == size || text_width(text) > columns);
    check(text_width(shown) == text_width(text));
    if (utf8_valid(text))
        check(utf8_valid(shown));
    free(shown);
}

/* Shown, it is the same JSON without anything that could command. */
static void try_shown_json(const char *text)
{
    json_t *value = json_string(text), *again;
    char *written = json_text(value, JSON_ENCODE_ANY), *shown = NULL;
    size_t size;
    if (value) {
        FILE *file = open_memstream(&shown, &size);
        check(file && written);
        text_put_json(file, written);
        fclose(file);
        check_harmless(shown, size);
        again = json_loadb(shown, size, JSON_DECODE_ANY, NULL);
        check(json_equal(value, again));
        json_decref(again);
    }
    free(shown);
    free(written);
    json_decref(value);
}

/* Nothing within a quotation looks like its end. */
static void try_quotation(const char *text, size_t max)
{
    char *quoted = malloc(max + 6), *clean = strdup(text);
    check(quoted && clean);
    plain_text_quote(text, max, quoted);
    size_t length = strlen(quoted);
    check(length < max + 6 && length >= 2 && quoted[0] == '"' && utf8_valid(quoted));
    check(strchr(quoted + 1, '"') == quoted + length - 1);
    check_harmless(quoted, length);
    plain_text_clean(clean);
    check(utf8_valid(clean) && strlen(clean) <= strlen(text));
    check_harmless(clean, strlen(clean));
    free(clean);
    free(quoted);
}

/* Markdown and HTML in somebody's words mean nothing: each sign of theirs has its backslash. */
static void try_markdown(const char *words, size_t max)
{
    static const char signs[] = "\\[]()*_`<>!#|~&\"";
    struct buffer text = BUFFER_INIT(SIZE_MAX / 4);
    struct error error = {0};
    check(quote_append(&text, QUOTE_ALT_TEXT, words, max, &error));
    check(utf8_valid(text.size ? text.data : ""));
    check_harmless(text.data, text.size);
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\\')
            check(strchr(signs, text.data[++i]) && text.data[i]);
        else
            check(!strchr(signs, text.data[i]));
    }
    buffer_finish(&text);
}

static void try_utf8(const char *text, size_t limit)
{
    struct error error = {0};
    char *mended = strdup(text), *cut;
    error_set(&error, ERROR_INVALID, "%s", text);
    check(utf8_valid(error.text));
    error_prefix(&error, "%.9s", text);
    check(utf8_valid(error.text));
    utf8_mend(mended);
    check(utf8_valid(mended) && strlen(mended) <= strlen(text));
    if (utf8_valid(text))
        check(strcmp(mended, text) == 0);
    size_t kept = utf8_cut(mended, strlen(mended), limit);
    check(kept <= limit && kept <= strlen(mended));
    cut = strndup(mended, kept);
    check(utf8_valid(cut));
    free(cut);
    free(mended);
}

static bool matches(const char *query, const char *text)
{
    struct text_match *match = NULL;
    struct error error = {0};
    bool result;
    check(text_match_create(query, &match, &error));
    check(text_match_all(match, text, &result, &error));
    text_match_destroy(match);
    return result;
}

static bool same(const char *a, const char *b)
{
    char *folded_a = NULL, *folded_b = NULL;
    struct error error = {0};
    check(text_match_fold(a, &folded_a, &error) && text_match_fold(b, &folded_b, &error));
    bool result = strcmp(folded_a, folded_b) == 0;
    free(folded_a);
    free(folded_b);
    return result;
}

/* The ASCII letters in the other case; the bytes of no other character are ASCII. */
static char *other_case(const char *text)
{
    char *result = strdup(text);
    for (char *at = result; *at; at++)
        *at ^= (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ? 0x20 : 0;
    return result;
}

static void try_match(const char *query, const char *text)
{
    char *other = other_case(query), *both = malloc(strlen(query) + strlen(text) + 3);
    check(other && both);
    check(matches(query, query) && matches(other, query) && matches("", text));
    check(matches(query, text) == matches(other, text));
    check(same(query, other) && same(text, text));
    check(same(query, text) == same(text, query));
    stpcpy(stpcpy(stpcpy(both, text), " "), query);
    check(matches(query, both));
    check(matches(text, both));
    free(both);
    free(other);
}

/* Numbers are written as people write them, and mean what they meant. */
static void try_json(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!value)
        return;
    char *written = json_text(value, JSON_ENCODE_ANY);
    check(written && utf8_valid(written));
    json_t *again = json_loads(written, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    check(json_equal(value, again));
    json_decref(again);
    json_decref(value);
    free(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    size_t width = take_byte(&input);
    char *first = take_text(&input), *second = take_text(&input);
    try_terminal(first, width);
    try_shown_json(first);
    try_quotation(first, width);
    if (utf8_valid(first))
        try_markdown(first, width);
    try_utf8(first, width);
    try_match(first, second);
    try_json(first);
    free(second);
    free(first);
    return 0;
}
