/* SPDX-License-Identifier: MIT */
#include "mcp/message.h"

#include <string.h>

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
    json_decref(message->root);
    buffer_finish(&message->text);
    free(message);
}

size_t message_size(const struct message *message)
{
    size_t size = message->text.size;
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

/* Only markers hold U+0000. Depth is bounded by the reader. */
static bool check_strings(const struct message *message, json_t *value, struct error *error)
{
    size_t index;
    const char *name;
    json_t *child;
    switch (json_typeof(value)) {
    case JSON_STRING:
        if (memchr(json_string_value(value), '\0', json_string_length(value)) &&
            !message_lifted(message, value))
            return error_set(error, ERROR_INVALID, "a string holds U+0000, which is not accepted");
        return true;
    case JSON_ARRAY:
        json_array_foreach(value, index, child)
        {
            if (!check_strings(message, child, error))
                return false;
        }
        return true;
    case JSON_OBJECT:
        json_object_foreach(value, name, child)
        {
            if (!check_strings(message, child, error))
                return false;
        }
        return true;
    default:
        return true;
    }
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

/* Whether an integer of `size` digits has no place in 64 bits. */
static bool is_too_big(const char *digits, size_t size)
{
    static const char largest[] = "9223372036854775807";
    size_t most = sizeof largest - 1;
    return size > most || (size == most && memcmp(digits, largest, most) > 0);
}

/* The text again, with an exponent of nought after each integer that is too big, so that it is read
 * as a real number: as most readers of JSON do (RFC 8259 section 6), and better than to refuse a
 * seed of 64 bits. */
static bool widen_integers(const struct buffer *text, struct buffer *widened, struct error *error)
{
    const char *at = text->data, *end = at + text->size;
    while (at < end) {
        const char *token = at;
        bool number = is_one_of(*at, "0123456789");
        if (number)
            while (at < end && is_one_of(*at, "0123456789+-.eE"))
                at++;
        else if (*at != '"' || !skip_string(&at, end))
            at++;
        size_t size = (size_t)(at - token);
        if (!buffer_append(widened, token, size, error))
            return false;
        if (number && !memchr(token, '.', size) && !memchr(token, 'e', size) &&
            !memchr(token, 'E', size) && is_too_big(token, size) &&
            !buffer_append_string(widened, "e0", error))
            return false;
    }
    return true;
}

static json_t *load(const struct buffer *text, json_error_t *json_error)
{
    return json_loadb(text->data, text->size,
                      JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, json_error);
}

bool message_parse(struct message *message, struct error *error)
{
    json_error_t json_error;
    if (memchr(message->text.data, '\0', message->text.size)) /* jansson passes over some */
        return error_set(error, ERROR_INVALID, "the text holds a NUL byte");
    message->root = load(&message->text, &json_error);
    if (!message->root && json_error_code(&json_error) == json_error_numeric_overflow) {
        CLEANUP(buffer_finish) struct buffer widened = BUFFER_INIT(SIZE_MAX / 4);
        if (!widen_integers(&message->text, &widened, error))
            return false;
        message->root = load(&widened, &json_error);
    }
    if (!message->root) {
        if (json_error_code(&json_error) == json_error_out_of_memory)
            return error_no_memory(error);
        if (message->lifted_count > 0) /* positions mean nothing to the client then */
            return error_set(error, ERROR_INVALID, "%s", json_error.text);
        return error_set(error, ERROR_INVALID, "%s (at byte %d)", json_error.text,
                         json_error.position);
    }
    return check_strings(message, message->root, error);
}

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && is_one_of(*at, " \t\r\n"))
        at++;
    return at;
}

/* The value at `at`, when it is a whole string or integer. */
static json_t *read_id(const char *at, const char *end)
{
    const char *stop = at;
    if (at < end && *at == '"') {
        if (!skip_string(&stop, end))
            return NULL;
    } else {
        while (stop < end && is_one_of(*stop, "-0123456789"))
            stop++;
        if (stop == end || !is_one_of(*stop, ",} \t\r\n")) /* it may go on */
            return NULL;
    }
    json_t *id = json_loadb(at, (size_t)(stop - at), JSON_DECODE_ANY, NULL);
    if (!json_is_string(id) && !json_is_integer(id)) {
        json_decref(id);
        return NULL;
    }
    return id;
}

json_t *message_find_id(const struct message *message)
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
                return read_id(skip_space(colon + 1, end), end);
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
        string = json_stringn(text.data, text.size);
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
