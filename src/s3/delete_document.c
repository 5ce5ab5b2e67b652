/* SPDX-License-Identifier: MIT */
/* The request is written by hand: three elements need no library. It asks for a quiet answer, which
 * names only what was not deleted. While that is read, texts go into a buffer that may move, and
 * errors know them by their offset; offset 0 holds an empty text. */
#include "s3/delete_document.h"

#include "base/array.h"
#include "base/utf8.h"
#include "s3/xml.h"

#include <stdlib.h>
#include <string.h>

bool delete_document_can_hold(const char *key)
{
    for (const char *c = key; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            return false;
    return utf8_valid(key) && !strstr(key, "\xEF\xBF\xBE") && !strstr(key, "\xEF\xBF\xBF");
}

bool delete_document_begin(struct buffer *text, struct error *error)
{
    return buffer_append_string(text,
                                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                                "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                                "<Quiet>true</Quiet>",
                                error);
}

static bool append_escaped(struct buffer *text, const char *key, struct error *error)
{
    static const struct {
        char character;
        const char *entity;
    } entities[] = {
        {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}};
    while (*key) {
        size_t plain = strcspn(key, "&<>\"'");
        if (!buffer_append(text, key, plain, error))
            return false;
        key += plain;
        for (size_t i = 0; *key && i < LENGTH(entities); i++)
            if (entities[i].character == *key &&
                !buffer_append_string(text, entities[i].entity, error))
                return false;
        key += *key != '\0';
    }
    return true;
}

bool delete_document_add(struct buffer *text, const char *key, struct error *error)
{
    return buffer_append_string(text, "<Object><Key>", error) && append_escaped(text, key, error) &&
           buffer_append_string(text, "</Key></Object>", error);
}

bool delete_document_end(struct buffer *text, struct error *error)
{
    return buffer_append_string(text, "</Delete>", error);
}

enum { ERRORS_MAX = 1000 };

struct raw_error {
    size_t key, code, message;
};

struct delete_reader {
    struct buffer texts;
    struct raw_error errors[ERRORS_MAX];
    size_t count;
    struct raw_error one; /* the one being read */
    bool in_error;
    struct error error;
};

static bool keep_text(struct delete_reader *reader, const char *text, size_t size,
                      size_t *ret_offset)
{
    *ret_offset = reader->texts.size;
    return buffer_append(&reader->texts, text, size, &reader->error) &&
           buffer_append_char(&reader->texts, '\0', &reader->error);
}

static bool on_begin(void *argument, unsigned depth, const char *name)
{
    struct delete_reader *reader = argument;
    if (depth == 1)
        return strcmp(name, "DeleteResult") == 0 || strcmp(name, "DeleteObjectsResult") == 0;
    if (depth == 2) {
        reader->in_error = strcmp(name, "Error") == 0;
        reader->one = (struct raw_error){0};
    }
    return true;
}

static bool on_end(void *argument, unsigned depth, const char *name, const char *text, size_t size)
{
    struct delete_reader *reader = argument;
    if (!reader->in_error || depth < 2 || depth > 3)
        return true;
    if (depth == 2) {
        if (reader->count == ERRORS_MAX)
            return false;
        reader->errors[reader->count++] = reader->one;
        return true;
    }
    if (strcmp(name, "Key") == 0)
        return keep_text(reader, text, size, &reader->one.key);
    if (strcmp(name, "Code") == 0)
        return keep_text(reader, text, size, &reader->one.code);
    if (strcmp(name, "Message") == 0)
        return keep_text(reader, text, size, &reader->one.message);
    return true;
}

static bool finish_reading(struct delete_reader *reader, struct delete_document *document)
{
    const char *texts = reader->texts.data;
    document->errors = calloc(reader->count + 1, sizeof *document->errors);
    if (!document->errors)
        return error_no_memory(&reader->error);
    document->count = reader->count;
    for (size_t i = 0; i < reader->count; i++)
        document->errors[i] = (struct delete_error){texts + reader->errors[i].key,
                                                    texts + reader->errors[i].code,
                                                    texts + reader->errors[i].message};
    document->texts = buffer_take(&reader->texts);
    return true;
}

bool delete_document_parse(const char *text, size_t size, struct delete_document *ret_document,
                           struct error *error)
{
    static const struct xml_handler handler = {.begin = on_begin, .end = on_end};
    struct delete_document document = {0};
    struct delete_reader reader = {.texts = BUFFER_INIT(DELETE_DOCUMENT_MAX)};
    error_set(&reader.error, ERROR_UNAVAILABLE,
              "the store's answer does not say what was deleted: check S3_ENDPOINT, and look at "
              "what is left");
    bool begun = buffer_append_char(&reader.texts, '\0', &reader.error);
    enum xml_end end = begun ? xml_read(text, size, &handler, &reader) : XML_END_BROKEN;
    if (end == XML_END_NO_MEMORY)
        error_no_memory(&reader.error);
    bool done = end == XML_END_WHOLE && finish_reading(&reader, &document);
    buffer_finish(&reader.texts);
    if (!done) {
        *error = reader.error;
        return false;
    }
    *ret_document = document;
    return true;
}

void delete_document_finish(struct delete_document *document)
{
    free(document->errors);
    free(document->texts);
    *document = (struct delete_document){0};
}
