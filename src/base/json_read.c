/* SPDX-License-Identifier: MIT */
/* Why not json_loadb(): it refuses legal JSON (half a surrogate pair, U+0000 in a name, an integer
 * beyond 64 bits), it builds whatever a text of a few megabytes asks for (a hundred bytes and more
 * for each "{}"), and its lexer ignores that memory runs out: a byte of a string is missing then,
 * or it reads past the string's end.
 *
 * One pass, by recursive descent; the depth is limited, so the stack is. Member names and strings
 * that need to be put together are kept in one buffer that is used as a stack. */
#include "base/json_read.h"

#include "base/array.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* About what jansson and malloc take for a value, in bytes. */
enum {
    OBJECT_MEMORY = 256,
    MEMBER_MEMORY = 96,
    ARRAY_MEMORY = 144,
    STRING_MEMORY = 80,
    NUMBER_MEMORY = 40,
};

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

struct reader {
    struct json_reading *reading;
    const char *start, *at, *end;
    size_t depth, values;
    struct buffer pieces;
    struct error *error;
};

static json_t *read_value(struct reader *reader);

static json_t *reader_fail(struct reader *reader, const char *at, const char *what)
{
    if (reader->reading->hide_positions)
        error_set(reader->error, ERROR_INVALID, "%s", what);
    else
        error_set(reader->error, ERROR_INVALID, "%s (at byte %zu)", what,
                  (size_t)(at - reader->start));
    return NULL;
}

static json_t *no_memory(struct reader *reader)
{
    error_no_memory(reader->error);
    return NULL;
}

static char peek(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' ||
                                        *reader->at == '\r' || *reader->at == '\n'))
        reader->at++;
    return reader->at < reader->end ? *reader->at : '\0';
}

static bool take(struct reader *reader, char expected)
{
    if (peek(reader) != expected)
        return false;
    reader->at++;
    return true;
}

/* What stands where something else was expected. */
static json_t *fail_here(struct reader *reader, const char *expected)
{
    char what[96];
    char c = peek(reader);
    if (reader->at == reader->end)
        snprintf(what, sizeof what, "the end where %s is expected", expected);
    else if (c > ' ' && c < 0x7F)
        snprintf(what, sizeof what, "'%c' where %s is expected", c, expected);
    else
        snprintf(what, sizeof what, "the byte 0x%02x where %s is expected", (unsigned char)c,
                 expected);
    return reader_fail(reader, reader->at, what);
}

/* Strings */

static bool reader_add(struct reader *reader, const char *text, size_t size)
{
    return buffer_append(&reader->pieces, text, size, reader->error);
}

static bool read_hex(const char *text, unsigned *ret_value)
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++) {
        char c = text[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                : 16;
        if (digit == 16)
            return false;
        value = value * 16 + digit;
    }
    *ret_value = value;
    return true;
}

/* The code point of "\uXXXX" or a pair of them at reader->at, which moves past it; half of a pair
 * is its own. False: it is no such thing. The NUL after the text ends what looks ahead. */
static bool read_code_point(struct reader *reader, unsigned *ret_code)
{
    unsigned code, low;
    if (!read_hex(reader->at + 2, &code))
        return false;
    reader->at += 6;
    if (code >= 0xD800 && code < 0xDC00 && reader->at[0] == '\\' && reader->at[1] == 'u' &&
        read_hex(reader->at + 2, &low) && low >= 0xDC00 && low < 0xE000) {
        reader->at += 6;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    *ret_code = code;
    return true;
}

static bool add_code_point(struct reader *reader, unsigned code)
{
    char text[4];
    if (code < 0x80) {
        text[0] = (char)code;
        return reader_add(reader, text, 1);
    }
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; code >>= 6)
        text[i] = (char)(0x80 | (code & 0x3F));
    text[0] = (char)((0xF00 >> size) | code);
    return reader_add(reader, text, size);
}

static bool is_marker(const struct reader *reader)
{
    const char *marker = reader->reading->marker;
    size_t size = marker ? strlen(marker) : 0;
    return marker && (size_t)(reader->end - reader->at) >= size &&
           memcmp(reader->at, marker, size) == 0;
}

/* first: it begins the string. *mended is set when the string does not hold what it says. */
static bool read_escape(struct reader *reader, bool first, bool *mended)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char letter = reader->at[1]; /* the NUL at the end of the text, perhaps */
    const char *found = letter ? strchr(letters, letter) : NULL;
    unsigned code;
    if (found) {
        reader->at += 2;
        return reader_add(reader, &meant[found - letters], 1);
    }
    if (letter != 'u' || !read_code_point(reader, &code))
        return reader_fail(reader, reader->at, "an unknown escape sequence");
    bool half = code >= 0xD800 && code < 0xE000;
    if ((code || (first && is_marker(reader))) && !half)
        return add_code_point(reader, code);
    *mended = true;
    return reader_add(reader, replacement, strlen(replacement));
}

/* The length of what can be taken as it is. */
static bool measure_plain(struct reader *reader, size_t *ret_size)
{
    const char *at = reader->at;
    uint32_t ignored;
    for (;;) {
        unsigned char c = (unsigned char)*at;
        if (c == '"' || c == '\\' || (c < 0x20 && at < reader->end) || at == reader->end)
            break;
        size_t length = utf8_decode(at, (size_t)(reader->end - at), &ignored);
        if (length == 0) {
            char what[48];
            snprintf(what, sizeof what, "the byte 0x%02x is not UTF-8", c);
            return reader_fail(reader, at, what);
        }
        at += length;
    }
    if (at == reader->end)
        return reader_fail(reader, at, "the end in the middle of a string");
    if (*at != '"' && *at != '\\')
        return reader_fail(reader, at, "a control character in a string");
    *ret_size = (size_t)(at - reader->at);
    return true;
}

/* Puts a string, whose opening quote was read, together at the end of the pieces. */
static bool read_pieces(struct reader *reader, bool *mended)
{
    size_t size, start = reader->pieces.size;
    *mended = false;
    for (;;) {
        if (!measure_plain(reader, &size) || !reader_add(reader, reader->at, size))
            return false;
        reader->at += size;
        if (*reader->at == '"')
            break;
        if (!read_escape(reader, reader->pieces.size == start, mended))
            return false;
    }
    reader->at++;
    return true;
}

static json_t *make_string(struct reader *reader, const char *text, size_t size)
{
    json_t *string = json_stringn_nocheck(text, size);
    reader->reading->memory += STRING_MEMORY + size;
    return string ? string : no_memory(reader);
}

static json_t *note(struct reader *reader, json_t *value, const char *text)
{
    const struct json_reading *reading = reader->reading;
    if (!value || !reading->note ||
        reading->note(reading->argument, value, reader->depth, text, (size_t)(reader->at - text)))
        return value;
    json_decref(value);
    return no_memory(reader);
}

static json_t *read_string(struct reader *reader)
{
    const char *token = reader->at++;
    size_t size, start = reader->pieces.size;
    bool mended;
    if (!measure_plain(reader, &size))
        return NULL;
    if (reader->at[size] == '"') { /* most are: no copy, then */
        reader->at += size + 1;
        return make_string(reader, token + 1, size);
    }
    if (!read_pieces(reader, &mended))
        return NULL;
    json_t *string = make_string(reader, reader->pieces.data + start, reader->pieces.size - start);
    reader->pieces.size = start;
    return mended ? note(reader, string, token) : string;
}

/* Numbers and words */

static const char *skip_digits(const char *at)
{
    while (*at >= '0' && *at <= '9')
        at++;
    return at;
}

/* The end of a number (RFC 8259 section 6), or NULL. */
static const char *number_end(const char *at, bool *ret_integer)
{
    at += *at == '-';
    const char *digits = at, *end = skip_digits(at);
    if (end == digits || (*digits == '0' && end > digits + 1))
        return NULL;
    *ret_integer = true;
    if (*end == '.') {
        *ret_integer = false;
        digits = end + 1;
        if ((end = skip_digits(digits)) == digits)
            return NULL;
    }
    if (*end == 'e' || *end == 'E') {
        *ret_integer = false;
        digits = end + 1;
        digits += *digits == '+' || *digits == '-';
        if ((end = skip_digits(digits)) == digits)
            return NULL;
    }
    return end;
}

static json_t *read_number(struct reader *reader)
{
    const char *token = reader->at;
    bool integer;
    const char *end = number_end(token, &integer);
    if (!end)
        return reader_fail(reader, token, "a malformed number");
    reader->at = end;
    reader->reading->memory += NUMBER_MEMORY;
    errno = 0;
    long long whole = integer ? strtoll(token, NULL, 10) : 0;
    if (integer && errno == 0) {
        json_t *value = json_integer(whole);
        return value ? value : no_memory(reader);
    }
    double real = strtod(token, NULL); /* the locale is always "C" */
    if (real > 0x1.fffffffffffffp1023 || real < -0x1.fffffffffffffp1023)
        return reader_fail(reader, token, "a number that is too large");
    json_t *value = json_real(real);
    return value ? note(reader, value, token) : no_memory(reader);
}

static json_t *read_word(struct reader *reader)
{
    static const struct {
        const char *text;
        json_t *(*make)(void);
    } words[] = {{"true", json_true}, {"false", json_false}, {"null", json_null}};
    for (size_t i = 0; i < LENGTH(words); i++) {
        size_t size = strlen(words[i].text);
        if ((size_t)(reader->end - reader->at) >= size &&
            memcmp(reader->at, words[i].text, size) == 0) {
            reader->at += size;
            return words[i].make();
        }
    }
    return fail_here(reader, "a value");
}

/* Objects and arrays */

static bool set_member(struct reader *reader, json_t *object, size_t name_at, json_t *value)
{
    const char *name = reader->pieces.data + name_at; /* where it is now */
    reader->reading->memory += MEMBER_MEMORY + reader->pieces.size - name_at;
    if (json_object_set_new_nocheck(object, name, value) < 0)
        return no_memory(reader);
    reader->pieces.size = name_at;
    return true;
}

static bool read_member(struct reader *reader, json_t *object)
{
    size_t name_at = reader->pieces.size;
    bool mended;
    if (peek(reader) != '"')
        return fail_here(reader, "a member name");
    const char *token = reader->at++;
    if (!read_pieces(reader, &mended) || !reader_add(reader, "", 1)) /* with its NUL */
        return false;
    if (json_object_get(object, reader->pieces.data + name_at))
        return reader_fail(reader, token, "a duplicate member name");
    if (!take(reader, ':'))
        return fail_here(reader, "':'");
    json_t *value = read_value(reader);
    return value && set_member(reader, object, name_at, value);
}

static bool read_item(struct reader *reader, json_t *array)
{
    json_t *value = read_value(reader);
    if (!value)
        return false;
    return json_array_append_new(array, value) == 0 || no_memory(reader);
}

/* Enters an object or array, reads what is in it, and leaves it; takes over the container. */
static json_t *read_container(struct reader *reader, json_t *container, char close,
                              bool (*read)(struct reader *reader, json_t *container))
{
    if (!container)
        return no_memory(reader);
    bool good = true;
    reader->at++;
    if (++reader->depth > reader->reading->max_depth) {
        good = error_set(reader->error, ERROR_TOO_LARGE, "it is nested more than %zu levels deep",
                         reader->reading->max_depth);
    } else if (!take(reader, close)) {
        do
            good = read(reader, container);
        while (good && take(reader, ','));
        if (good && !take(reader, close))
            good = fail_here(reader, close == '}' ? "',' or '}'" : "',' or ']'");
    }
    reader->depth--;
    if (good)
        return container;
    json_decref(container);
    return NULL;
}

static json_t *read_value(struct reader *reader)
{
    if (++reader->values > reader->reading->max_values) {
        error_set(reader->error, ERROR_TOO_LARGE, "it has more than %zu values",
                  reader->reading->max_values);
        return NULL;
    }
    char c = peek(reader);
    switch (c) {
    case '{':
        reader->reading->memory += OBJECT_MEMORY;
        return read_container(reader, json_object(), '}', read_member);
    case '[':
        reader->reading->memory += ARRAY_MEMORY;
        return read_container(reader, json_array(), ']', read_item);
    case '"':
        return read_string(reader);
    default:
        return c == '-' || (c >= '0' && c <= '9') ? read_number(reader) : read_word(reader);
    }
}

json_t *json_read(struct json_reading *reading, const char *text, size_t size, struct error *error)
{
    CLEANUP(buffer_finish) struct buffer pieces = BUFFER_INIT(SIZE_MAX / 4);
    struct reader reader = {
        .reading = reading, .start = text, .at = text, .end = text + size, .error = error};
    reader.pieces = pieces;
    reading->memory = 0;
    json_t *value = read_value(&reader);
    pieces = reader.pieces;
    if (value && (peek(&reader) || reader.at < reader.end)) {
        json_decref(value);
        value = fail_here(&reader, "the end");
    }
    return value;
}
