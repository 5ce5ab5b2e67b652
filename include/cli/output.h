/* SPDX-License-Identifier: MIT */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

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
    size_t width;  /* of the terminal, in columns */
};

void output_init(struct output *output, FILE *file, bool json);

/* Prints the document and releases it. NULL says that there was no memory for it. */
bool output_json(const struct output *output, json_t *document, struct error *error) MUST_CHECK;

/* What is written there reached its destination; a full disk or a closed pipe shows here. */
bool output_flush(const struct output *output, struct error *error) MUST_CHECK;

enum output_style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_WARN, STYLE_BAD };

/* Prints a text in a style; without colour as it is. What could command the terminal (control
 * characters) is replaced. */
void output_text(const struct output *output, enum output_style style, const char *text);

/* A table, printed row by row when it is complete, since columns are as wide as they need to be. */
struct table {
    size_t columns;
    const char *const *titles; /* borrowed */
    char **cells;              /* row by row */
    size_t count, capacity;    /* cells */
};

void table_init(struct table *table, const char *const *titles, size_t columns);
/* Takes a zeroed struct. */
void table_finish(struct table *table);
/* Adds a copy of the text as the next cell. */
bool table_add(struct table *table, const char *text, struct error *error) MUST_CHECK;
/* On a terminal: titles and aligned columns, the last cut where the line would be longer than the
 * terminal is wide. Else: lines of cells with tabs between them, and no titles. */
bool table_print(const struct table *table, const struct output *output,
                 struct error *error) MUST_CHECK;

/* The columns that a UTF-8 text takes on a terminal. */
size_t text_width(const char *text);

enum { SIZE_TEXT_SIZE = 16 };
/* "812 B", "1.4 MB": powers of 1000. */
void format_size(uint64_t bytes, char text[SIZE_TEXT_SIZE]);

#endif
