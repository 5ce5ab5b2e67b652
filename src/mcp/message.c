/* SPDX-License-Identifier: MIT */
/* Ids and progress tokens must go back exactly as they came (1.0 is not 1, and 2^64 fits no
 * double), so their texts are kept beside their values. */
#include "mcp/message.h"

#include "base/json_read.h"
#include "base/json_text.h"

#include <string.h>

/* An id or a progress token that its value does not tell the text of. */
struct message_echo {
    const json_t *value;
    char *text;
};

struct message *message_create(size_t max_text, const char nonce[MESSAGE_NONCE_SIZE])
{
    struct message *message = calloc(1, sizeof *message);
    if (!message)
        return NULL;
    message->text = BUFFER_INIT(max_text);
    memcpy(message->nonce, nonce, MESSAGE_NONCE_SIZE);
    atomic_init(&message->references, 1);
    return message;
}

struct message *message_ref(struct message *message)
{
    atomic_fetch_add(&message->references, 1);
    return message;
}

void message_unref(struct message *message)
{
    if (!message || atomic_fetch_sub(&message->references, 1) > 1)
        return;
    for (size_t i = 0; i < message->lifted_count; i++) {
        base64_decoder_finish(&message->lifted[i]->decoder);
        free(message->lifted[i]);
    }
    free(message->lifted);
    for (size_t i = 0; i < message->echo_count; i++)
        free(message->echoes[i].text);
    free(message->echoes);
    json_decref(message->root);
    buffer_finish(&message->text);
    free(message);
}

size_t message_size(const struct message *message)
{
    size_t size = message->text.size + message->memory;
    for (size_t i = 0; i < message->lifted_count; i++)
        if (message->lifted[i]->decoder.blob)
            size += message->lifted[i]->decoder.blob->size;
    return size;
}

struct lifted_string *message_lifted(const struct message *message, const json_t *string)
{
    const char *text = json_string_value(string);
    size_t size = json_string_length(string), nonce_size = strlen(message->nonce);
    if (!text || size <= nonce_size + 2 || text[0] != '\0' ||
        memcmp(text + 1, message->nonce, nonce_size) != 0)
        return NULL;
    unsigned long index = strtoul(text + nonce_size + 2, NULL, 10);
    return index < message->lifted_count ? message->lifted[index] : NULL;
}

/* strchr() would find NUL in any set. */
static bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

/* Skips a string whose opening quote is at *at; false if it does not end. */
static bool skip_string(const char **at, const char *end)
{
    for (const char *p = *at + 1; p < end; p++) {
        if (*p == '\\') {
            p++;
        } else if (*p == '"') {
            *at = p + 1;
            return true;
        }
    }
    return false;
}

static json_t *read_json(const char *text, size_t size, const char *marker,
                         struct json_reading *reading, struct error *error)
{
    reading->max_depth = MESSAGE_MAX_DEPTH;
    reading->max_values = MESSAGE_MAX_VALUES;
    reading->marker = marker;
    return json_read(reading, text, size, error);
}

/* Where ids and progress tokens are; what is longer is none. */
enum { ECHO_MAX_DEPTH = 4, ECHO_MAX_SIZE = 4096, ECHO_MEMORY = 64 };

/* struct json_reading's note. */
static bool add_echo(void *argument, const json_t *value, size_t depth, const char *text,
                     size_t size)
{
    struct message *message = argument;
    if (depth > ECHO_MAX_DEPTH || size > ECHO_MAX_SIZE)
        return true;
    size_t room = message->echo_count;
    if ((room & (room - 1)) == 0) { /* full, at powers of two */
        struct message_echo *more = realloc(message->echoes, (2 * room + 1) * sizeof *more);
        if (!more)
            return false;
        message->echoes = more;
    }
    struct message_echo echo = {.value = value, .text = strndup(text, size)};
    if (!echo.text)
        return false;
    message->echoes[message->echo_count++] = echo;
    message->memory += ECHO_MEMORY + size;
    return true;
}

char *message_echo(const struct message *message, const json_t *value)
{
    for (size_t i = 0; i < message->echo_count; i++)
        if (message->echoes[i].value == value)
            return strdup(message->echoes[i].text);
    return json_text(value, 0);
}

bool message_parse(struct message *message, struct error *error)
{
    const size_t mark_size = strlen(MESSAGE_MARK);
    struct json_reading reading = {
        .hide_positions = message->lifted_count > 0, .note = add_echo, .argument = message};
    const char *text = message->text.data ? message->text.data : "";
    size_t size = message->text.size;
    if (size >= mark_size && memcmp(text, MESSAGE_MARK, mark_size) == 0) {
        text += mark_size;
        size -= mark_size;
    }
    message->root = read_json(text, size, message->nonce, &reading, error);
    if (!message->root)
        return false;
    message->memory += reading.memory;
    buffer_finish(&message->text); /* the values say it all */
    return true;
}

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && is_one_of(*at, " \t\r\n"))
        at++;
    return at;
}

/* The text of the value at `at`, when it is a whole string or number. */
static char *copy_id(const char *at, const char *end)
{
    const char *stop = at;
    if (at < end && *at == '"') {
        if (!skip_string(&stop, end))
            return NULL;
    } else {
        while (stop < end && is_one_of(*stop, "+-.0123456789Ee"))
            stop++;
        if (stop == end || !is_one_of(*stop, ",} \t\r\n")) /* it may go on */
            return NULL;
    }
    struct json_reading reading = {0};
    struct error error;
    char *text = (size_t)(stop - at) <= ECHO_MAX_SIZE ? strndup(at, (size_t)(stop - at)) : NULL;
    json_t *id = text ? read_json(text, strlen(text), NULL, &reading, &error) : NULL;
    if (!json_is_string(id) && !json_is_number(id)) {
        free(text);
        text = NULL;
    }
    json_decref(id);
    return text;
}

char *message_find_id(const struct message *message)
{
    static const char name[] = "\"id\"";
    const char *at = message->text.data, *end = at ? at + message->text.size : NULL;
    int depth = 0;
    while (at < end) {
        const char *token = at;
        if (*at == '"') {
            if (!skip_string(&at, end))
                return NULL;
            const char *colon = skip_space(at, end);
            if (depth == 1 && at - token == sizeof name - 1 &&
                memcmp(token, name, sizeof name - 1) == 0 && colon < end && *colon == ':')
                return copy_id(skip_space(colon + 1, end), end);
            continue;
        }
        if (*at == '{' || *at == '[')
            depth++;
        else if (*at == '}' || *at == ']')
            depth--;
        at++;
    }
    return NULL;
}

static json_t *lifted_text(const struct message *message, const struct lifted_string *lifted,
                           struct error *error)
{
    if (lifted->error.code != ERROR_NONE || lifted->decoder.offset > message->text.max) {
        error_set(error, ERROR_TOO_LARGE, "a string is longer than is accepted");
        return NULL;
    }
    struct buffer text = BUFFER_INIT(SIZE_MAX / 4);
    json_t *string = NULL;
    if (buffer_append_string(&text, lifted->head, error) &&
        base64_decoder_text(&lifted->decoder, &text, error)) {
        string = json_stringn_nocheck(text.data, text.size);
        if (!string)
            error_no_memory(error);
    }
    buffer_finish(&text);
    return string;
}

/* What the schema says of a member, or NULL. */
static const json_t *member_schema(const json_t *schema, const char *name)
{
    return json_object_get(json_object_get(schema, "properties"), name);
}

static bool restore_array(struct message *message, json_t *array, struct error *error)
{
    size_t index;
    json_t *child;
    json_array_foreach(array, index, child)
    {
        struct lifted_string *lifted = message_lifted(message, child);
        if (lifted) {
            json_t *text = lifted_text(message, lifted, error);
            if (!text || json_array_set_new(array, index, text) < 0)
                return text ? error_no_memory(error) : false;
        } else if (!message_restore(message, child, NULL, error)) {
            return false;
        }
    }
    return true;
}

bool message_restore(struct message *message, json_t *value, const json_t *schema,
                     struct error *error)
{
    if (message->lifted_count == 0)
        return true;
    if (json_is_array(value))
        return restore_array(message, value, error);
    const char *name;
    json_t *child;
    json_object_foreach(value, name, child)
    {
        const json_t *known = member_schema(schema, name);
        struct lifted_string *lifted = message_lifted(message, child);
        if (lifted && !json_object_get(known, "contentEncoding")) {
            json_t *text = lifted_text(message, lifted, error);
            if (!text || json_object_set_new_nocheck(value, name, text) < 0)
                return text ? error_no_memory(error) : false;
        } else if (!lifted && !message_restore(message, child, known, error)) {
            return false;
        }
    }
    return true;
}
