/* SPDX-License-Identifier: MIT */
/* The children of <Error> that a table names are kept, everything else is passed over. <Error> is
 * the root, or the first thing within another root (<ErrorResponse>, <Errors>), as the other
 * protocols of AWS have it and some stores here, too. */
#include "s3/error_document.h"

#include "base/array.h"
#include "base/plain_text.h"
#include "base/utf8.h"
#include "s3/xml.h"

#include <string.h>

struct error_reader {
    struct error_document document;
    unsigned depth; /* of <Error>; 0: it has not come yet */
};

static char *find_field(struct error_document *document, const char *name, size_t *ret_capacity)
{
    const struct {
        const char *name;
        char *text;
        size_t capacity;
    } fields[] = {
        {"Code", document->code, sizeof document->code},
        {"Message", document->message, sizeof document->message},
        {"Region", document->region, sizeof document->region},
        {"RequestId", document->request_id, sizeof document->request_id},
        {"ServerTime", document->server_time, sizeof document->server_time},
        {"Header", document->subject, sizeof document->subject},
        {"ArgumentName", document->subject, sizeof document->subject},
    };
    for (size_t i = 0; i < LENGTH(fields); i++) {
        if (strcmp(fields[i].name, name) != 0)
            continue;
        *ret_capacity = fields[i].capacity;
        return fields[i].text;
    }
    return NULL;
}

static bool on_begin(void *argument, unsigned depth, const char *name)
{
    struct error_reader *reader = argument;
    bool wrapped = strcmp(name, "ErrorResponse") == 0 || strcmp(name, "Errors") == 0;
    if (reader->depth == 0 && depth <= 2 && strcmp(name, "Error") == 0)
        reader->depth = depth;
    return depth > 1 || reader->depth > 0 || wrapped;
}

/* What is kept goes into one-line sentences. */
static bool on_end(void *argument, unsigned depth, const char *name, const char *text, size_t size)
{
    struct error_reader *reader = argument;
    size_t capacity;
    bool inside = reader->depth > 0 && depth == reader->depth + 1;
    char *field = inside ? find_field(&reader->document, name, &capacity) : NULL;
    if (!field || field[0])
        return true;
    size_t length = utf8_cut(text, size, capacity - 1);
    memcpy(field, text, length);
    field[length] = '\0';
    plain_text_clean(field);
    return true;
}

bool error_document_parse(const char *text, size_t size, struct error_document *ret_document)
{
    static const struct xml_handler handler = {.begin = on_begin, .end = on_end};
    struct error_reader reader = {0};
    if (size > ERROR_DOCUMENT_MAX || xml_read(text, size, &handler, &reader) != XML_END_WHOLE ||
        reader.document.code[0] == '\0')
        return false;
    *ret_document = reader.document;
    return true;
}
