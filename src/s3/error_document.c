/* SPDX-License-Identifier: MIT */
#include "s3/error_document.h"

#include "base/utf8.h"
#include "s3/xml.h"

#include <string.h>

/* The children of the root <Error> that a table names are kept, everything else is passed over. */

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
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(fields[i].name, name) != 0)
            continue;
        *ret_capacity = fields[i].capacity;
        return fields[i].text;
    }
    return NULL;
}

static bool on_begin(void *argument, unsigned depth, const char *name)
{
    (void)argument;
    return depth > 1 || strcmp(name, "Error") == 0;
}

/* What is kept goes into one-line sentences. */
static bool on_end(void *argument, unsigned depth, const char *name, const char *text, size_t size)
{
    size_t capacity;
    char *field = depth == 2 ? find_field(argument, name, &capacity) : NULL;
    if (!field)
        return true;
    size_t length = utf8_cut(text, size, capacity - 1);
    for (size_t i = 0; i < length; i++)
        field[i] = (unsigned char)text[i] < ' ' || text[i] == 127 ? ' ' : text[i];
    field[length] = '\0';
    return true;
}

bool error_document_parse(const char *text, size_t size, struct error_document *ret_document)
{
    static const struct xml_handler handler = {.begin = on_begin, .end = on_end};
    struct error_document document = {0};
    if (size > ERROR_DOCUMENT_MAX || !xml_read(text, size, &handler, &document) ||
        document.code[0] == '\0')
        return false;
    *ret_document = document;
    return true;
}
