/* SPDX-License-Identifier: MIT */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "base/clock.h"
#include "base/error.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What commands print: one JSON document with --json, otherwise text for people on a terminal, and
 * the same facts without decoration in lines of tab-separated fields when it is piped. */
struct output {
    FILE *file;
    bool json;
    bool terminal; /* somebody looks at it */
    bool colour;   /* on a terminal, unless NO_COLOR is set (no-color.org) or TERM is dumb */
    bool unicode;  /* the locale says that it shows more than ASCII */
    size_t width;  /* of the terminal, in columns; 80 when there is none */
};

void output_init(struct output *output, FILE *file, bool json);
/* Looks again how wide the terminal is. */
void output_measure(struct output *output);

/* Prints the document and releases it. NULL says that there was no memory for it. */
bool output_json(const struct output *output, json_t *document, struct error *error) MUST_CHECK;

/* What is written there reached its destination; a full disk shows here. ERROR_CANCELLED: it was a
 * pipe, and nobody reads it any more. */
bool output_flush(const struct output *output, struct error *error) MUST_CHECK;

enum output_style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_WARN, STYLE_BAD };

/* Prints a text in a style; without colour as it is. What could command the terminal (control
 * characters, changes of the direction of writing) is replaced. */
void output_text(const struct output *output, enum output_style style, const char *text);
/* The same, and ends the line. */
void output_line(const struct output *output, enum output_style style, const char *text);

/* Prints words, breaking lines where they would be longer than the terminal is wide (80 columns at
 * most); lines but the first begin with `indent` spaces, and the cursor is in that column already.
 * A line feed in the text begins a new paragraph. Ends the line. */
void output_wrapped(const struct output *output, enum output_style style, size_t indent,
                    const char *text);

/* Prints a sentence and ends the line; on a terminal it is wrapped. At most 1000 bytes. */
void output_say(const struct output *output, enum output_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints a bar, `fraction` of the columns long. */
void output_bar(const struct output *output, enum output_style style, double fraction,
                size_t columns);

enum { SIZE_TEXT_SIZE = 16, COUNT_TEXT_SIZE = 32 };
/* "812 B", "1.4 MB": powers of 1000. */
void format_size(uint64_t bytes, char text[SIZE_TEXT_SIZE]);
/* "1,234,567". */
void format_count(uint64_t count, char text[COUNT_TEXT_SIZE]);
/* "2024-09-27 18:05": in the time zone of whoever looks. */
void format_local_time(int64_t ms, char text[CLOCK_TEXT_SIZE]);

#endif
