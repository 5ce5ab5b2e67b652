/* SPDX-License-Identifier: MIT */
/* Stores put blank lines before the declaration, which XML does not allow, and call their UTF-8
 * "utf8", which expat does not know: the one is skipped, and the encoding is not asked for. A
 * DOCTYPE stops it before any entity can be declared, so nothing expands. The
 * buffer of texts is one for the whole document: it holds what came since the last tag. */
#include "s3/xml.h"

#include "base/buffer.h"

#include <expat.h>
#include <limits.h>
#include <string.h>

struct xml_reader {
    XML_Parser expat;
    bool no_memory;
    const struct xml_handler *handler;
    void *argument;
    unsigned depth;
    struct buffer text;
};

/* "s3:Error" -> "Error" */
static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static void stop_unless(struct xml_reader *reader, bool good)
{
    if (!good)
        XML_StopParser(reader->expat, XML_FALSE);
}

static void on_start(void *argument, const XML_Char *name, const XML_Char **attributes)
{
    struct xml_reader *reader = argument;
    (void)attributes;
    reader->depth++;
    buffer_clear(&reader->text);
    stop_unless(reader,
                reader->depth <= XML_DEPTH_MAX &&
                    reader->handler->begin(reader->argument, reader->depth, local_name(name)));
}

static void on_text(void *argument, const XML_Char *text, int length)
{
    struct xml_reader *reader = argument;
    struct error error;
    bool appended = buffer_append(&reader->text, text, (size_t)length, &error);
    reader->no_memory |= !appended && error.code == ERROR_NO_MEMORY;
    stop_unless(reader, appended);
}

static void on_end(void *argument, const XML_Char *name)
{
    struct xml_reader *reader = argument;
    const char *text = reader->text.data ? reader->text.data : "";
    stop_unless(reader, reader->handler->end(reader->argument, reader->depth, local_name(name),
                                             text, reader->text.size));
    reader->depth--;
    buffer_clear(&reader->text);
}

static void on_doctype(void *argument, const XML_Char *name, const XML_Char *system_id,
                       const XML_Char *public_id, int has_internal_subset)
{
    struct xml_reader *reader = argument;
    (void)name, (void)system_id, (void)public_id, (void)has_internal_subset;
    XML_StopParser(reader->expat, XML_FALSE);
}

static size_t blank_length(const char *text, size_t size)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t length = 0;
    while (length < size && strchr(" \t\r\n", text[length]) && text[length])
        length++;
    if (size - length >= sizeof mark - 1 && memcmp(text + length, mark, sizeof mark - 1) == 0)
        length += sizeof mark - 1;
    return length;
}

static enum xml_end end_of(const struct xml_reader *reader, enum XML_Status status)
{
    if (status == XML_STATUS_OK)
        return XML_END_WHOLE;
    bool no_memory = reader->no_memory || XML_GetErrorCode(reader->expat) == XML_ERROR_NO_MEMORY;
    return no_memory ? XML_END_NO_MEMORY : XML_END_BROKEN;
}

enum xml_end xml_read(const char *text, size_t size, const struct xml_handler *handler,
                      void *argument)
{
    struct xml_reader reader = {
        .handler = handler, .argument = argument, .text = BUFFER_INIT(XML_TEXT_MAX)};
    if (size == 0 || size > INT_MAX)
        return XML_END_BROKEN;
    if (!(reader.expat = XML_ParserCreate("UTF-8")))
        return XML_END_NO_MEMORY;
    size_t blank = blank_length(text, size);
    XML_SetUserData(reader.expat, &reader);
    XML_SetElementHandler(reader.expat, on_start, on_end);
    XML_SetCharacterDataHandler(reader.expat, on_text);
    XML_SetStartDoctypeDeclHandler(reader.expat, on_doctype);
    enum xml_end end = end_of(&reader,
                              XML_Parse(reader.expat, text + blank, (int)(size - blank), XML_TRUE));
    XML_ParserFree(reader.expat);
    buffer_finish(&reader.text);
    return end;
}
