/* SPDX-License-Identifier: MIT */
/* Cells are kept until the table is complete, because the widest of a column sets its width. Where
 * a line would not fit, columns are cut or left out by an order that the caller gives, rather than
 * wrapped. */
#include "cli/table.h"

#include "base/array.h"
#include "base/cleanup.h"
#include "cli/text.h"

#include <string.h>

enum { GAP = 2, LAST_LEAST = 12 };

void table_init(struct table *table, const char *const *titles, size_t columns)
{
    *table = (struct table){.titles = titles, .columns = columns};
}

void table_finish(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}

bool table_add(struct table *table, const char *text, struct error *error)
{
    if (!ARRAY_RESERVE(table->cells, table->count, &table->capacity, error))
        return false;
    char *copy = strdup(text);
    if (!copy)
        return error_no_memory(error);
    table->cells[table->count++] = copy;
    return true;
}

/* A column of a table that is printed on a terminal. */
struct shown_column {
    struct table_column layout;
    size_t width; /* 0: it is left out */
};

static void measure(const struct table *table, struct shown_column *columns)
{
    for (size_t i = 0; i < table->columns; i++) {
        if (table->layout)
            columns[i].layout = table->layout[i];
        else if (i + 1 == table->columns)
            columns[i].layout.least = LAST_LEAST;
        columns[i].width = text_width(table->titles[i]);
    }
    for (size_t i = 0; i < table->count; i++) {
        struct shown_column *column = &columns[i % table->columns];
        size_t width = text_width(table->cells[i]);
        column->width = width > column->width ? width : column->width;
    }
}

static size_t least(const struct shown_column *column)
{
    size_t least = column->layout.least;
    return least > 0 && least < column->width ? least : column->width;
}

/* What a line takes, at the least or as it is. */
static size_t line_width(const struct shown_column *columns, size_t count, bool at_least)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        if (columns[i].width > 0)
            total += (total ? GAP : 0) + (at_least ? least(&columns[i]) : columns[i].width);
    return total;
}

static struct shown_column *next_to_drop(struct shown_column *columns, size_t count)
{
    struct shown_column *next = NULL;
    for (size_t i = 0; i < count; i++)
        if (columns[i].width > 0 && columns[i].layout.drops > 0 &&
            (!next || columns[i].layout.drops > next->layout.drops))
            next = &columns[i];
    return next;
}

/* Leaves out columns and cuts others, from the last on, until lines fit, as far as that goes. */
static void fit(struct shown_column *columns, size_t count, size_t width)
{
    struct shown_column *dropped;
    while (line_width(columns, count, true) > width && (dropped = next_to_drop(columns, count)))
        dropped->width = 0;
    for (size_t i = count; i-- > 0;) {
        size_t total = line_width(columns, count, false),
               spare = columns[i].width - least(&columns[i]);
        if (total > width)
            columns[i].width -= total - width < spare ? total - width : spare;
    }
}

/* Prints the cell, or as much of it as the column has room for; returns the columns it took. */
static size_t print_cell(const struct output *output, enum output_style style, const char *cell,
                         size_t room)
{
    const char *ellipsis = output->unicode ? "…" : "...";
    size_t width = text_width(cell), needed = text_width(ellipsis);
    if (width <= room || room <= needed) {
        output_text(output, style, cell);
        return width;
    }
    CLEANUP(free_cleanup)
    char *cut = strndup(cell, text_fitting(cell, room - needed, &width));
    if (cut)
        output_text(output, style, cut);
    fputs(ellipsis, output->file);
    return width + needed;
}

static void print_row(const struct output *output, enum output_style style,
                      const char *const *cells, const struct shown_column *columns, size_t count)
{
    size_t padding = 0; /* spaces that are due before the next cell */
    for (size_t i = 0; i < count; i++) {
        size_t room = columns[i].width;
        if (room == 0)
            continue;
        size_t width = text_width(cells[i]) < room ? text_width(cells[i]) : room;
        padding += columns[i].layout.right ? room - width : 0;
        fprintf(output->file, "%*s", (int)padding, "");
        size_t printed = print_cell(output, style, cells[i], room);
        padding = GAP + (!columns[i].layout.right && printed < room ? room - printed : 0);
    }
    fputc('\n', output->file);
}

static void print_plain(const struct table *table, const struct output *output)
{
    for (size_t i = 0; i < table->count; i++) {
        output_text(output, STYLE_PLAIN, table->cells[i]);
        fputc((i + 1) % table->columns == 0 ? '\n' : '\t', output->file);
    }
}

bool table_print(const struct table *table, const struct output *output, struct error *error)
{
    if (!output->terminal) {
        print_plain(table, output);
        return true;
    }
    CLEANUP(free_cleanup)
    struct shown_column *columns = calloc(table->columns, sizeof *columns);
    if (!columns)
        return error_no_memory(error);
    measure(table, columns);
    fit(columns, table->columns, output->width);
    print_row(output, STYLE_BOLD, table->titles, columns, table->columns);
    for (size_t i = 0; i < table->count; i += table->columns)
        print_row(output, STYLE_PLAIN, (const char *const *)&table->cells[i], columns,
                  table->columns);
    return true;
}
