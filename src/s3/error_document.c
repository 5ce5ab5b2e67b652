/* SPDX-License-Identifier: MIT */
#include "s3/error_document.h"

#include "base/cleanup.h"
#include "base/utf8.h"

#include <expat.h>
#include <string.h>

/* The children of the root <Error> that a table names are collected, everything else is passed
 * over. A DOCTYPE stops the parser before any entity can be declared. */

struct error_parser {
    XML_Parser expat;
    struct error_document document;
    unsigned depth;
    bool root_is_error;
    char *text; /* where the element being read is collected; NULL: nowhere */
    size_t size, capacity;
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
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(fields[i].name, name) != 0)
            continue;
        *ret_capacity = fields[i].capacity;
        return fields[i].text;
    }
    return NULL;
}

/* "http://s3.amazonaws.com/doc/2006-03-01/ Error" and "s3:Error" -> "Error" */
static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static void on_start(void *argument, const XML_Char *name, const XML_Char **attributes)
{
    struct error_parser *parser = argument;
    (void)attributes;
    parser->depth++;
    parser->text = NULL;
    if (parser->depth == 1)
        parser->root_is_error = strcmp(local_name(name), "Error") == 0;
    if (parser->depth > ERROR_DOCUMENT_DEPTH || !parser->root_is_error) {
        XML_StopParser(parser->expat, XML_FALSE);
        return;
    }
    if (parser->depth != 2)
        return;
    parser->text = find_field(&parser->document, local_name(name), &parser->capacity);
    parser->size = 0;
}

static void on_text(void *argument, const XML_Char *text, int length)
{
    struct error_parser *parser = argument;
    for (int i = 0; parser->text && i < length; i++) {
        if (parser->size + 1 >= parser->capacity) {
            parser->size = utf8_cut(parser->text, parser->size, parser->size - 1);
            parser->text[parser->size] = '\0';
            parser->text = NULL;
            return;
        }
        /* it goes into one-line sentences */
        unsigned char c = (unsigned char)text[i];
        parser->text[parser->size++] = c < ' ' || c == 127 ? ' ' : (char)c;
        parser->text[parser->size] = '\0';
    }
}

static void on_end(void *argument, const XML_Char *name)
{
    struct error_parser *parser = argument;
    (void)name;
    parser->depth--;
    parser->text = NULL;
}

static void on_doctype(void *argument, const XML_Char *name, const XML_Char *system_id,
                       const XML_Char *public_id, int has_internal_subset)
{
    struct error_parser *parser = argument;
    (void)name, (void)system_id, (void)public_id, (void)has_internal_subset;
    XML_StopParser(parser->expat, XML_FALSE);
}

bool error_document_parse(const char *text, size_t size, struct error_document *ret_document)
{
    if (size == 0 || size > ERROR_DOCUMENT_MAX)
        return false;
    struct error_parser parser = {.expat = XML_ParserCreate(NULL)};
    if (!parser.expat)
        return false;
    XML_SetUserData(parser.expat, &parser);
    XML_SetElementHandler(parser.expat, on_start, on_end);
    XML_SetCharacterDataHandler(parser.expat, on_text);
    XML_SetStartDoctypeDeclHandler(parser.expat, on_doctype);
    bool well_formed = XML_Parse(parser.expat, text, (int)size, XML_TRUE) == XML_STATUS_OK;
    XML_ParserFree(parser.expat);
    if (!well_formed || parser.document.code[0] == '\0')
        return false;
    *ret_document = parser.document;
    return true;
}
