/* SPDX-License-Identifier: MIT */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include "base/buffer.h"

#include <stddef.h>

/* Texts that came from elsewhere (prompts, model names, media types), as data in what a model
 * reads: on one line, shortened, with nothing in them that is syntax or stays unseen. The whole
 * text is in structuredContent. */

enum quote_style {
    QUOTE_PLAIN,    /* in double quotes; those inside become single ones */
    QUOTE_MARKDOWN, /* in double quotes, with a backslash before all that is Markdown or HTML */
    QUOTE_ALT_TEXT, /* the same without the quotes: for the text of a link or an image */
};

/* Appends at most `max` bytes of `words`; U+2026 at the end says that there is more. */
bool quote_append(struct buffer *text, enum quote_style style, const char *words, size_t max,
                  struct error *error) MUST_CHECK;

/* A text from elsewhere in a sentence of this program: quoted(name, 60).text is as
 * plain_text_quote() writes it, at most QUOTED_MAX bytes of it. */
enum { QUOTED_MAX = 200 };
struct quoted {
    char text[QUOTED_MAX + 6];
};
struct quoted quoted(const char *text, size_t max);

#endif
