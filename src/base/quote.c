/* SPDX-License-Identifier: MIT */
/* A prompt is what anyone wrote who could save an image, and a model that reads it again may
 * take it for what it is to do. So its text never reaches a model bare: it stands in quotes that it
 * cannot end, on one line that it cannot break, as Markdown that it cannot change. */
#include "base/quote.h"

#include "base/plain_text.h"
#include "base/utf8.h"

#include <string.h>

/* What CommonMark, tables, and HTML give a meaning to. */
static const char syntax[] = "\\[]()*_`<>!#|~&\"";

static bool append_character(struct buffer *text, enum quote_style style, const char *character,
                             size_t length, struct error *error)
{
    if (style == QUOTE_PLAIN)
        return *character == '"' ? buffer_append_char(text, '\'', error)
                                 : buffer_append(text, character, length, error);
    return (!strchr(syntax, *character) || buffer_append_char(text, '\\', error)) &&
           buffer_append(text, character, length, error);
}

static bool append_mark(struct buffer *text, enum quote_style style, struct error *error)
{
    return style == QUOTE_ALT_TEXT || buffer_append_char(text, '"', error);
}

bool quote_append(struct buffer *text, enum quote_style style, const char *words, size_t max,
                  struct error *error)
{
    size_t size = strlen(words), cut = utf8_cut(words, size, max), length;
    uint32_t c;
    if (!append_mark(text, style, error))
        return false;
    for (size_t i = 0; i < cut; i += length) {
        length = plain_text_next(words + i, cut - i, &c);
        if (!(plain_text_is_hidden(c) ? buffer_append_char(text, ' ', error)
                                      : append_character(text, style, words + i, length, error)))
            return false;
    }
    return (cut == size || buffer_append_string(text, "…", error)) &&
           append_mark(text, style, error);
}

struct quoted quoted(const char *text, size_t max)
{
    struct quoted quotation;
    plain_text_quote(text, max < QUOTED_MAX ? max : QUOTED_MAX, quotation.text);
    return quotation;
}
