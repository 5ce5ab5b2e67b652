/* SPDX-License-Identifier: MIT */
/* A state machine over the bytes of a line. Between strings it looks at each byte for quotes,
 * brackets and nothing else. Inside a string it jumps from one quote or backslash to the next with
 * memchr. A string is collected as text until it is MESSAGE_LIFT_THRESHOLD long; then it is tried
 * as base64, and if it is, everything collected of it and everything that follows goes to the
 * decoder instead. If the decoder refuses later, the text is rebuilt from what was decoded and
 * collecting goes on. A string that is over a limit is dropped up to its closing quote, so that the
 * rest of the message, with its id, is still read; of one that began as base64 the reason is kept,
 * since it is most likely a damaged image. */
#include "mcp/message_reader.h"

#include <string.h>
#include <sys/random.h>

/* What has so many characters of base64 before it goes wrong was meant to be base64. */
enum { LIKELY_BASE64 = 256 };

enum reader_state {
    STATE_STRUCTURE, /* between strings */
    STATE_STRING,    /* in a string that is collected as text */
    STATE_LIFT,      /* in a string that is being decoded */
    STATE_DROP,      /* in a string that is over a limit */
    STATE_SKIP,      /* the rest of the line is of no use */
};

struct message_reader {
    struct message_limits limits;
    char nonce[MESSAGE_NONCE_SIZE];

    /* The line that is being read. */
    struct message *message; /* NULL at its beginning */
    enum reader_state state;
    unsigned depth;
    uint64_t objects; /* a bit for each depth: whether it is an object */
    bool name_next;   /* what comes next is a member name, if it is a string */
    bool blank;

    /* The string that is being read. */
    size_t string_start;  /* where it begins in the text, after its quote */
    bool is_text;         /* it has been tried: not base64 */
    struct error refusal; /* why it is none although it began so; else ERROR_NONE */
    bool escaped;         /* the last character was a backslash (STRING, DROP) */
    char escape[6];       /* the escape sequence that is being read (LIFT) */
    size_t escape_size;
    struct lifted_string *lifted; /* what it is decoded into (LIFT), or what was too large (DROP) */
    size_t lifted_bytes;          /* decoded in this message so far */
};

/* A piece of one line; next_quote is the first quote at or after `at`, found once. */
struct span {
    const char *at, *end, *next_quote;
};

bool message_reader_create(const struct message_limits *limits, struct message_reader **ret_reader,
                           struct error *error)
{
    struct message_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return error_no_memory(error);
    unsigned char random[(MESSAGE_NONCE_SIZE - 1) / 2];
    if (getrandom(random, sizeof random, 0) != sizeof random) {
        free(reader);
        return error_set(error, ERROR_INTERNAL, "the system gives no random numbers");
    }
    hex_encode(random, sizeof random, reader->nonce);
    reader->limits = *limits;
    reader->blank = true;
    *ret_reader = reader;
    return true;
}

static void lifted_destroy(struct lifted_string *lifted)
{
    if (!lifted)
        return;
    base64_decoder_finish(&lifted->decoder);
    free(lifted);
}

static void start_line(struct message_reader *reader)
{
    lifted_destroy(reader->lifted);
    reader->lifted = NULL;
    reader->message = NULL;
    reader->state = STATE_STRUCTURE;
    reader->depth = 0;
    reader->objects = 0;
    reader->name_next = false;
    reader->blank = true;
    reader->escaped = false;
    reader->escape_size = 0;
    reader->lifted_bytes = 0;
}

void message_reader_destroy(struct message_reader *reader)
{
    if (!reader)
        return;
    message_unref(reader->message);
    lifted_destroy(reader->lifted);
    free(reader);
}

static void skip_line(struct message_reader *reader, enum message_problem problem)
{
    reader->message->problem = problem;
    reader->state = STATE_SKIP;
    reader->blank = false; /* a line with anything in it is answered */
}

/* The string that is being collected is over the limit. The rest of the line needs room, but once
 * only. */
static void drop_string(struct message_reader *reader)
{
    struct message *message = reader->message;
    message->text.size = reader->string_start;
    reader->state = STATE_DROP;
    if (reader->refusal.code != ERROR_NONE &&
        (reader->lifted = calloc(1, sizeof(struct lifted_string)))) {
        reader->lifted->error = reader->refusal;
        return;
    }
    if (message->problem == MESSAGE_OK)
        message->text.max += MESSAGE_LIFT_THRESHOLD;
    message->problem = MESSAGE_TOO_LONG;
}

static size_t text_room(const struct message *message)
{
    return message->text.max - message->text.size;
}

/* Adds to the text. A string over the limit is dropped whole; anything else over it ends the line,
 * at the same byte wherever the pieces are cut. */
static void add_text(struct message_reader *reader, const char *data, size_t size)
{
    struct message *message = reader->message;
    struct error error;
    bool fits = size <= text_room(message);
    if (!fits && reader->state == STATE_STRING)
        drop_string(reader);
    else if (!buffer_append(&message->text, data, fits ? size : text_room(message), &error))
        skip_line(reader, MESSAGE_NO_MEMORY);
    else if (!fits)
        skip_line(reader, MESSAGE_TOO_LONG);
}

static void add_lifted(struct message_reader *reader)
{
    struct message *message = reader->message;
    struct lifted_string **all =
        realloc(message->lifted, (message->lifted_count + 1) * sizeof(struct lifted_string *));
    if (!all) {
        skip_line(reader, MESSAGE_NO_MEMORY);
        return;
    }
    message->lifted = all;
    char marker[MESSAGE_NONCE_SIZE + 32];
    int size = snprintf(marker, sizeof marker, "\\u0000%s:%zu\"", reader->nonce,
                        message->lifted_count);
    message->lifted[message->lifted_count++] = TAKE(reader->lifted);
    reader->state = STATE_STRUCTURE;
    add_text(reader, marker, (size_t)size);
}

/* The character of a JSON escape sequence, when it is one of ASCII that can stand in a data URL; 0
 * otherwise. */
static char unescape(const char *escape)
{
    switch (escape[1]) {
    case '/':
    case '"':
    case '\\':
        return escape[1];
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'u':
        break;
    default:
        return 0;
    }
    unsigned value = 0;
    for (int i = 2; i < 6; i++) {
        char c = escape[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                : 0x10000;
        value = value * 16 + digit;
    }
    return value < 0x80 ? (char)value : 0;
}

static const char *next_special(struct span *span)
{
    if (span->next_quote < span->at) {
        span->next_quote = memchr(span->at, '"', (size_t)(span->end - span->at));
        if (!span->next_quote)
            span->next_quote = span->end;
    }
    const char *backslash = memchr(span->at, '\\', (size_t)(span->next_quote - span->at));
    return backslash ? backslash : span->next_quote;
}

/* One character of an escape sequence; false when it makes the string something else than base64.
 */
static bool lift_escape(struct message_reader *reader, struct span *span, struct error *error)
{
    reader->escape[reader->escape_size++] = *span->at++;
    if (reader->escape_size < (reader->escape[1] == 'u' ? 6u : 2u))
        return true;
    char c = unescape(reader->escape);
    size_t used;
    if (!c)
        return error_set(error, ERROR_INVALID,
                         "the escape sequence %.*s at offset %llu is not base64",
                         (int)reader->escape_size, reader->escape,
                         (unsigned long long)reader->lifted->decoder.offset);
    if (!base64_decode(&reader->lifted->decoder, &c, 1, &used, error))
        return false;
    reader->escape_size = 0;
    return true;
}

/* Decodes on, up to a quote or the end of the span. False when the decoder refuses; span->at and
 * reader->escape then hold what was not decoded. */
static bool lift(struct message_reader *reader, struct span *span, struct error *error)
{
    while (span->at < span->end) {
        if (reader->escape_size > 0) {
            if (!lift_escape(reader, span, error))
                return false;
            continue;
        }
        const char *stop = next_special(span);
        size_t used;
        bool good = base64_decode(&reader->lifted->decoder, span->at, (size_t)(stop - span->at),
                                  &used, error);
        span->at += used;
        if (!good)
            return false;
        if (stop == span->end || *stop == '"')
            return true;
        reader->escape[reader->escape_size++] = *span->at++;
    }
    return true;
}

/* Copies the head of a data URL, if there is one, and moves past it. In JSON text it may hold
 * escape sequences; those that are more than a character of ASCII make it no head of ours. */
static void lift_head(struct lifted_string *lifted, struct span *span)
{
    char head[DATA_URL_HEAD_MAX + 1];
    const char *ends[DATA_URL_HEAD_MAX + 1]; /* of each character in the JSON text */
    size_t size = 0;
    for (const char *at = span->at; at < span->end && size < DATA_URL_HEAD_MAX; size++) {
        size_t length = *at != '\\' ? 1 : span->end - at > 1 && at[1] == 'u' ? 6 : 2;
        if ((size_t)(span->end - at) < length)
            break;
        char c = length == 1 ? *at : unescape(at);
        if (!c)
            break;
        head[size] = c;
        at += length;
        ends[size] = at;
    }
    struct data_url_head found = data_url_head(head, size);
    if (found.size == 0 || !found.base64)
        return;
    memcpy(lifted->head, head, found.size);
    lifted->decoder.offset = found.size; /* what errors count from */
    span->at = ends[found.size - 1];
}

static void drop_lifted(struct message_reader *reader, const struct error *error)
{
    base64_decoder_finish(&reader->lifted->decoder);
    reader->lifted->error = *error;
    reader->escape_size = 0;
    reader->escaped = false;
    reader->state = STATE_DROP;
}

/* The string has reached the threshold: is it base64 so far? */
static void try_lift(struct message_reader *reader)
{
    struct message *message = reader->message;
    struct lifted_string *lifted = calloc(1, sizeof *lifted);
    if (!lifted) {
        skip_line(reader, MESSAGE_NO_MEMORY);
        return;
    }
    size_t budget = 2 * reader->limits.lifted - reader->lifted_bytes;
    lifted->limit = budget < reader->limits.lifted ? budget : reader->limits.lifted;
    base64_decoder_init(&lifted->decoder, lifted->limit);
    reader->lifted = lifted;

    struct span span = {.at = message->text.data + reader->string_start,
                        .end = message->text.data + message->text.size};
    lift_head(lifted, &span);
    struct error error;
    if (lift(reader, &span, &error)) {
        message->text.size = reader->string_start;
        buffer_terminate(&message->text);
        reader->state = STATE_LIFT;
    } else if (error.code == ERROR_TOO_LARGE) {
        message->text.size = reader->string_start;
        drop_lifted(reader, &error);
    } else if (error.code == ERROR_INVALID) {
        if (*lifted->head || lifted->decoder.offset >= LIKELY_BASE64)
            reader->refusal = error;
        reader->is_text = true;
        reader->escape_size = 0;
        lifted_destroy(lifted);
        reader->lifted = NULL;
    } else {
        skip_line(reader, MESSAGE_NO_MEMORY);
    }
}

/* Adds text as it stands in a JSON string. */
static void add_escaped(struct message_reader *reader, const char *text, size_t size)
{
    static const char special[] = "\"\\\n\r\t", letters[] = "\"\\nrt";
    const char *at = text, *end = text + size;
    while (at < end && reader->state == STATE_STRING) {
        const char *plain = at;
        while (at < end && (unsigned char)*at >= ' ' && *at != '"' && *at != '\\')
            at++;
        add_text(reader, plain, (size_t)(at - plain));
        if (at == end || reader->state != STATE_STRING)
            break;
        char escape[8];
        const char *found = *at ? strchr(special, *at) : NULL;
        int length = found ? snprintf(escape, sizeof escape, "\\%c", letters[found - special])
                           : snprintf(escape, sizeof escape, "\\u%04x", (unsigned char)*at);
        add_text(reader, escape, (size_t)length);
        at++;
    }
}

/* Not base64 after all: the text goes back into the message, escaped again. */
static void put_back(struct message_reader *reader, const struct error *refusal)
{
    CLEANUP(free_cleanup) struct lifted_string *lifted = TAKE(reader->lifted);
    struct buffer text = BUFFER_INIT(SIZE_MAX / 4);
    struct error error;
    reader->refusal = *refusal;
    reader->state = STATE_STRING;
    reader->is_text = true;
    reader->escaped = false;
    add_escaped(reader, lifted->head, strlen(lifted->head));
    if (lifted->decoder.offset > text_room(reader->message)) /* not worth building */
        drop_string(reader);
    else if (base64_decoder_text(&lifted->decoder, &text, &error))
        add_escaped(reader, text.data, text.size);
    else
        skip_line(reader, MESSAGE_NO_MEMORY);
    buffer_finish(&text);
    base64_decoder_finish(&lifted->decoder);
    if (reader->state == STATE_STRING)
        add_text(reader, reader->escape, reader->escape_size);
    reader->escape_size = 0;
}

_Static_assert(MESSAGE_MAX_DEPTH <= 64, "a bit for each depth");

/* Keeps track of where it is: how deep, and whether a member name comes next, which is never lifted
 * out. False: too deep. */
static bool note_structure(struct message_reader *reader, char c)
{
    switch (c) {
    case '{':
    case '[':
        if (++reader->depth > MESSAGE_MAX_DEPTH)
            return false;
        reader->objects = reader->objects << 1 | (c == '{');
        reader->name_next = c == '{';
        break;
    case '}':
    case ']':
        reader->depth -= reader->depth > 0;
        reader->objects >>= 1;
        reader->name_next = false;
        break;
    case ',':
        reader->name_next = reader->objects & 1;
        break;
    case ':':
        reader->name_next = false;
        break;
    }
    return true;
}

static void scan_structure(struct message_reader *reader, struct span *span)
{
    const char *start = span->at;
    while (span->at < span->end) {
        char c = *span->at++;
        if (c == '"') {
            reader->state = STATE_STRING;
            break;
        }
        if (!note_structure(reader, c))
            break;
        if (c != ' ' && c != '\t' && c != '\r')
            reader->blank = false;
    }
    bool string = reader->state == STATE_STRING;
    reader->state = STATE_STRUCTURE;
    add_text(reader, start, (size_t)(span->at - start));
    if (reader->state == STATE_SKIP)
        return;
    if (reader->depth > MESSAGE_MAX_DEPTH) {
        skip_line(reader, MESSAGE_TOO_DEEP);
    } else if (string) {
        reader->state = STATE_STRING;
        reader->string_start = reader->message->text.size;
        reader->is_text = reader->name_next;
        reader->refusal.code = ERROR_NONE;
        reader->blank = false;
    }
}

static void scan_string(struct message_reader *reader, struct span *span)
{
    if (reader->escaped) {
        reader->escaped = false;
        add_text(reader, span->at++, 1);
        return;
    }
    size_t length = reader->message->text.size - reader->string_start;
    if (!reader->is_text && length >= MESSAGE_LIFT_THRESHOLD) {
        try_lift(reader);
        return;
    }
    const char *stop = next_special(span);
    size_t size = (size_t)(stop - span->at);
    if (!reader->is_text && length + size >= MESSAGE_LIFT_THRESHOLD) {
        size = MESSAGE_LIFT_THRESHOLD - length;
        add_text(reader, span->at, size);
        span->at += size;
        return;
    }
    add_text(reader, span->at, size);
    span->at = stop;
    if (stop == span->end || reader->state != STATE_STRING)
        return;
    reader->escaped = *stop == '\\';
    if (*stop == '"')
        reader->state = STATE_STRUCTURE;
    add_text(reader, span->at++, 1);
}

static void scan_lift(struct message_reader *reader, struct span *span)
{
    struct error error;
    bool good = lift(reader, span, &error);
    bool over = good && span->at < span->end; /* at its closing quote */
    if (over)
        good = base64_decode_end(&reader->lifted->decoder, &error);
    if (!good && error.code == ERROR_TOO_LARGE) {
        drop_lifted(reader, &error);
    } else if (!good && error.code == ERROR_INVALID) {
        put_back(reader, &error);
    } else if (!good) {
        skip_line(reader, MESSAGE_NO_MEMORY);
    } else if (over) {
        span->at++;
        reader->lifted_bytes += reader->lifted->decoder.blob->size;
        add_lifted(reader);
    }
}

static void scan_drop(struct message_reader *reader, struct span *span)
{
    if (reader->escaped) {
        reader->escaped = false;
        span->at++;
        return;
    }
    const char *stop = next_special(span);
    span->at = stop;
    if (stop == span->end)
        return;
    span->at++;
    if (*stop == '\\') {
        reader->escaped = true;
    } else if (reader->lifted) {
        add_lifted(reader);
    } else {
        reader->state = STATE_STRUCTURE;
        add_text(reader, "\"", 1);
    }
}

static void scan(struct message_reader *reader, const char *data, size_t size)
{
    struct span span = {.at = data, .end = data + size};
    while (span.at < span.end) {
        switch (reader->state) {
        case STATE_STRUCTURE:
            scan_structure(reader, &span);
            break;
        case STATE_STRING:
            scan_string(reader, &span);
            break;
        case STATE_LIFT:
            scan_lift(reader, &span);
            break;
        case STATE_DROP:
            scan_drop(reader, &span);
            break;
        case STATE_SKIP:
            return;
        }
    }
}

/* A line of nothing but a byte order mark. */
static bool is_only_mark(const struct message *message)
{
    const struct buffer *text = &message->text;
    return text->size >= strlen(MESSAGE_MARK) &&
           memcmp(text->data, MESSAGE_MARK, strlen(MESSAGE_MARK)) == 0 &&
           strspn(text->data + strlen(MESSAGE_MARK), " \t\r") == text->size - strlen(MESSAGE_MARK);
}

void message_reader_end(struct message_reader *reader, struct message **ret_message)
{
    if (!reader->message && reader->state == STATE_SKIP) { /* there may be memory to say so now */
        reader->message = message_create(reader->limits.text, reader->nonce);
        if (reader->message)
            skip_line(reader, MESSAGE_NO_MEMORY);
    }
    struct message *message = reader->blank ? NULL : TAKE(reader->message);
    if (message)
        buffer_terminate(&message->text);
    if (message && is_only_mark(message)) {
        message_unref(message);
        message = NULL;
    }
    message_unref(reader->message);
    start_line(reader);
    *ret_message = message;
}

size_t message_reader_push(struct message_reader *reader, const char *data, size_t size,
                           struct message **ret_message)
{
    *ret_message = NULL;
    if (!reader->message && reader->state != STATE_SKIP)
        reader->message = message_create(reader->limits.text, reader->nonce);
    if (!reader->message)
        reader->state = STATE_SKIP;
    const char *newline = memchr(data, '\n', size);
    size_t line = newline ? (size_t)(newline - data) : size;
    scan(reader, data, line);
    if (newline)
        message_reader_end(reader, ret_message);
    return newline ? line + 1 : size;
}
